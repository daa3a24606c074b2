"""Files of questions: to ask one after the other, or with the passages that answer them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tipqa.errors import QueryError


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its type, and its gold: (file, quote), empty where it can't be answered.

    `files` says that whole files are gold; the quotes are empty then.
    """

    question: str
    type: str
    answerable: bool
    gold: tuple[tuple[str, str], ...]
    files: bool = False


def load_questions(path: Path) -> list[Question]:
    """Read questions, one JSON object a line.

    Raises:
        QueryError: the file can't be read, or a line is no question; names the line.
    """
    questions = []
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            read = json.loads(line)
            if not isinstance(read["question"], str) or (read["answerable"] and not read["gold"]):
                raise ValueError
            gold = tuple((str(g["file"]), folded(g["quote"])) for g in read.get("gold", []))
            questions.append(
                Question(read["question"], read.get("type", ""), read["answerable"], gold)
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise QueryError(
                f'{path}:{number}: is no question. Each line needs "question", "answerable" and '
                '"gold", a list of "file" and "quote".'
            ) from error
    if not any(question.answerable for question in questions):
        raise QueryError(f"{path}: holds no answerable question. There is nothing to measure.")
    return questions


def read_batch(file: Path) -> Iterator[str | QueryError]:
    """The questions of a batch file; a line that is none gives its error in its place."""
    try:
        lines = file.read_bytes().rstrip().split(b"\n")
        lines = lines if lines != [b""] else []
    except OSError as error:
        raise QueryError(f"{file}: can't be opened: {error.strerror}. Check the path.") from error
    for number, raw in enumerate(lines, start=1):
        place = f"{file}:{number}"
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError:
            yield QueryError(f"{place}: is not UTF-8. Save the file as UTF-8.")
            continue
        if not line.startswith("{"):
            yield line
            continue
        try:
            question = json.loads(line).get("question")
        except (json.JSONDecodeError, RecursionError):
            question = None
        if isinstance(question, str):
            yield question
        else:
            yield QueryError(f'{place}: is no JSON object with a text as "question". Mend it.')


def text_of(path: Path) -> str:
    """Raises: QueryError: the file can't be read as text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"{path}: can't be read as text. Check the path.") from error


def folded(text: str) -> str:
    """White space folded, as quotes are compared."""
    return " ".join(text.split())
