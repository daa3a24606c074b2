"""Files → Profiles: which files, their encoding, their front matter, and who they are about."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipqa import readers
from tipqa.corpus import FORMATS, corpus_files, find
from tipqa.errors import CorpusError
from written import codes, read, texts

BODY = "\n\nPolice came.\n"


def write(folder, name, data=b"Police came to Norway in 2020.\n"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def broken(folder, front):
    """Read a file with front matter that can't be meant; return the line and what is said."""
    with pytest.raises(CorpusError) as raised:
        read(folder, front + BODY)
    message = str(raised.value)
    place = f"{folder / 'norway-2024.md'}:{raised.value.line}: "
    assert message == place + raised.value.message
    assert "\n" not in message
    return raised.value.line, raised.value.message


def test_each_format_has_a_reader():
    """Where files are looked for, readers aren't loaded; the two lists are one."""
    assert set(FORMATS) == set(readers._READERS)


def test_find_lists_profiles_in_a_fixed_order(tmp_path):
    """Below a folder; no README.md, no hidden file or folder, no other ending."""
    for name in ["b.md", "a/z.txt", "a/b.MD", "c.markdown"]:
        write(tmp_path, name)
    for name in ["README.md", "a/readme.MD", ".hidden.md", ".git/x.md", "a/.b/c.md", "d.rst", "e"]:
        write(tmp_path, name)
    (tmp_path / "folder.md").mkdir()

    found = [file.relative_to(tmp_path).as_posix() for file in find(tmp_path)]

    assert sorted(found) == ["a/b.MD", "a/z.txt", "b.md", "c.markdown"]
    assert found == [f.relative_to(tmp_path).as_posix() for f in find(tmp_path)]


def test_find_searches_a_hidden_folder_that_is_named(tmp_path):
    """Hidden is what is hidden below the folder, not above it."""
    path = write(tmp_path, ".corpus/norway.md")

    assert find(path.parent) == [path]
    assert find(path) == [path]


def test_find_refuses_what_holds_no_profile(tmp_path):
    """A missing path, an empty folder and another ending are told apart."""
    write(tmp_path, "empty/README.md")
    other = write(tmp_path, "norway.docx")

    with pytest.raises(CorpusError, match="is no file or folder"):
        find(tmp_path / "missing")
    with pytest.raises(CorpusError, match=r"holds no profile.*\.md"):
        find(tmp_path / "empty")
    with pytest.raises(CorpusError, match=r'has the ending "\.docx".*\.txt'):
        find(other)
    with pytest.raises(CorpusError, match="is no file or folder"):
        readers.read(tmp_path / "missing.md")


def test_corpus_files_are_named_once_by_their_place_in_the_folder(tmp_path):
    """A file that is given twice, or also lies in a folder given, counts once."""
    write(tmp_path, "corpus/north/norway.md")
    chile = write(tmp_path, "corpus/chile.md")

    listed = corpus_files([tmp_path / "corpus", chile, tmp_path / "corpus"])
    assert [name for _, name in listed] == ["chile.md", "north/norway.md"]
    listed = corpus_files([chile, tmp_path / "corpus"])
    assert [name for _, name in listed] == ["chile.md", "north/norway.md"]


def test_a_readme_is_no_profile_even_by_name(tmp_path):
    """A shell's `*.md` names it too: it is passed over, and refused where it is all there is."""
    readme, norway = write(tmp_path, "README.md"), write(tmp_path, "norway.md")

    assert find(readme) == []
    assert [name for _, name in corpus_files([readme, norway])] == ["norway.md"]
    with pytest.raises(CorpusError, match=r"README\.md.*is no profile"):
        list(corpus_files([readme]))
    with pytest.raises(CorpusError, match=r"README\.md.*is no profile"):
        readers.read(readme)


@pytest.mark.parametrize("name", ["nor\nway.md", "nor\x1b[31mway.md", "nor\udcffway.md"])
def test_a_name_that_cannot_be_shown_is_refused(tmp_path, name):
    """In one printable line."""
    with pytest.raises(CorpusError, match="can't be shown") as raised:
        readers.read(write(tmp_path, name))
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("name", ["a.md", "a.markdown", "a.MD", "a.txt"])
def test_read_goes_by_the_ending(tmp_path, name):
    """Each format gives the same profile of the same plain text."""
    profile = readers.read(write(tmp_path, name))

    assert profile.info.file == name
    assert texts(profile) == ["Police came to Norway in 2020."]


def test_read_takes_the_name_that_it_is_given(tmp_path):
    """The profile's file is its place in the corpus, not on the disk."""
    path = write(tmp_path, "norway.md")

    assert readers.read(path, file="north/norway.md").info.file == "north/norway.md"


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"", None, "is empty"),
        (b" \n\t\r\n", None, "is empty"),
        (b"one\ntwo\0three", 2, "binary"),
        (b"\x89PNG\r\n\x1a\n\0\0", 3, "binary"),
        ("Police came.\n".encode("utf-16"), 1, "UTF-16"),
        ("Police came.\n".encode("utf-16-be"), 1, "UTF-16"),
        ("one\ntwo\ncaf\u00e9".encode("latin-1"), 3, "not UTF-8 (byte 0xe9)"),
        (b"one\n\xff", 2, "not UTF-8 (byte 0xff)"),
        (b"---\ntitle: x\n---\n", None, "holds no paragraph"),
    ],
)
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path, data, line, says, name):
    """One line names the file, the place and the remedy."""
    path = write(tmp_path, name, data)

    with pytest.raises(CorpusError) as raised:
        readers.read(path)
    assert raised.value.line == line
    assert says in raised.value.message
    assert str(raised.value).startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_a_byte_order_mark_is_no_text(tmp_path, name):
    """A file that an editor on Windows saved reads as any other."""
    text = "---\r\ntitle: Nord\r\ncountry: NO\r\nedition: 2024\r\n---\r\n\r\nPolice came.\r\n"
    profile = readers.read(write(tmp_path, name, text.encode("utf-8-sig")))

    assert (profile.info.title, profile.info.country, profile.info.edition) == ("Nord", "NOR", 2024)
    assert [(p.text, p.line) for p in profile.paragraphs] == [("Police came.", 7)]
    assert profile.problems == ()


def test_front_matter_says_who_a_profile_is_about(tmp_path):
    """Its own keys are taken, all others are kept, every value as text."""
    profile = read(
        tmp_path,
        "---\ntitle: 'Norway: 2024'\ncountry: NO\nedition: 2024\nurl: https://example.org\n"
        "written: 2024-05-01\nreviewed: no\nseen: yes\npages: 012\nrelated: [a, b]\n"
        "by: {name: Desk}\nlanguage:\n---" + BODY,
    )

    assert profile.info.id == "norway-2024"
    assert profile.info.title == "Norway: 2024"
    assert (profile.info.country, profile.info.country_name) == ("NOR", "Norway")
    assert profile.info.edition == 2024
    assert profile.info.url == "https://example.org"
    assert profile.info.regions == ("Europe", "Northern Europe")
    assert profile.info.inferred == ()
    assert profile.info.extra == {
        "written": "2024-05-01",
        "reviewed": "no",
        "seen": "yes",
        "pages": "012",
        "related": ["a", "b"],
        "by": {"name": "Desk"},
        "language": "",
    }
    assert profile.problems == ()


@pytest.mark.parametrize(
    ("country", "code"), [("NO", "NOR"), ("no", "NOR"), ("NE", "NER"), ("Côte d’Ivoire", "CIV")]
)
def test_norway_stays_norway(tmp_path, country, code):
    """A code that YAML would read as "false" is a country."""
    profile = read(tmp_path, f"---\ncountry: {country}\nedition: 2024\n---{BODY}")

    assert profile.info.country == code
    assert codes(profile) == []


def test_an_id_of_its_own_is_kept(tmp_path):
    """As far as an address allows."""
    front = "---\nid: {}\ncountry: Norway\nedition: 2024\n---" + BODY

    assert read(tmp_path, front.format("nord-24")).info.id == "nord-24"
    assert read(tmp_path, front.format("../Nord 24")).info.id == "nord-24"


def test_an_unknown_country_is_kept_as_written(tmp_path):
    """It is reported with its line and not guessed, though the text names another."""
    profile = read(
        tmp_path, "---\ntitle: x\ncountry: Examplia\nedition: 2024\n---\n\nNorway ran.\n"
    )

    assert profile.info.country is None
    assert profile.info.country_name == "Examplia"
    assert profile.info.id == "examplia-2024"
    assert profile.info.inferred == ()
    assert [(p.code, p.line) for p in profile.problems] == [("unknown-country", 3)]
    assert '"Examplia"' in profile.problems[0].message


def test_flags_count_where_the_file_does_not_say(tmp_path):
    """Then nothing is inferred; what the file says goes before them."""
    flags = {"country": "Chile", "edition": 1999}
    bare = read(tmp_path, "Police came to Norway in 2020.", "page.md", **flags)
    said = read(tmp_path, "---\ncountry: Norway\nedition: 2020\n---" + BODY, "page.md", **flags)
    half = read(tmp_path, "---\ncountry: Norway\n---" + BODY, "page.md", **flags)
    odd = read(tmp_path, "Police came to Norway in 2020.", "page.md", country="Examplia")

    assert (bare.info.country, bare.info.edition, bare.info.inferred) == ("CHL", 1999, ())
    assert (said.info.country, said.info.edition) == ("NOR", 2020)
    assert (half.info.country, half.info.edition) == ("NOR", 1999)
    assert [codes(profile) for profile in (bare, said, half)] == [[], [], []]
    assert (odd.info.country, odd.info.country_name) == (None, "Examplia")
    assert "unknown-country" in codes(odd)


@pytest.mark.parametrize(
    ("name", "text", "country", "edition"),
    [
        ("norway-2021.md", "Police came.", "NOR", 2021),
        ("sierra_leone 2019.txt", "Police came.", "SLE", 2019),
        ("page.md", "# Chile in 2018\n\nPolice from Peru came in 2020.", "CHL", 2018),
        (
            "page.md",
            "Peru is far. In Chile police came in 2016 and 2017.\n\nChile ran.",
            "CHL",
            2017,
        ),
        ("page.md", "Peru ran.[^1]\n\n[^1]: ILO. Report. 2014. Accessed May 1, 2015.", "PER", 2014),
        ("page.md", "Police came to Peru.", "PER", None),
        ("page.md", "By 2019 and by 2095 Peru will act.", "PER", 2019),
        ("page.md", "Police came.", None, None),
    ],
)
def test_what_a_file_does_not_say_is_inferred_and_reported(tmp_path, name, text, country, edition):
    """From title or file name, else from the text; where nothing tells, it stays open."""
    profile = read(tmp_path, text, name)

    assert (profile.info.country, profile.info.edition) == (country, edition)
    reported = [code for code in codes(profile) if code != "unused-note"]
    assert reported == [
        "inferred-country" if country else "no-country",
        "inferred-edition" if edition else "no-edition",
    ]
    assert profile.info.inferred == tuple(
        key for key, value in [("country", country), ("edition", edition)] if value
    )
    assert profile.info.id


def test_front_matter_that_names_a_key_twice_is_refused(tmp_path):
    """The second one's line is named."""
    line, message = broken(tmp_path, "---\ntitle: a\ncountry: Norway\ntitle: b\n---")

    assert line == 4
    assert '"title" twice' in message


def test_front_matter_with_anchors_is_refused(tmp_path):
    """A few lines of them could grow to gigabytes."""
    bomb = ["a0: &a0 [x, x]"] + [
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)
    ]
    line, message = broken(tmp_path, "\n".join(["---", *bomb, "---"]))

    assert line == 3
    assert '"*a0"' in message


@pytest.mark.parametrize("key", ["id", "title", "country", "edition", "url"])
@pytest.mark.parametrize("value", ["[a, b]", "{a: b}", "\n  - a"])
def test_a_list_or_map_as_an_own_value_is_refused(tmp_path, key, value):
    """One value is meant there."""
    line, message = broken(tmp_path, f"---\nwritten: x\n{key}: {value}\n---")

    assert line == 3
    assert f'as "{key}"' in message


@pytest.mark.parametrize("edition", ["spring", "24", "20245", "1850", "2024-05", "2024.0", "MMXX"])
def test_an_edition_that_is_no_year_is_refused(tmp_path, edition):
    """The line, the value and the remedy are named."""
    line, message = broken(tmp_path, f"---\ntitle: x\nedition: {edition}\n---")

    assert line == 3
    assert message == f'front matter has edition "{edition}". Give a year, as in "edition: 2024".'


@pytest.mark.parametrize(
    ("front", "line", "says"),
    [
        ("---\ntitle: x\n", 1, "never closed"),
        ("---\ntitle: x\n ---", 1, "never closed"),
        ("---\ntitle: Norway: 2024\n---", 2, "does not parse"),
        ("---\ncountry: Norway\ntitle: 'Norway\n---", None, "does not parse"),
        ("---\ntitle: x\n\tcountry: y\n---", None, "does not parse"),
        ("---\n- title\n- country\n---", 2, "is not a list of"),
        ("---\njust words\n---", 2, "is not a list of"),
        ("---\n[a]: b\n---", 2, "does not parse"),
        (f"---\ntitle: {'[' * 9000}{']' * 9000}\n---", 2, "nested too deep"),
    ],
)
def test_front_matter_that_cannot_be_meant_is_refused(tmp_path, front, line, says):
    """With the line where that can be told, and the remedy."""
    found, message = broken(tmp_path, front)

    assert says in message
    assert found is not None
    assert line is None or found == line


@pytest.mark.parametrize(
    "front", ["---\n---", "---\n\n---", "---\n# a comment\n---", "---  \n---  "]
)
def test_empty_front_matter_says_nothing(tmp_path, front):
    """It is no text either."""
    profile = read(tmp_path, f"{front}\nPolice came.\n", "norway-2024.md")

    assert texts(profile) == ["Police came."]
    assert profile.info.extra == {}
    assert profile.info.id == "norway-2024"


def test_dashes_below_the_head_are_no_front_matter(tmp_path):
    """Only the file's first line opens it."""
    profile = read(tmp_path, "\n---\ntitle: x\n---\n\nPolice came.\n")

    assert profile.info.title == "Norway, 2024"
    assert texts(profile) == ["title: x", "Police came."]


@settings(max_examples=300, deadline=None)
@given(data=st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode)))
@pytest.mark.parametrize("head", [b"", b"---\n", b"---\ntitle: x\n---\n"])
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_any_bytes_are_read_or_refused(tmp_path_factory, name, head, data):
    """Never another error than the one that says what to do."""
    path = write(tmp_path_factory.getbasetemp(), name, head + data)

    try:
        profile = readers.read(path)
    except CorpusError as error:
        assert "\n" not in str(error)
    else:
        assert profile.paragraphs
        assert profile.info.id
        assert profile.info.title


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
@pytest.mark.parametrize("piece", ["¹", "*", "a-\n", "**\n", "12\n", "\f1\n", "| 1 | a b c |\n"])
def test_long_files_take_no_longer_than_they_must(tmp_path, piece, suffix):
    """A hundred thousand characters of anything within some seconds."""
    path = tmp_path / f"long{suffix}"
    path.write_text(piece * (100_000 // len(piece)), encoding="utf-8")
    began = time.process_time()
    with suppress(CorpusError):
        readers.read(path)

    assert time.process_time() - began < 5


def test_a_page_may_begin_with_its_first_line(tmp_path):
    """A form feed before anything else ends no page."""
    path = tmp_path / "norway.txt"
    path.write_text("\fand one ran.\n", encoding="utf-8")
    assert [p.text for p in readers.read(path).paragraphs] == ["and one ran."]
