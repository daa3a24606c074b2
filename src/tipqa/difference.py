"""What differs between two states of a corpus, by country."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tipqa.cite import reference
from tipqa.comparison import ProfileChange, compare
from tipqa.errors import GenerationError, QueryError
from tipqa.generation import CURRENT, DATABASE, FORMAT, MANIFEST, current_name
from tipqa.store import Filters, Store
from tipqa.types import Profile, ProfileInfo, Source


@dataclass(frozen=True, slots=True)
class CountryDifference:
    """What differs of one country. `info` is a profile of it, which tells its name.

    `editions` are new profiles of a country that had one, each beside the edition before
    it. Of `new_sources` none was named in the old state by a profile of the country, of
    `gone_sources` none is in the new one.
    """

    info: ProfileInfo
    new_profiles: tuple[ProfileInfo, ...] = ()
    gone_profiles: tuple[ProfileInfo, ...] = ()
    editions: tuple[ProfileChange, ...] = ()
    changed: tuple[ProfileChange, ...] = ()
    new_sources: tuple[Source, ...] = ()
    gone_sources: tuple[Source, ...] = ()

    @property
    def name(self) -> str:
        return self.info.name


@dataclass(frozen=True, slots=True)
class Difference:
    """By country, those alone where something differs, in the order of their names."""

    countries: tuple[CountryDifference, ...]

    def __bool__(self) -> bool:
        return bool(self.countries)


def holds_state(place: Path) -> bool:
    """Whether there is an index, a generation's folder or a file at a place."""
    return place.is_file() or any((place / name).is_file() for name in (CURRENT, DATABASE))


def open_state(place: Path) -> tuple[str, Store]:
    """Open what a corpus was at a time; tells its name, too.

    Args:
        place: an index, of which the current generation is meant; the folder of a
            generation; or a copy of a generation's database.

    Raises:
        GenerationError: there is none of these, or another version of tipqa wrote it.
    """
    if (place / CURRENT).is_file():
        place = place / "generations" / (current_name(place) or "")
    database = place / DATABASE if place.is_dir() else place
    try:
        manifest = place / MANIFEST
        if manifest.is_file() and json.loads(manifest.read_bytes())["format"] != FORMAT:
            raise ValueError
        store = Store(database)
        store.profiles()
    except (sqlite3.Error, ValueError, LookupError) as error:
        raise GenerationError(
            f"{database}: is no database of an index that this tipqa reads. "
            "Name an index, a generation's folder in it or a copy of its tipqa.sqlite."
        ) from error
    return place.name, store


def difference(old: Store, new: Store, filters: Filters | None = None) -> Difference:
    """Compare two states of a corpus.

    Profiles with one id are compared; so are two of one country and edition where each
    id is in one state alone. A new edition is held against the country's last one before
    it, or else the first after it, as the new state has it, or else the old.

    Args:
        old, new: the databases of two generations, or copies of them.
        filters: look at some countries, regions or editions alone; what they ask of
            passages has no say.
    """
    was, now = (_by_country(store.profiles(filters)) for store in (old, new))
    infos = {key: side[key][-1] for side in (was, now) for key in side}
    found = (
        _of_country(infos[key], (old, was.get(key, [])), (new, now.get(key, [])))
        for key in sorted(infos, key=lambda key: (infos[key].name, key))
    )
    return Difference(tuple(country for country in found if country is not None))


def between(old: Profile, new: Profile) -> Difference:
    """Compare two editions of a country.

    Raises:
        QueryError: the profiles are of two countries.
    """
    if _country(old.info) != _country(new.info):
        raise QueryError(
            f"{old.info.id} and {new.info.id} are of two countries. Name two editions of one."
        )
    change = compare(old, new)
    new_sources, gone_sources = _sources([old], [new]), _sources([new], [old])
    if not (_differs(change) or new_sources or gone_sources):
        return Difference(())
    return Difference(
        (
            CountryDifference(
                info=new.info,
                editions=(change,) if old.info.id != new.info.id else (),
                changed=(change,) if old.info.id == new.info.id else (),
                new_sources=new_sources,
                gone_sources=gone_sources,
            ),
        )
    )


def _of_country(
    info: ProfileInfo,
    was: tuple[Store, Sequence[ProfileInfo]],
    now: tuple[Store, Sequence[ProfileInfo]],
) -> CountryDifference | None:
    """What differs of one country, of two states with its profiles in each."""
    before, after = ({i.id: _profile(state[0], i) for i in state[1]} for state in (was, now))
    renamed = _renamed(was[1], now[1])
    changed, editions, new_profiles = [], [], []
    for identity, profile in after.items():
        former = before.get(renamed.get(identity, identity))
        if former is not None:
            change = compare(former, profile)
            if _differs(change):
                changed.append(change)
        elif before:
            others = {**before, **after}
            del others[identity]
            editions.append(compare(_beside(profile, others.values()), profile))
        else:
            new_profiles.append(profile.info)
    kept = {renamed.get(identity, identity) for identity in after}
    found = CountryDifference(
        info=info,
        new_profiles=tuple(new_profiles),
        gone_profiles=tuple(p.info for identity, p in before.items() if identity not in kept),
        editions=tuple(editions),
        changed=tuple(changed),
        new_sources=_sources(before.values(), after.values()),
        gone_sources=_sources(after.values(), before.values()),
    )
    return found if found != CountryDifference(info=info) else None


def _differs(change: ProfileChange) -> bool:
    return bool(change.paragraphs) or change.old.title != change.new.title


def _profile(store: Store, info: ProfileInfo) -> Profile:
    profile = store.profile(info.id)
    assert profile is not None  # its id is from this store
    return profile


def _renamed(was: Sequence[ProfileInfo], now: Sequence[ProfileInfo]) -> dict[str, str]:
    """The former ids of profiles by the new ones: of one edition, each in one state alone."""
    ids = [{info.id for info in state} for state in (was, now)]
    gone = {info.edition: info.id for info in was if info.id not in ids[1]}
    came = {info.edition: info.id for info in now if info.id not in ids[0]}
    return {came[edition]: gone[edition] for edition in came if edition in gone}


def _beside(profile: Profile, others: Iterable[Profile]) -> Profile:
    """The last edition before a profile's own, or else the first after it."""
    edition = profile.info.edition or 0
    ordered = sorted(others, key=lambda other: other.info.edition or 0)
    earlier = [other for other in ordered if (other.info.edition or 0) <= edition]
    return earlier[-1] if earlier else ordered[0]


def _sources(known: Iterable[Profile], naming: Iterable[Profile]) -> tuple[Source, ...]:
    """The sources that some profiles name and others do not, in the order they name them."""
    before = [source for profile in known for source in profile.sources]
    told = {told for source in before for told in (source.id, reference(source))}
    named = {source.id: source for profile in naming for source in profile.sources}
    return tuple(s for s in named.values() if s.id not in told and reference(s) not in told)


def _by_country(infos: Iterable[ProfileInfo]) -> dict[str, list[ProfileInfo]]:
    found: dict[str, list[ProfileInfo]] = {}
    for info in infos:
        found.setdefault(_country(info), []).append(info)
    return found


def _country(info: ProfileInfo) -> str:
    return info.country or info.name.casefold()
