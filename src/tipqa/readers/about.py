"""Which country and edition a file is about: as it says, as its caller says, or inferred."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from tipqa import countries
from tipqa.errors import CorpusError
from tipqa.readers.front_matter import FrontMatter
from tipqa.slugs import slug
from tipqa.types import Note, Problem, ProfileInfo

_OWN_KEYS = ("id", "title", "country", "edition", "url")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of itself: front matter, title, paragraphs; and what its caller says."""

    front: FrontMatter
    title: str | None
    texts: tuple[str, ...]
    country: str | None = None
    edition: int | None = None


def identify(
    about: Said, notes: Sequence[Note], path: Path, file: str
) -> tuple[ProfileInfo, list[Problem]]:
    """Tell what a profile is about, and what of that is unknown or inferred.

    Raises:
        CorpusError: there is front matter that can't be meant.
    """
    problems: list[Problem] = []
    front = about.front
    for key in _OWN_KEYS:
        if not isinstance(front.values.get(key, ""), str):
            message = f'front matter has a list or map as "{key}". Give one value.'
            raise CorpusError(path, front.lines[key], message)
    said = {key: str(front.values.get(key, "")).strip() for key in _OWN_KEYS}
    said = {key: "" if value in ("null", "~") else value for key, value in said.items()}
    about = replace(about, title=said["title"] or about.title)
    line = front.lines.get
    inferred = []

    written = said["country"] or about.country
    found = countries.lookup(written) if written else None
    if written and not found:
        problems.append(
            Problem(
                line("country"),
                "unknown-country",
                f'"{written}" is no country that the country data knows; kept as written',
            )
        )
    if not written:
        found = _infer_country(about, path)
        if found:
            inferred.append("country")
            problems.append(
                Problem(
                    None,
                    "inferred-country",
                    f"no country is given; {found.name} is inferred from its name or text",
                )
            )
        else:
            problems.append(
                Problem(None, "no-country", "no country is given and none can be inferred")
            )

    year = about.edition
    if said["edition"]:
        if not re.fullmatch(r"(?:19|20)\d\d", said["edition"]):
            raise CorpusError(
                path,
                line("edition"),
                f'front matter has edition "{said["edition"]}". '
                'Give a year, as in "edition: 2024".',
            )
        year = int(said["edition"])
    elif about.edition is None:
        year = _infer_edition(about, notes, path)
        if year:
            inferred.append("edition")
            problems.append(
                Problem(
                    None,
                    "inferred-edition",
                    f"no edition is given; {year} is inferred from its name, sources or text",
                )
            )
        else:
            problems.append(
                Problem(None, "no-edition", "no edition is given and none can be inferred")
            )

    name = found.name if found else written
    title = about.title or ", ".join(str(part) for part in (name, year) if part)
    info = ProfileInfo(
        id=slug(said["id"] or f"{name or path.stem} {year or ''}") or "profile",
        title=title or path.stem,
        country=found.code if found else None,
        country_name=name,
        edition=year,
        file=file,
        url=said["url"] or None,
        regions=found.regions if found else (),
        inferred=tuple(inferred),
        extra={k: v for k, v in front.values.items() if k not in _OWN_KEYS},
    )
    return info, problems


def _infer_country(about: Said, path: Path) -> countries.Country | None:
    """From the title, else the file's name, else the country that the text names most."""
    if about.title and (named := countries.mentioned(about.title)):
        return named[0]
    if by_name := countries.lookup(re.sub(r"[\W_\d]+", " ", path.stem).strip()):
        return by_name
    tally: dict[countries.Country, int] = {}
    for text in about.texts:
        for country in countries.mentioned(text):
            tally[country] = tally.get(country, 0) + 1
    return max(tally, key=lambda c: tally[c], default=None)


def _infer_edition(about: Said, notes: Sequence[Note], path: Path) -> int | None:
    """From the file's name or the title, else the newest year of a source, else of the text."""
    texts = [path.stem, about.title or ""]
    years = [int(year) for text in texts for year in _YEAR.findall(text)]
    years = years or [s.year for note in notes for s in note.sources if s.year]
    years = years or [int(year) for text in about.texts for year in _YEAR.findall(text)]
    return max((year for year in years if year <= date.today().year), default=None)
