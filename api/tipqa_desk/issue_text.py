"""An issue to read: as HTML for a page or a mail, and as plain text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from tipqa_desk.whats_new import Json

_WIDTH = 76  # characters of a line
_MAILED = 60  # changed sentences in a mail, and as many sources; the page has more
_MAILED_OF_ONE = 20  # of these of one profile or country
_NOTHING = "Nothing is new in the profiles this time."


def month_name(month: str) -> str:
    """As in November 2026."""
    return date.fromisoformat(f"{month}-01").strftime("%B %Y")


def shortened(content: Json) -> Json:
    """An issue with no more of each profile and country than fits in a mail."""
    told = content["countries"]
    room = _share(sum(len(country["editions"]) + len(country["changed"]) for country in told))
    room_for_sources = _share(len(told))
    countries = []
    for country in told:
        short = {**country}
        for name in ("editions", "changed"):
            short[name] = [_short(profile, room) for profile in country[name]]
        short["sources"] = country["sources"][:room_for_sources]
        short["more_sources"] = len(country["sources"]) - len(short["sources"])
        countries.append(short)
    return {**content, "countries": countries}


def html(content: Json, note: str, url: str = "", page: str = "") -> str:
    """The issue as a piece of a page; all that is in it is escaped.

    Args:
        content: as `whats_new` has it, the cuts left out.
        note: the editor's words; empty lines part paragraphs.
        url: where the world finds the site, for a mail.
        page: the address of the issue's page, for a mail, which tells less.
    """
    return _template().render(
        **content, note=_paragraphs(note), url=url, page=page, nothing=_NOTHING
    )


def text(content: Json, note: str, url: str = "") -> str:
    """The issue as plain text, in lines of 76 characters but for addresses."""
    blocks = [_wrapped(paragraph) for paragraph in _paragraphs(note)]
    if not content["countries"]:
        blocks.append(_NOTHING)
    elif content["first"]:
        blocks.append(
            _wrapped(
                "This is the first issue. From now on it tells what changed; these are the "
                "profiles there are."
            )
        )
    for country in content["countries"]:
        blocks.append(f"{country['name']}\n{'=' * len(country['name'])}")
        blocks += _country(country, content["first"], url)
    return "\n\n".join(blocks) + "\n"


def _country(country: Json, first: bool, url: str) -> Iterator[str]:
    if country["profiles"]:
        lead = "" if first else "New:\n"
        yield lead + "\n".join(_linked(one, url) for one in country["profiles"])
    for one in country["editions"]:
        yield f"New edition: {_linked(one, url)}"
        beside = f"Beside {one['before'] or 'the edition before'}"
        yield _wrapped(f"{beside}: sentences {one['counts']}." if one["counts"] else f"{beside}.")
        yield from _changes(one)
    for one in country["changed"]:
        yield f"Changed: {_linked(one, url)}"
        if one["before"]:
            yield _wrapped(f"Its title was: {one['before']}")
        if one["counts"]:
            yield _wrapped(f"Sentences: {one['counts']}.")
        yield from _changes(one)
    if country["gone"]:
        titles = [_wrapped(one["title"], "- ") for one in country["gone"]]
        yield "\n".join(["No longer there:", *titles])
    if country["sources"]:
        sources = [_wrapped(one["told"], "- ") for one in country["sources"]]
        yield "\n".join(["New sources:", *sources])
    if country["more_sources"]:
        yield f"And {country['more_sources']:,} {'more ' if country['sources'] else ''}new sources."


def _changes(profile: Json) -> Iterator[str]:
    for paragraph in profile["paragraphs"]:
        yield _wrapped(paragraph["place"])
        for change in paragraph["changes"]:
            sides = []
            if change["old"]:
                sides.append(_sentence(change["old"], "- "))
            if change["new"]:
                sides.append(_sentence(change["new"], "+ "))
            yield "\n".join(sides)
    if profile["more"]:
        yield f"{profile['more']:,} more changed."


def _sentence(one: Json, sign: str) -> str:
    words = "".join(piece for piece, _ in one["pieces"])
    rests = _wrapped(f"({'; '.join(one['rests'])})", "  ", "   ")
    return f"{_wrapped(words, sign)}\n{rests}"


def _linked(profile: Json, url: str) -> str:
    return f"{profile['title']}\n  {url}/profiles/{profile['id']}"


def _share(number: int) -> int:
    """How much of each of so many fits in a mail."""
    return min(_MAILED_OF_ONE, _MAILED // max(1, number))


def _short(profile: Json, room: int) -> Json:
    paragraphs = []
    for paragraph in profile["paragraphs"]:
        if room > 0:
            changes = paragraph["changes"][:room]
            room -= len(changes)
            paragraphs.append({**paragraph, "changes": changes})
    left = sum(len(one["changes"]) for one in profile["paragraphs"])
    shown = sum(len(one["changes"]) for one in paragraphs)
    return {**profile, "paragraphs": paragraphs, "more": profile["more"] + left - shown}


def _paragraphs(note: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", note) if part.strip()]


def _wrapped(words: str, first: str = "", later: str | None = None) -> str:
    return textwrap.fill(
        " ".join(words.split()),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first) if later is None else later,
        break_long_words=False,
        break_on_hyphens=False,
    )


@cache
def _template() -> Template:
    return Environment(
        loader=PackageLoader("tipqa_desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("issue.html")
