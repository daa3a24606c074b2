"""What an issue tells: the difference of two states of a corpus, as JSON that is kept.

content    {"first": whether there was nothing to compare with, "countries": [country]}
country    {"key", "name", "profiles", "gone", "editions", "changed", "sources",
           "more_sources": how many more a shortened one leaves out}
profile    {"key", "id", "title", "before", "counts", "paragraphs", "more"}
paragraph  {"key", "place", "number", "changes": [{"kind", "old", "new"}]}
sentence   {"pieces": [[text, whether the other wording lacks it]], "rests": [reference]}

What has a key can be cut; a country's key is its code, or its name where it has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tipqa.alignment import changed_words
from tipqa.cite import one_line, profile_source, reference, told
from tipqa.comparison import ProfileChange, Sentence, SentenceChange
from tipqa.difference import CountryDifference, Difference, difference
from tipqa.store import Store
from tipqa.types import ProfileInfo, Span

Json = dict[str, Any]
# Changed sentences of a profile, and of a new edition; tipqa diff tells all.
_KEPT, _KEPT_OF_EDITION = 100, 20
_COUNTED = {"words": "changed", "new": "new", "gone": "gone", "sources": "on other sources"}


def content_of(old: Store | None, new: Store) -> Json:
    """What is new since an old state; which profiles there are, where there was none."""
    if old is not None:
        return {"first": False, "countries": _countries(difference(old, new))}
    found: dict[str, Json] = {}
    for info in new.profiles():
        country = found.setdefault(key_of(info), _country(CountryDifference(info)))
        country["profiles"].append(_titled(info))
    return {"first": True, "countries": list(found.values())}


def key_of(info: ProfileInfo) -> str:
    """The key of a profile's country."""
    return info.country or info.name


def countries_of(store: Store) -> dict[str, str]:
    """The names of the countries that have profiles, by their keys."""
    return {key_of(info): info.name for info in store.profiles()}


def without(content: Json, cuts: Iterable[str]) -> Json:
    """What is left when some of it is cut; a country with nothing left is left out."""
    out = set(cuts)

    def kept(items: Sequence[Json]) -> list[Json]:
        return [item for item in items if item["key"] not in out]

    countries = []
    for country in kept(content["countries"]):
        left: Json = {**country}
        for name in ("profiles", "gone", "editions", "changed"):
            left[name] = kept(country[name])
        for name in ("editions", "changed"):
            left[name] = [
                {**one, "paragraphs": kept(one["paragraphs"])}
                for one in left[name]
                if name == "editions" or kept(one["paragraphs"]) or not one["paragraphs"]
            ]
        if f"{country['key']} sources" in out:
            left["sources"] = []
        if any(left[name] for name in ("profiles", "gone", "editions", "changed", "sources")):
            countries.append(left)
    return {**content, "countries": countries}


def narrowed(content: Json, countries: Sequence[str] | None) -> Json:
    """What is told of some countries alone; None for all."""
    if countries is None:
        return content
    kept = [country for country in content["countries"] if country["key"] in countries]
    return {**content, "countries": kept}


def keys(content: Json) -> set[str]:
    """All that can be cut."""
    found = set()
    for country in content["countries"]:
        found |= {country["key"], f"{country['key']} sources"}
        for name in ("profiles", "gone", "editions", "changed"):
            for one in country[name]:
                found |= {one["key"], *(p["key"] for p in one.get("paragraphs", ()))}
    return found


def _countries(found: Difference) -> list[Json]:
    return [_country(country) for country in found.countries]


def _country(country: CountryDifference) -> Json:
    sources = sorted(country.new_sources, key=reference)
    return {
        "key": key_of(country.info),
        "name": one_line(country.name),
        "profiles": [_titled(info) for info in country.new_profiles],
        "gone": [_titled(info) for info in country.gone_profiles],
        "editions": [_profile(change, _KEPT_OF_EDITION) for change in country.editions],
        "changed": [_profile(change, _KEPT) for change in country.changed],
        "sources": [{"told": reference(source), "url": source.url} for source in sources],
        "more_sources": 0,
    }


def _titled(info: ProfileInfo) -> Json:
    return {"key": info.id, "id": info.id, "title": one_line(info.title)}


def _profile(change: ProfileChange, room: int) -> Json:
    counts = change.counts
    paragraphs: list[Json] = []
    for number, paragraph in enumerate(change.paragraphs, 1):
        if room <= 0:
            break
        shown = paragraph.changes[:room]
        room -= len(shown)
        place = f"paragraph {paragraph.new or paragraph.old}"
        place += ", gone" if paragraph.new is None else ", new" if paragraph.old is None else ""
        paragraphs.append(
            {
                "key": f"{change.new.id} {number}",
                "place": " › ".join([*map(one_line, paragraph.section), place]),
                "number": paragraph.new,
                "changes": [_change(change, one) for one in shown],
            }
        )
    total = sum(counts.values())
    other = one_line(change.old.title) != one_line(change.new.title)
    return {
        **_titled(change.new),
        "before": one_line(change.old.title) if other else None,
        "counts": ", ".join(f"{counts[k]:,} {what}" for k, what in _COUNTED.items() if counts[k]),  # type: ignore[index]
        "paragraphs": paragraphs,
        "more": total - sum(len(one["changes"]) for one in paragraphs),
    }


def _change(profile: ProfileChange, change: SentenceChange) -> Json:
    spans: tuple[Sequence[Span], Sequence[Span]] = ((), ())
    if change.kind == "words" and change.old and change.new:
        spans = changed_words(change.old.text, change.new.text)
    return {
        "kind": change.kind,
        "old": _sentence(profile.old, change.old, spans[0]),
        "new": _sentence(profile.new, change.new, spans[1]),
    }


def _sentence(info: ProfileInfo, sentence: Sentence | None, spans: Sequence[Span]) -> Json | None:
    if sentence is None:
        return None
    pieces, end = [], 0
    for first, last in spans:
        pieces += [[sentence.text[end:first], False], [sentence.text[first:last], True]]
        end = last
    pieces.append([sentence.text[end:], False])
    notes = dict.fromkeys(told(citation.note) for citation in sentence.citations)
    return {
        "pieces": [piece for piece in pieces if piece[0]],
        "rests": list(notes) or [reference(profile_source(info))],
    }
