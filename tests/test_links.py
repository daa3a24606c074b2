"""Notes → sources: own text, several sources, and pointers to other notes."""

import pytest

from tipqa.links import RawNote, resolve_notes, split_references

TIP = "US State Department, Trafficking in Persons Report, 2004"
COUNTS = "ILO, Every Child Counts, 2002"


def resolved(*written):
    """Resolve notes labelled 1, 2, 3 …; for each its link and its sources' titles."""
    notes = resolve_notes([RawNote(str(n), text, n) for n, text in enumerate(written, start=1)])
    return [(note.link, [source.title for source in note.sources]) for note in notes]


@pytest.mark.parametrize(
    "parts",
    [
        [TIP, COUNTS],
        [TIP, COUNTS, "UNICEF, Children in Danger, 2001."],
        ["2004 US State Department Human Rights Report", "2005 Trafficking in Persons Report"],
        [f"{TIP}, p. 14", "see also ILO, Every Child Counts, 2002"],
        ["Ibid., p. 5", COUNTS],
        ["US DOS, Country Reports on Human Rights Practices", "ILO, Child Labour Survey"],
        ["Ministry of Labour, Plan for Children, n.d.", "Doe, J. Boats at Sea. Oslo: Fafo, 2004."],
        ["HRW, Small Change, 2003, http://example.org/a", COUNTS],
    ],
)
def test_a_note_with_several_sources_is_taken_apart(parts):
    """At semicolons, where each side is a reference of its own."""
    assert split_references("; ".join(parts)) == parts


@pytest.mark.parametrize(
    "text",
    [
        "ILO. Children in the fishing ports. Geneva; May 2013.",
        "US DOS. Trafficking in Persons Report- 2015. Washington, DC; July 27, 2015. p. 255; http://a.org/tip",
        "Doe, J. “Ten freed.” The Courier, Oslo, May 3, 2014; World News. http://courier.org/ten",
        "Ministry of Education; Sport; and Culture. Plan 2002-2015. Port; July 2012.",
        "Labour Law No. 37 of 2015, enacted May 3, 2015; Published in the Gazette on May 9, 2015.",
        "Ministry of Planning. Framework For 2014- 2016; Budget For 2014. Port, UNDP; 2014.",
        "Doe, J. “Boats; nets; 2004: a year.” 2005.",
        "Agency. Data, accessed May 3, 2014; http://a.org/d",
        "ILO and UNICEF. A survey of 2004 and its makers. 2006.",
    ],
)
def test_a_semicolon_within_a_reference_stays_in_it(text):
    """Before a place, a date, an address, a newspaper's section, or in a title."""
    assert split_references(text) == [text]


def test_and_joins_two_sources_only_where_a_known_body_follows():
    """Elsewhere it is part of a name or a title."""
    assert split_references(f"{TIP}, and {COUNTS}") == [TIP, COUNTS]


def test_pointers_say_to_which_note_they_point():
    """Ibid. to the one before; supra, op. cit. and "see note" to the one they name."""
    assert resolved(
        f"{TIP}; {COUNTS}",
        "Ibid., p. 3.",
        "HRW, Small Change, 2003.",
        "ILO, supra note 1, at 12.",
        "HRW, op. cit., p. 20.",
        "Id. at 5.",
        "See note 3.",
        "See notes 1 and 3.",
        "Note 3 above.",
        "Loc. cit.",
        "Amnesty, op. cit.",
        "See note 99.",
    ) == [
        ("own", ["Trafficking in Persons Report", "Every Child Counts"]),
        ("ibid:1", ["Trafficking in Persons Report", "Every Child Counts"]),
        ("own", ["Small Change"]),
        ("supra:1", ["Every Child Counts"]),
        ("supra:3", ["Small Change"]),
        ("ibid:5", ["Small Change"]),
        ("supra:3", ["Small Change"]),
        ("supra:1,3", ["Trafficking in Persons Report", "Every Child Counts", "Small Change"]),
        ("supra:3", ["Small Change"]),
        ("ibid:9", ["Small Change"]),
        ("unresolved", []),
        ("unresolved", []),
    ]


def test_pointers_are_read_in_the_british_manner():
    """No full stops, the earlier note in brackets; a signal before a short form is none of it."""
    assert resolved(f"{TIP}; {COUNTS}", "ILO (n 1) 12", "See n 1 above", "ibid 4") == [
        ("own", ["Trafficking in Persons Report", "Every Child Counts"]),
        ("supra:1", ["Every Child Counts"]),
        ("supra:1", ["Trafficking in Persons Report", "Every Child Counts"]),
        ("ibid:3", ["Trafficking in Persons Report", "Every Child Counts"]),
    ]
    assert resolved(f"{TIP}; {COUNTS}", "See also ILO, supra note 1")[1] == (
        "supra:1",
        ["Every Child Counts"],
    )


def test_a_note_may_name_a_source_and_point():
    """It rests on both; its link says where it points, and if that is nowhere."""
    assert resolved(
        TIP, f"{COUNTS}; see also note 1", f"Ibid.; {TIP}", "HRW, X, 2001; supra note 9"
    ) == [
        ("own", ["Trafficking in Persons Report"]),
        ("supra:1", ["Every Child Counts", "Trafficking in Persons Report"]),
        ("ibid:2", ["Every Child Counts", "Trafficking in Persons Report"]),
        ("unresolved", ["X"]),
    ]


def test_a_note_may_point_to_a_later_one():
    """Where it says "below" that is no guess; of "supra" it would be."""
    assert resolved("See note 2 below.", TIP) == [
        ("infra:2", ["Trafficking in Persons Report"]),
        ("own", ["Trafficking in Persons Report"]),
    ]
    assert resolved("Supra note 2.", TIP)[0] == ("unresolved", [])


def test_a_pointer_carries_its_page():
    """The page belongs to the note, not to the one it points to."""
    first, second = resolve_notes([RawNote("1", f"{TIP}, p. 2", 1), RawNote("2", "Id. at 7.", 2)])
    assert [s.locator for s in (*first.sources, *second.sources)] == ["p. 2", "at 7"]
    assert first.sources[0].id == second.sources[0].id


def test_a_dash_takes_the_publisher_of_the_very_note_before():
    """Where notes are missing between them, it is nobody's."""
    told = [RawNote("1", "HRW. Ports. 2001.", 1), RawNote("2", "—. Mines. 2002.", 2)]
    far = [*told, RawNote("9", "—. Farms. 2003.", 3)]
    publishers = [note.sources[0].publisher for note in resolve_notes(far)]
    assert publishers == ["Human Rights Watch", "Human Rights Watch", None]
