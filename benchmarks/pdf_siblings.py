"""What the PDF reader finds of the same profiles parsed to Markdown: sentences and links.

    .venv/bin/python benchmarks/pdf_siblings.py ../shared/data/pdf ../shared/data/profiles/dol-2021

Takes some seconds. A PDF called 2021_Chad.pdf is compared with chad.md.
"""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tipqa import readers
from tipqa.types import Profile

Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts over one PDF and its sibling, and what they don't share."""

    sentences: int
    whole: int
    found: int
    links: int
    read: int
    missed: tuple[str, ...]
    extra: tuple[Link, ...]
    lacking: tuple[Link, ...]


def folded(text: str) -> str:
    """Letters and digits only."""
    return re.sub(r"[\W_]+", "", text).lower()


def links(profile: Profile) -> set[Link]:
    return {
        (folded(paragraph.text[slice(*c.sentence)]), c.label)
        for paragraph in profile.paragraphs
        for c in paragraph.citations
        if c.scope == "direct"
    }


def found_in(sentence: str, texts: str, others: set[str]) -> str:
    """The part of a sibling's sentence that a PDF's paragraphs hold, folded; "" for none.

    That is all of it, or what follows a heading or table cell which the sibling has run
    into it, as "2016 – 2021 Ensure that" and "Labor Law Enforcement In 2021": the words
    before must all stand in the PDF's headings or in what is left out of it.
    """
    if (whole := folded(sentence)) in texts:
        return whole
    words = sentence.split()
    for first in range(1, len(words) - 4):
        if folded(words[first - 1]) not in others:
            break
        part = folded(" ".join(words[first:]))
        if words[first][0].isupper() and part in texts:
            return part
    return ""


def compare(pdf: Profile, sibling: Profile) -> Comparison:
    """Find the sibling's sentences in the text of the PDF's paragraphs, and their direct links."""
    texts = "|".join(folded(paragraph.text) for paragraph in pdf.paragraphs)
    frame = [title for paragraph in pdf.paragraphs for title in paragraph.section]
    frame += [left.text for left in pdf.left_out]
    others = {folded(word) for text in frame for word in text.split()}
    wanted = {
        folded(p.text[slice(*span)]): p.text[slice(*span)]
        for p in sibling.paragraphs
        for span in p.sentences
    }
    parts = {whole: found_in(text, texts, others) for whole, text in wanted.items()}
    found = {part for part in parts.values() if part}
    expected = {(parts[text], label) for text, label in links(sibling) if parts[text]}
    # A sentence may be cut otherwise: its marker then stands on a part or on the whole.
    cut = found - {folded(p.text[slice(*span)]) for p in pdf.paragraphs for span in p.sentences}
    read = {
        link
        for link in links(pdf)
        if link[0] in found or any(link[0] in text or text in link[0] for text in cut)
    }
    return Comparison(
        len(wanted),
        sum(whole == part for whole, part in parts.items()),
        sum(map(bool, parts.values())),
        len(expected),
        len(read),
        tuple(text for whole, text in wanted.items() if not parts[whole]),
        tuple(sorted(link for link in read if not is_among(link, expected))),
        tuple(sorted(link for link in expected if not is_among(link, read))),
    )


def is_among(link: Link, others: set[Link]) -> bool:
    return any(link[1] == label and (link[0] in t or t in link[0]) for t, label in others)


def main() -> None:
    folder, siblings = map(Path, sys.argv[1:3])
    print(f"{'':12} sentences  whole  of all  or part  of all  recall  precision  ms a page")
    total = [0] * 7
    for path in sorted(folder.glob("*.pdf")):
        name = path.stem.rpartition("_")[2]
        start = time.perf_counter()
        pdf = readers.read(path)
        took = 1000 * (time.perf_counter() - start) / max(note.line or 1 for note in pdf.notes)
        c = compare(pdf, readers.read(siblings / f"{name.lower()}.md"))
        shared, right = c.links - len(c.lacking), c.read - len(c.extra)
        row = [c.sentences, c.whole, c.found, c.links, shared, c.read, right]
        total = [a + b for a, b in zip(total, row, strict=True)]
        print(f"{name:12}{_row(row)}{took:11.0f}", flush=True)
        if "--verbose" in sys.argv:
            for text in c.missed:
                print("    not found:", text[:160])
            for link in c.extra:
                print("    extra:", *link)
            for link in c.lacking:
                print("    lacking:", *link)
    print(f"{'all':12}{_row(total)}")


def _row(n: list[int]) -> str:
    return (
        f"{n[0]:10}{n[1]:7}{n[1] / n[0]:8.3f}{n[2]:9}{n[2] / n[0]:8.3f}"
        f"{n[4] / n[3]:8.3f}{n[6] / n[5]:11.3f}"
    )


if __name__ == "__main__":
    main()
