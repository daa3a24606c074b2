"""Profile → Passages: whole paragraphs, and long ones split between sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tipqa.chunk import embedded_text, passages
from tipqa.embed import HashedWords
from tipqa.tokens import count_tokens
from written import FRONT, read, squeezed, written_profiles


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("chunk")


def encoder(max_tokens=HashedWords.max_tokens):
    """The test encoder, seeing no more than some tokens of a text."""
    made = HashedWords()
    made.max_tokens = max_tokens
    return made


def cut(passage):
    return [passage.text[start:end] for start, end in passage.sentences]


def test_a_paragraph_is_a_passage(folder):
    """With its section, its number and its sentences' citations."""
    profile = read(
        folder,
        FRONT + "## Law\n\n### Courts\n\nOne ran. Two ran.[^1]\n\nThree ran.\n\n[^1]: A. B. 2004.",
    )
    first, second = passages(profile, encoder())

    assert (first.id, second.id) == ("norway-2024#p1", "norway-2024#p2")
    assert (first.paragraph, second.paragraph) == (1, 2)
    assert first.profile is profile.info
    assert first.section == ("Law", "Courts")
    assert first.text == "One ran. Two ran."
    assert first.span == (0, 17)
    assert first.sentences == ((0, 8), (9, 17))
    assert first.citations == profile.paragraphs[0].citations
    assert second.citations == ()


def test_the_encoder_is_told_country_and_section(folder):
    """They are embedded with the text, which itself stays as it is."""
    profile = read(folder, FRONT + "## Law\n\n### Courts\n\nOne ran.\n")
    (passage,) = passages(profile, encoder())

    assert embedded_text(passage) == "Norway. Law. Courts. One ran."
    assert passage.text == "One ran."


def test_a_profile_without_a_country_is_told_by_its_title(folder):
    """Something must say what the passage is about."""
    profile = read(folder, "---\ntitle: Ports of the north\n---\n\nBoats ran.\n", "ports.md")
    (passage,) = passages(profile, encoder())

    assert embedded_text(passage) == "Ports of the north. Boats ran."


def test_a_long_paragraph_is_split_between_sentences(folder):
    """Into the fewest parts of like length; citations move with their sentences."""
    ports = ["Anna", "Berta", "Clara", "Dora"]
    a, b, c, d = [f"Port {port} was raided by four officers." for port in ports]
    notes = "\n".join(f"[^{n}]: Bureau. Report {n}. 2004." for n in range(1, 5))
    written = f"{a}[^1] {b}[^2] {c}[^3] {d}[^4]\n\nLast one ran.\n\n{notes}\n"
    profile = read(folder, FRONT + written)
    # Room for two sentences of seven words with "Norway." and what the encoder adds.
    first, second, last = passages(profile, encoder(21))

    assert [p.id.partition("#")[2] for p in (first, second, last)] == ["p1.1", "p1.2", "p2"]
    assert (first.text, second.text) == (f"{a} {b}", f"{c} {d}")
    assert second.sentences == ((0, 39), (40, 78))
    assert [(c.label, c.sentence) for c in second.citations] == [("3", (0, 39)), ("4", (40, 78))]
    text = profile.paragraphs[0].text
    assert [text[slice(*p.span)] for p in (first, second)] == [first.text, second.text]
    assert len(passages(profile, encoder(16))) == 5
    assert len(passages(profile, encoder(100))) == 2


def test_a_paragraph_that_just_fits_stays_whole(folder):
    """The limit counts the country, the section and what the encoder adds."""
    profile = read(folder, FRONT + "Boats ran far. Boats ran home.\n")

    assert len(passages(profile, encoder(9))) == 1
    assert len(passages(profile, encoder(8))) == 2


def test_an_inherited_citation_stays_with_its_sentence(folder):
    """Though the sentence that bears the marker is in a later part."""
    text = "Boats ran far. " * 7 + "Boats ran far.[^1]\n\n[^1]: A. B. 2004."
    profile = read(folder, FRONT + text)
    found = passages(profile, encoder(10))

    assert len(found) > 2
    assert all(c.note.label == "1" for passage in found for c in passage.citations)
    assert [len(p.citations) for p in found] == [len(p.sentences) for p in found]
    assert [c.scope for c in found[-1].citations][-1] == "direct"
    assert {c.scope for passage in found[:-1] for c in passage.citations} == {"inherited"}


def test_a_single_sentence_is_never_cut(folder):
    """However long it is."""
    sentence = f"Boats {'ran ' * 400}far."
    profile = read(folder, f"{FRONT}One ran. {sentence} Two ran.\n")
    found = passages(profile, encoder())

    assert [p.text for p in found] == ["One ran.", sentence, "Two ran."]
    assert [p.id.partition("#")[2] for p in found] == ["p1.1", "p1.2", "p1.3"]


def test_tokens_are_those_of_cl100k_base(folder):
    """As tiktoken's makers publish them: "tiktoken is great!" has six."""
    published = {
        "tiktoken is great!": 6,
        "antidisestablishmentarianism": 6,
        "2 + 2 = 4": 7,
        "お誕生日おめでとう": 9,
    }
    assert count_tokens(list(published)) == list(published.values())
    assert count_tokens(["", "<|endoftext|>"]) == [0, 7]  # a special token's name is text
    profile = read(folder, FRONT + "tiktoken is great!\n")

    assert [passage.tokens for passage in passages(profile, encoder())] == [6]


@settings(max_examples=150, deadline=None)
@given(written=written_profiles(longest=25), max_tokens=st.integers(1, 60))
def test_passages_hold_each_sentence_once_with_its_citations(folder, written, max_tokens):
    """Parts are whole sentences, fit what the encoder sees, and slice out of their paragraph."""
    profile = read(folder, written.markdown)
    model = encoder(max_tokens)
    found = passages(profile, model)

    assert len({passage.id for passage in found}) == len(found)
    for paragraph in profile.paragraphs:
        parts = [p for p in found if p.paragraph == paragraph.number]
        stem = f"{profile.info.id}#p{paragraph.number}"
        numbered = [f"{stem}.{n}" for n in range(1, len(parts) + 1)]
        assert [p.id for p in parts] == (numbered if len(parts) > 1 else [stem])
        held = [text for part in parts for text in cut(part)]
        assert held == [paragraph.text[start:end] for start, end in paragraph.sentences]
        moved = [
            (start + part.span[0], end + part.span[0], c.label, c.scope, c.note)
            for part in parts
            for c in part.citations
            for start, end in [c.sentence]
        ]
        assert moved == [(*c.sentence, c.label, c.scope, c.note) for c in paragraph.citations]
        for part in parts:
            assert part.text == paragraph.text[slice(*part.span)]
            assert squeezed("".join(cut(part))) == squeezed(part.text)
            assert all(c.sentence in part.sentences for c in part.citations)
            fits = model.count_tokens([embedded_text(part)])[0] <= max_tokens
            assert fits or len(part.sentences) == 1
        whole = model.count_tokens([f"Norway. Situation. {paragraph.text}"])[0]
        assert (len(parts) == 1) == (whole <= max_tokens or len(paragraph.sentences) == 1)
    assert [p.tokens for p in found] == count_tokens([p.text for p in found])
    assert [p.paragraph for p in found] == sorted(p.paragraph for p in found)


def test_no_more_parts_than_it_takes(folder):
    """Special tokens are counted once a part, not once a sentence."""
    text = " ".join(["One two three four five six seven."] * 4)
    profile = read(folder, FRONT + text)
    parts = passages(profile, encoder(17))  # 1 for the country, 14 for two sentences, 2 special
    assert [len(part.sentences) for part in parts] == [2, 2]
