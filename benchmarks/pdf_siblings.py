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
from tipqa.readers.pdf_text import read_pages
from tipqa.types import Profile

Link = tuple[str, str]
_MARKER = re.compile(r"\(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\)")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Counts over one PDF and its sibling, and what they don't share."""

    sentences: int
    in_running_type: int
    found: int
    found_of_these: int
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


def running_type(path: Path) -> str:
    """All that a PDF sets in the type of its paragraphs, as its bytes order it, folded.

    These PDFs set paragraphs in 11 and 12 points, not bold; tables and notes in 8 and 9,
    headings and running headers bold or larger.
    """
    words = [word for page in read_pages(path.read_bytes(), path) for word in page.words]
    plain = " ".join(w.text for w in words if 10.5 < w.size < 13 and not w.bold)
    return folded(_MARKER.sub(" ", plain))


def compare(path: Path, pdf: Profile, sibling: Profile) -> Comparison:
    """Find the sibling's sentences in the text of the PDF's paragraphs, and their direct links."""
    running = running_type(path)
    texts = "|".join(folded(paragraph.text) for paragraph in pdf.paragraphs)
    wanted = {
        folded(p.text[slice(*span)]): p.text[slice(*span)]
        for p in sibling.paragraphs
        for span in p.sentences
    }
    found = {text for text in wanted if text in texts}
    plain = {text for text in wanted if text in running}
    expected = {link for link in links(sibling) if link[0] in found}
    # A sentence may be cut otherwise: its marker then stands on a part or on the whole.
    read = {
        link
        for link in links(pdf)
        if link[0] in found or any(link[0] in text or text in link[0] for text in found)
    }
    return Comparison(
        len(wanted),
        len(plain),
        len(found),
        len(found & plain),
        len(expected),
        len(read),
        tuple(wanted[text] for text in wanted if text not in found),
        tuple(sorted(link for link in read if not is_among(link, expected))),
        tuple(sorted(link for link in expected if not is_among(link, read))),
    )


def is_among(link: Link, others: set[Link]) -> bool:
    return any(link[1] == label and (link[0] in t or t in link[0]) for t, label in others)


def main() -> None:
    folder, siblings = map(Path, sys.argv[1:3])
    print(
        f"{'':12} sentences  found  of all  in running type  of these  recall  precision  ms a page"
    )
    total = [0] * 8
    for path in sorted(folder.glob("*.pdf")):
        name = path.stem.rpartition("_")[2]
        start = time.perf_counter()
        pdf = readers.read(path)
        took = 1000 * (time.perf_counter() - start) / max(note.line or 1 for note in pdf.notes)
        c = compare(path, pdf, readers.read(siblings / f"{name.lower()}.md"))
        shared, right = c.links - len(c.lacking), c.read - len(c.extra)
        row = [c.sentences, c.found, c.in_running_type, c.found_of_these]
        row += [c.links, shared, c.read, right]
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
        f"{n[0]:10}{n[1]:7}{n[1] / n[0]:8.3f}{n[2]:17}{n[3] / n[2]:10.3f}"
        f"{n[5] / n[4]:8.3f}{n[7] / n[6]:11.3f}"
    )


if __name__ == "__main__":
    main()
