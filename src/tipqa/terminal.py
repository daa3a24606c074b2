"""What the command line shows a person."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tipqa.answer import Answer
    from tipqa.check import Finding
    from tipqa.compose import Composed
    from tipqa.difference import Difference
    from tipqa.evaluate import Measures
    from tipqa.index import Built, Progress
    from tipqa.search import Found, Index
    from tipqa.types import Profile
    from tipqa.verdict import Verdict


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar on stderr while a build works, where a person looks on."""
    from rich.console import Console
    from rich.progress import Progress

    names = {
        "read": "Reading profiles",
        "embed": "Embedding passages",
        "ask": "Asking",
        "answer": "Answering",
        "send": "Sending mails",
    }
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(names[stage], total=total)
            bar.update(tasks[stage], completed=done)

        yield tell


def print_built(built: Built, folder: Path) -> None:
    what = f"{counted(built.profiles, 'profile')}, {counted(built.passages, 'passage')}"
    if built.changed:
        print(f"{folder}: {what}; {built.embedded} embedded. Generation {built.generation}.")
    else:
        print(f"{folder}: {what}; nothing has changed. Generation {built.generation}.")
    if built.skipped:
        print(f"{counted(len(built.skipped), 'unreadable file')} left out.")
    if built.problems:
        print(f"{counted(built.problems, 'flaw')} in the files; tipqa check lists them.")
    if built.not_exported:
        print(f"Questions will wait for torch to load: {built.not_exported}.")
    if built.too_long:
        shown = ", ".join(built.too_long[:3])
        print(f"{counted(len(built.too_long), 'sentence')} longer than the encoder sees: {shown}")


def print_findings(files: Sequence[str], findings: Sequence[Finding]) -> None:
    """A line a finding, a table by file where there are several, and the sum."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tipqa.check import LEVELS

    for finding in findings:
        print(printable(str(finding)))
    counts = Counter((finding.file, finding.level) for finding in findings)
    if len(files) > 1:
        table = Table("file", *(f"{level}s" for level in LEVELS), box=None)
        for file in files:
            table.add_row(Text(printable(file)), *(str(counts[file, level]) for level in LEVELS))
        Console(soft_wrap=True, highlight=False).print(table)
    sums = [sum(counts[file, level] for file in files) for level in LEVELS]
    told = ", ".join(counted(n, level) for n, level in zip(sums, LEVELS, strict=True))
    print(f"{counted(len(files), 'file')}: {told}")


def print_measures(measures: Measures, signed: bool = False) -> None:
    """A line a kind of question, with means and 95% intervals."""
    sign = "+" if signed else ""
    width = max(map(len, measures))
    for kind, named in measures.items():
        if kind == "all" or named.keys() != measures["all"].keys():
            print(f"{'':{width}}    n ", *(f"{name:23}" for name in named))
        shown = (
            f"{m.mean:{sign}.3f} [{m.low:{sign}.3f}, {m.high:{sign}.3f}]" for m in named.values()
        )
        n = max(m.n for m in named.values())
        print(f"{printable(kind):{width}} {n:4} ", *(f"{cell:23}" for cell in shown))


def print_answers_measured(measures: Measures, bins: Sequence[tuple[float, float, int]]) -> None:
    """A line a measure with its 95% interval; and how far confidence keeps its word."""
    for kind, named in measures.items():
        for name, m in named.items():
            told = f"{m.mean:.3f} [{m.low:.3f}, {m.high:.3f}]"
            print(f"{printable(kind):14} {name:12} {told}  n={m.n}")
    print("\nconfidence  can be answered")
    for sure, true, number in bins:
        print(f"      {sure:.2f}  {true:.2f} {'#' * round(20 * true):20}  n={number}")


def print_found(index: Index, found: Found, max_tokens: int | None) -> None:
    """Each hit with its notes, numbered from 1; what else there is to say on stderr."""
    from rich.console import Console
    from rich.text import Text

    from tipqa.cite import COVERED, mark, numbered

    console = Console(soft_wrap=True, highlight=False)
    tell_if_stale(index)
    if found.searched:
        print(f"tipqa: searched for: {printable(found.searched)}", file=sys.stderr)
    if found.no_profile:
        names = ", ".join(map(printable, found.no_profile))
        print(f"tipqa: no profile is about {names}.", file=sys.stderr)
    if not found.hits:
        budget = f" that fits into {max_tokens} tokens" if max_tokens else ""
        print(f"Nothing found{budget}. Try fewer filters or other words.", file=sys.stderr)
    inherited = False
    for hit in found.hits:
        info = hit.passage.profile
        where = " › ".join([info.name, *hit.passage.section])
        edition = f", {info.edition}" if info.edition else ""
        title = f"{hit.rank}. {where}{edition}  ({hit.passage.id}, score {hit.score:.3f})"
        console.print(Text(printable(title), style="bold"))
        sentences, notes = numbered(hit.passage)
        text = Text()
        for sentence in sentences:
            style = "reverse" if sentence.span in hit.highlights else ""
            text.append(printable(sentence.text), style=style)
            for number, scope in sentence.references:
                text.append(f" {mark(number, scope)}", style="cyan")
                inherited = inherited or scope == "inherited"
            text.append(" ")
        console.print(text)
        for number, note in enumerate(notes, start=1):
            console.print(Text(f"   [{number}] {printable(note.text)}", style="cyan"))
        if any(not sentence.references for sentence in sentences):
            which = "A sentence without a number" if notes else "This passage"
            console.print(Text(f"   {which} rests on the profile alone.", style="dim"))
        if hit.also_in:
            editions = ", ".join(f"{copy.edition} ({copy.id})" for copy in hit.also_in)
            console.print(Text(printable(f"   Nearly the same in {editions}."), style="dim"))
        if hit.parts is not None:
            parts = ", ".join(f"{name} {value:.3f}" for name, value in hit.parts.items())
            console.print(Text(f"   score: {parts}", style="dim"))
        console.print()
    if inherited:
        console.print(Text(COVERED, "dim"))


def _composed(composed: Composed) -> str:
    """The text with the ids it rests on, and whose it is; or why there is none."""
    if not composed.sentences:
        return f"{composed.model} gave no text that stands: {composed.why}"
    text = " ".join(f"{s.text} ({', '.join(s.passages)})" for s in composed.sentences)
    dropped = f", {composed.dropped} of its sentences left out" if composed.dropped else ""
    return f"{text}\nJoined by {composed.model}{dropped}, from these sentences:"


def print_answer(index: Index, answer: Answer, composed: Composed | None = None) -> None:
    """The sentences with their notes, or what is not there and what was near."""
    from rich.console import Console
    from rich.text import Text

    from tipqa.cite import COVERED, mark

    console = Console(soft_wrap=True, highlight=False)
    tell_if_stale(index)
    sure = f"(confidence {answer.confidence:.2f})"
    if answer.status == "not_found":
        console.print(Text(f"The profiles do not say. {sure}", style="bold"))
    elif answer.as_of:
        console.print(Text(f"As of {answer.as_of} {sure}", style="bold"))
    else:
        console.print(Text(f"Answer {sure}", style="bold"))
    if composed:
        console.print(Text(printable(_composed(composed))))
    notes: dict[tuple[str, str], int] = {}
    references: list[str] = []
    scopes = set()
    for sentence in answer.sentences:
        info = sentence.passage.profile
        text = Text("• ")
        if sentence.relation == "contradicts":
            text.append("This speaks against the question: ", style="yellow")
        text.append(printable(sentence.text))
        for citation in sentence.citations:
            key = (info.id, citation.note.id)
            if key not in notes:
                notes[key] = len(notes) + 1
                references.append(f"   [{notes[key]}] {printable(citation.note.text)}")
            text.append(f" {mark(notes[key], citation.scope)}", style="cyan")
            scopes.add(citation.scope)
        rests = "" if sentence.citations else ", rests on the profile alone"
        text.append(printable(f"  ({sentence.passage.id}{rests})"), style="dim")
        console.print(text)
    for reference in references:
        console.print(Text(reference, style="cyan"))
    if "inherited" in scopes:
        console.print(Text(COVERED, "dim"))
    for group in answer.figures:
        told = ", ".join(answer.sentences[n].text[slice(*figure.span)] for n, figure in group)
        console.print(Text(printable(f"The sources give different figures: {told}."), "yellow"))
    for said in (*answer.missing, *answer.warnings):
        console.print(Text(printable(f"! {said}"), style="yellow"))
    if answer.status == "not_found" and answer.found.hits:
        near = ", ".join(hit.passage.id for hit in answer.found.hits[:3])
        console.print(Text(printable(f"Near: {near}. tipqa search shows them."), style="dim"))


def print_profile(profile: Profile) -> None:
    """Its sentences with the labels of their notes, the notes, the flaws, what is left out."""
    from tipqa.cite import mark

    info = profile.info
    named = ", ".join(str(part) for part in (info.country_name, info.country, info.edition) if part)
    inferred = f" (inferred: {', '.join(info.inferred)})" if info.inferred else ""
    print(printable(f"{info.title}\n{info.id}: {named}{inferred}"))
    section: tuple[str, ...] = ()
    for paragraph in profile.paragraphs:
        if paragraph.section != section:
            section = paragraph.section
            print(printable(f"\n## {' › '.join(section)}"))
        print(f"\nparagraph {paragraph.number}")
        for span in paragraph.sentences:
            marks = "".join(
                f" {mark(c.label, c.scope)}" for c in paragraph.citations if c.sentence == span
            )
            print(printable(f"  {paragraph.text[slice(*span)]}{marks}"))
    print("\nNotes")
    for note in profile.notes:
        print(printable(f"  {note.label}: {note.text}"))
        for source in note.sources:
            print(printable(f"     {note.link} → {source.id}"))
    for problem in profile.problems:
        print(printable(f"line {problem.line or '-'}: {problem.code} {problem.message}"))
    for left in profile.left_out:
        print(printable(f"line {left.line}: left out: {left.text}"))


def print_verdict(verdict: Verdict) -> None:
    """A line a passage, and below it what is other now: the old behind "-", the new behind "+"."""
    if verdict.altered:
        print("The packet was altered since it was written: its sha256 is another.")
    for found in verdict.passages:
        now = f", now {found.now}" if found.now not in (None, found.id) else ""
        rests = ", rests on other sources" if found.citations else ""
        print(printable(f"{found.id}: {found.state}{now}{rests}"))
        for sentence in found.sentences:
            _print_change([sentence.old or ""], [sentence.new or ""])
        for resting in found.citations:
            print(printable(f"    {resting.sentence}"))
            _print_change(resting.old, resting.new)
    if verdict.same:
        print("All is the same.")


def _print_change(old: Sequence[str], new: Sequence[str]) -> None:
    for sign, lines in (("-", old), ("+", new)):
        for line in filter(None, lines):
            print(printable(f"  {sign} {line}"))


def print_difference(difference: Difference) -> None:
    """What changed, the old before the new."""
    from rich.console import Console

    from tipqa.redline import lines

    console = Console(soft_wrap=True, highlight=False)
    for line in lines(difference):
        line.plain = printable(line.plain)  # as long as it was, so the styles stay in place
        console.print(line)
    if not difference:
        console.print("Nothing differs.")


def printable(text: str) -> str:
    """A text without control characters, which a terminal would obey."""
    return "".join(
        c if c.isprintable() or c in "\n " else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def tell_if_stale(index: Index) -> None:
    if index.generation.stale:
        print("tipqa: the corpus has changed since; run tipqa index.", file=sys.stderr)


def print_export(text: str) -> None:
    """An export as UTF-8 wherever it goes; for a terminal, nothing that it would obey."""
    if sys.stdout.isatty():
        print("\n".join(map(printable, text.removeprefix("\ufeff").splitlines())))
    else:
        sys.stdout.buffer.write(text.encode())


def counted(number: int, what: str, many: str | None = None) -> str:
    """As in "1 mail", "2 mails", "2 inquiries"."""
    return f"{number} {what if number == 1 else many or f'{what}s'}"


def compact(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)


def print_json(document: dict[str, Any]) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))
