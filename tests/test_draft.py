"""What a draft quotes is held against its passages, and goes out with its references."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import html as lxml_html

from tipqa.documents import passage_document
from tipqa.search import Index
from tipqa.types import Citation, Note, Passage, ProfileInfo, Source
from tipqa_desk import letter, plain
from tipqa_desk.draft import Draft, Problem, quotation, read
from tipqa_desk.quoting import clean
from tipqa_desk.word import docx

Json = dict[str, Any]
INFO = ProfileInfo("chad-2020", "Chad *2020*", "TCD", "Chad", 2020, "chad.md", "https://e.org/chad")
REPORT = Note("n1", "1", "Ministry. Report. 2019. https://e.org/r?a=1&b=2 (in French).", ())
IBID = Note("n2", "2", "Ibid., p. 4.", (Source("s", "Ministry", "Report", 2019),), "ibid:1")
TEXT = "Police freed 14 women in May. None was charged. “Courts” were closed [sic], and waited."
ANY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
SIGNS = st.text("ab1 .)(][!@#*_`~<>&;:/\\\"“”…-+=|\n\t^'{}$", min_size=1, max_size=40)


def document(text: str = TEXT, *citations: Citation, number: int = 1) -> Json:
    """A passage of which each full stop ends a sentence."""
    stops = [(m.start() + 1, m.end()) for m in re.finditer(r"\.(?:\s+|$)", text)]
    starts = [0, *(after for _, after in stops)]
    ends = [*(stop for stop, _ in stops), len(text)]
    spans = [(a, b) for a, b in zip(starts, ends, strict=True) if text[a:b].strip()]
    return passage_document(
        Passage(
            f"chad-2020#p{number}", INFO, ("A", "B"), number, (0, len(text)), text,
            tuple(spans), citations, 1,
        )
    )  # fmt: skip


CITED = document(
    TEXT,
    Citation((0, 29), "1", "inherited", REPORT),
    Citation((30, 47), "1", "direct", REPORT),
    Citation((30, 47), "2", "direct", IBID),
)


def problems(draft: Draft, level: str = "problem") -> list[Problem]:
    return [problem for problem in draft.problems if problem.level == level]


@given(st.one_of(ANY, SIGNS))
def test_a_pick_reads_back_verbatim(text: str) -> None:
    """Whatever signs it holds, and between words of the desk's own."""
    assume(text.split())
    pick = document(text)
    for around in ("{}", "Dear all,\n\n{}\n\nYours", "1. one\n\n   {}\n", "# x\n{}# y"):
        draft = read(around.format(quotation(pick)), [pick])
        assert [(q.passage, q.verbatim) for q in draft.quotations] == [("chad-2020#p1", True)]
        assert draft.ready
        assert draft.quotations[0].text == " ".join(clean(text).split())
    plain.text(draft), letter.html(draft), docx(draft)


@given(st.data())
def test_one_changed_letter_is_found(data: st.DataObject) -> None:
    """Wherever it is: changed, left out, or put in."""
    words = TEXT.replace("“", "").replace("”", "").replace(" [sic]", "")
    pick = document(words)
    letters = [at for at, sign in enumerate(words) if sign.isalnum()]
    at = data.draw(st.sampled_from(letters))
    edit = data.draw(st.sampled_from(["q", "", words[at] + "q", "é"]))
    draft = read(f"> {words[:at]}{edit}{words[at + 1 :]} [@chad-2020#p1]", [pick])
    assert [q.verbatim for q in draft.quotations] == [False]
    (problem,) = problems(draft)
    assert problem.line == 1
    assert "is not what chad-2020#p1 says; it has “" in problem.message


@pytest.mark.parametrize(
    "quoted",
    [
        "> Police freed\n> 14 women [@chad-2020#p1]",
        "They “freed 14 women in May” [@chad-2020#p1].",
        'They "freed 14 women in May", [@chad-2020#p1].',
        "They “freed 14 […] in May. None … was” [@chad-2020#p1].",
        "The “[p]olice freed 14 women in May [2019]. None” [@chad-2020#p1].",
        "“None was charged. “Courts” were closed [sic], and waited.” [@chad-2020#p1]",
        '> "freed *14* women" [@chad-2020#p1]'.replace('"', ""),
        "- x\n\n  > None was charged. [@chad-2020#p1]\n  >\n  > Police freed [@chad-2020#p1]",
        "“Courts” are a term; “freed 14 women” [@chad-2020#p1] is quoted.",
        "*“None was* charged” [@chad-2020#p1]",
        "‘freed 14 women’ [@chad-2020#p1], «None was» [@chad-2020#p1], „in May“ [@chad-2020#p1]",
    ],
)
def test_a_quotation_may_leave_out_and_add(quoted: str) -> None:
    """What is left out is marked by […], what is added stands in brackets."""
    draft = read(quoted, [CITED])
    assert draft.ready, list(map(str, draft.problems))
    assert draft.quotations
    assert all(q.verbatim for q in draft.quotations)


@pytest.mark.parametrize(
    ("quoted", "told"),
    [
        ("> Police freed 15 women [@chad-2020#p1]", "it has “Police freed 14 women”"),
        ("> None […] Police freed [@chad-2020#p1]", "“Police freed” is not"),
        ("> olice freed 14 [@chad-2020#p1]", "“olice freed 14” is not"),
        ("> Police freed 1[4] wom […] en [@chad-2020#p1]", "“Police freed 1[4] wom” is not"),
        ("> […] [@chad-2020#p1]", "is not what"),
        ("> Zzz qqq xxx [@chad-2020#p1]", "nothing there is like it"),
        ("> Police freed 14 women", "has no key of its passage"),
        ("“Police freed 14 women”", "The words are those of [@chad-2020#p1]"),
        ("> Police freed [@chad-2020#p9]", "[@chad-2020#p9] is none of the picks"),
        ("They freed 15” [@chad-2020#p1]", "“They freed 15” is not"),
        ("‘Police’s 15’ [@chad-2020#p1]", "“Police’s 15” is not"),
        ('They "freed 15 "women"" [@chad-2020#p1]', 'freed 15 "women"” is not'),
        ("See [@chad-2020#p9].", "[@chad-2020#p9] is none of the picks"),
        ("> None was charged. [@chad-2020#p1] And they went.", "“And they went.” has no key"),
        ("> <b>Police</b> freed [@chad-2020#p1]", "“<b>Police</b> freed” is not"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(quoted: str, told: str) -> None:
    """In one line: where, what, and what to do."""
    draft = read(f"Dear all,\n\n{quoted}", [CITED])
    (problem,) = problems(draft)
    assert told in problem.message
    assert "\n" not in str(problem)
    assert problem.line in (3, None)
    assert not draft.ready


def test_what_lies_too_deep_is_told() -> None:
    """The parser would drop it without a word."""
    assert any("too deep" in str(problem) for problem in read(">" * 60 + " x", []).problems)
    assert any("too deep" in str(problem) for problem in read("- " * 60 + "x", []).problems)
    assert read("- " * 20 + "x", []).ready


def test_notices_hold_nothing_up() -> None:
    """An addition, a pick that isn't quoted, a key behind words of the desk's own."""
    picks = [CITED, document("Other words.", number=2)]
    draft = read(
        "They were all\nfreed [@chad-2020#p1].\n> Police [the army] freed [@chad-2020#p1]", picks
    )
    assert draft.ready
    assert [str(notice) for notice in draft.problems] == [
        "line 2: [@chad-2020#p1] stands behind words of the desk's own. See that the passage "
        "says so, or quote it.",
        "line 3: [the army] is the desk's word, not that of chad-2020#p1.",
        "chad-2020#p2 was picked and is not quoted: it is left out of the answer.",
    ]


def test_references_are_numbered_through() -> None:
    """One text, one number; what rests on the profile alone has the profile; all are told."""
    told = letter.markdown(
        read(
            "“freed 14 women” [@chad-2020#p1]\n\n"
            "> None was charged. [@chad-2020#p1]\n\n"
            "“waited” [@chad-2020#p1] and [@chad-2020#p1](x) and \\[@chad-2020#p1].",
            [CITED],
        )
    )
    assert told == (
        "“freed 14 women” [↓1] (Chad \\*2020\\*)\n\n"
        "> None was charged. [1] [2] (Chad \\*2020\\*)\n\n"
        "“waited” [3] (Chad \\*2020\\*) and [3] (Chad \\*2020\\*)(x) and \\[@chad-2020#p1].\n\n"
        "## References\n\n"
        "1. Ministry. Report. 2019. <https://e.org/r?a=1&b=2> (in French).\n"
        "2. Ibid., p. 4. (Ministry. Report. 2019.)\n"
        "3. Chad \\*2020\\*. 2020. <https://e.org/chad>\n\n"
        "↓ the note stands at a later sentence and covers this one too\n\n"
        "Taken from:\n\n"
        "- Chad \\*2020\\*. 2020. <https://e.org/chad>\n"
    )


def test_the_first_draft_reads_like_a_letter(index: Index) -> None:
    """It greets, says where each pick is from, quotes it, and ends; nothing is to be mended."""
    store = index.generation.store
    found = [*store.passages_of("norway-2024"), *store.passages_of("chile-2022")]
    picks = list(map(passage_document, (found[0], found[1], found[-1])))
    draft = read(letter.begin("Who visits *fish farms*?", picks), picks)
    assert not draft.problems
    assert [q.verbatim for q in draft.quotations] == [True, True, True]
    lines = plain.text(draft)
    assert lines.startswith("Who visits *fish farms*?\n\nDear reader,\n\nThank you for your")
    assert "\nNorway: an example, 2024 says under Inspection:\n\n> The labour" in lines
    assert "\nIt also says under Law:\n\n> Parliament raised" in lines
    assert "[1] (Norway: an example, 2024)\n" in lines
    assert "\nKind regards,\nThe inquiry desk\n\nReferences\n\n1. Labour Inspectorate." in lines
    assert "\n2. Parliament of Norway. Penal Code. 2023. https://example.org/code\n" in lines
    assert lines.endswith("- Norway: an example, 2024.\n- Chile: an example, 2022.\n")
    assert all(len(line) <= 76 for line in lines.splitlines())
    assert read(letter.begin("Who?", []), []).ready


HOSTILE = """\
<script>alert(1)</script> <img src=x onerror=alert(1)> <b onclick="x">b</b>

[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html,x) [d](//e.org) [e](vbscript:x)
[f](&#106;avascript:alert(1)) ![g](https://e.org/pixel.png) <javascript:alert(1)> [h](file:///etc)
[i](https://e.org/"onmouseover="alert(1)) [j](https://e.org 'x" onload="y') [k](mailto:a@e.org)

```
</code><script>alert(2)</script>
```

[@chad-2020#p1]: javascript:alert(1)

> <script>alert(3)</script> [@"><script>alert(4)</script>]

“<img src=x onerror=alert(5)> and more words” [@chad-2020#p1]
"""


def test_html_is_safe() -> None:
    """Nothing runs, nothing is loaded, links lead where they say, in text and in picks."""
    evil = document("<script>alert(1)</script> said “<b>”.", Citation(
        (0, 38), "1", "direct", Note("n", "1", "<img src=x> javascript:x https://e.org/<b>", ())
    ))  # fmt: skip
    for text in (HOSTILE, quotation(evil), letter.begin(HOSTILE, [evil])):
        found = lxml_html.fragment_fromstring(letter.html(read(text, [evil])), create_parent="div")
        for element in found.iter():
            assert element.tag in {
                "div", "p", "a", "em", "strong", "mark", "blockquote", "ol", "ul", "li", "br",
                "h2",
            }  # fmt: skip
            assert set(element.attrib) <= {"href", "rel", "title", "class"}
            if element.tag == "a":
                assert element.get("href", "").startswith(("https://", "http://", "mailto:"))
                assert element.get("rel") == "nofollow noopener noreferrer"


def test_what_is_not_verbatim_is_marked_in_words() -> None:
    """The words that are wrong are marked, and why stands behind them."""
    text = (
        "> Police *freed* 15 women\n> in May. [@chad-2020#p1]\n\n“None was charged” [@chad-2020#p1]"
    )
    found = letter.html(read(text, [CITED]))
    assert found.startswith(
        '<blockquote>\n<p><mark class="not-verbatim">Police </mark><em><mark class="not-verbatim">'
        'freed</mark></em><mark class="not-verbatim"> 15 women</mark>\n'
        '<mark class="not-verbatim">in May.</mark><strong class="not-verbatim"> (Not verbatim: '
        "chad-2020#p1 does not say this; it has “Police freed 14 women in May.”.)</strong>"
    )
    assert "<p>“None was charged” [1] [2] (Chad *2020*)</p>" in found


def test_docx_opens_with_its_styles() -> None:
    """Headings, quotations, lists that begin anew, links, emphasis; the language is English."""
    text = (
        "# A *title*\n\n> None was charged. [@chad-2020#p1]\n\n1. one\n2. two\n\n   - **in** it\n\n"
        "[here](https://e.org/x)\\\nnext"
    )
    opened = Document(io.BytesIO(docx(read(text, [CITED]), "A title")))
    assert [(p.style.name if p.style else "", p.text) for p in opened.paragraphs] == [
        ("Heading 1", "A title"),
        ("Quote", "None was charged. [1] [2] (Chad *2020*)"),
        ("List Number", "one"),
        ("List Number", "two"),
        ("List Bullet", "in it"),
        ("Normal", "here\nnext"),
        ("Heading 2", "References"),
        ("List Number", "Ministry. Report. 2019. https://e.org/r?a=1&b=2 (in French)."),
        ("List Number", "Ibid., p. 4. (Ministry. Report. 2019.)"),
        ("Normal", "Taken from:"),
        ("List Bullet", "Chad *2020*. 2020. https://e.org/chad"),
    ]
    numbered = [p for p in opened.paragraphs if p.style and p.style.name == "List Number"]
    lists = [p._p.pPr.numPr.numId.val for p in numbered]
    assert lists[0] == lists[1] != lists[2] == lists[3]
    assert opened.paragraphs[5].hyperlinks[0].address == "https://e.org/x"
    assert opened.paragraphs[0].runs[1].italic
    assert opened.paragraphs[4].runs[0].bold
    assert opened.core_properties.language == "en"
    assert {e.get(qn("w:val")) for e in opened.styles.element.iter(qn("w:lang"))} == {"en"}


@given(st.one_of(ANY, SIGNS))
def test_any_draft_can_be_read_and_rendered(text: str) -> None:
    """Whatever an editor types."""
    draft = read(text + "\n\n" + quotation(CITED), [CITED])
    assert "\n## References\n" in letter.markdown(draft)
    assert plain.text(draft)
    assert Document(io.BytesIO(docx(draft))).paragraphs
    lxml_html.fragment_fromstring(letter.html(draft), create_parent="div")
