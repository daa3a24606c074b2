"""What each passage is filed under, as arrays: to weigh, to fold and to count by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tipqa.lexical import Rows, Truths
from tipqa.store import Store
from tipqa.types import FloatVector, ProfileInfo

_MOST_VALUES = 20
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Facet:
    """A value that a filter takes, what it is called, and how many passages have it."""

    value: str
    name: str
    count: int


class Catalog:
    """Where each passage stands, by its row.

    A country is its code, or its name in lower case where it has none. `editions` are
    those there are, ascending.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._infos, self._paths, places = store.places()
        self._profile, self._section = np.array(places, dtype=np.int64).reshape(-1, 2).T
        self._of_profiles = [i.country or (i.country_name or "").casefold() for i in self._infos]
        self._names = {
            country: info.country_name or ""
            for country, info in zip(self._of_profiles, self._infos, strict=True)
            if country
        }
        self._countries = sorted(self._names)
        numbers = {country: number for number, country in enumerate(self._countries)}
        self._country = np.array([numbers.get(c, -1) for c in self._of_profiles])[self._profile]
        self._edition = np.array([info.edition or 0 for info in self._infos])[self._profile]
        self.editions = sorted({info.edition for info in self._infos if info.edition})

    @property
    def profiles(self) -> Sequence[ProfileInfo]:
        """In the order in which `of_passages` numbers them."""
        return self._infos

    @property
    def kin(self) -> list[str]:
        """The country of each of `profiles`; its own id where it has none."""
        pairs = zip(self._of_profiles, self._infos, strict=True)
        return [country or f"profile {info.id}" for country, info in pairs]

    @property
    def of_passages(self) -> Rows:
        """The number of each passage's profile."""
        return self._profile

    @property
    def uncoded(self) -> frozenset[str]:
        """The countries that are known by name alone."""
        return frozenset(country for country in self._countries if country != country.upper())

    def names(self) -> dict[str, int]:
        """What someone may look for by name, and how many passages it would bring."""
        found: Counter[str] = Counter()
        for place, number in zip(*np.unique(self._profile, return_counts=True), strict=True):
            info = self._infos[place]
            found[info.name] += int(number)
            if info.edition in (None, *self.editions[-1:]):
                found[info.title] += 1
        for place, number in zip(*np.unique(self._section, return_counts=True), strict=True):
            found.update(dict.fromkeys(self._paths[place], int(number)))
        for source, _, passages in self._store.sources():
            if source.publisher:
                found[source.publisher] += passages
        return dict(found)

    def has(self, country: str) -> bool:
        """Whether a profile is about a country."""
        return country in self._names

    def about(self, countries: Iterable[str]) -> Truths:
        """Which passages are about one of some countries."""
        wanted = [n for n, country in enumerate(self._countries) if country in set(countries)]
        found: Truths = np.isin(self._country, wanted)
        return found

    def of(self, profile: str) -> Rows:
        """The passages of a profile."""
        found: Rows = np.flatnonzero(self._profile == self._numbers.get(profile, -1))
        return found

    def sizes(self) -> dict[str, int]:
        """How many passages each profile has, by its id."""
        counts = np.bincount(self._profile, minlength=len(self._infos)).tolist()
        return {info.id: count for info, count in zip(self._infos, counts, strict=True)}

    def number(self, profile: str) -> int:
        """The place of a profile in `profiles`."""
        return self._numbers[profile]

    def cited(self) -> Truths:
        """Which passages rest on a source."""
        sources, _ = self._rest_on
        found = np.zeros(len(self._profile), dtype=bool)
        found[sources.things] = True
        return found

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {info.id: number for number, info in enumerate(self._infos)}

    def elsewhere(self, row: int) -> Rows:
        """The passages about the same country in other profiles than a passage's own."""
        same = self._of_country.get(int(self._country[row]), _NONE)
        others: Rows = same[self._profile[same] != self._profile[row]]
        return others

    @cached_property
    def _of_country(self) -> dict[int, Rows]:
        return {n: np.flatnonzero(self._country == n) for n in range(len(self._countries))}

    def near(self, years: Sequence[int]) -> FloatVector:
        """How near each passage's edition is to one of some years, from 0 to 1.

        Years that no edition has do not count; where none is left, the newest edition
        does. All are 0 where there is but one edition.
        """
        if len(self.editions) < 2:
            return np.zeros(len(self._edition), dtype=np.float32)
        wanted = [year for year in years if year in self.editions] or self.editions[-1:]
        away = np.min([np.abs(self._edition - year) for year in wanted], axis=0)
        return np.asarray(np.where(self._edition > 0, 1 / (1 + away), 0), dtype=np.float32)

    def facets(self, rows: Rows) -> dict[str, list[Facet]]:
        """By filter: its values and how many of some passages each would leave, most first."""
        of_profiles = np.bincount(self._profile[rows], minlength=len(self._infos))
        of_sections = np.bincount(self._section[rows], minlength=len(self._paths))
        country, edition, region, section = self._filed
        sources, publishers = self._rest_on
        return {
            "country": country.summed(of_profiles),
            "region": region.summed(of_profiles),
            "edition": edition.summed(of_profiles),
            "section": section.summed(of_sections),
            "publisher": publishers.counted(rows),
            "source": sources.counted(rows),
        }

    @cached_property
    def _filed(self) -> tuple[_Pairs, _Pairs, _Pairs, _Pairs]:
        """Profiles and their countries, editions and regions; sections and their titles."""
        infos = list(enumerate(self._infos))
        countries = enumerate(self._of_profiles)
        return (
            _Pairs([(n, country, self._names[country]) for n, country in countries if country]),
            _Pairs([(n, year, year) for n, info in infos if (year := str(info.edition or ""))]),
            _Pairs([(n, region, region) for n, info in infos for region in info.regions]),
            _Pairs([(n, title, title) for n, path in enumerate(self._paths) for title in path]),
        )

    @cached_property
    def _rest_on(self) -> tuple[_Pairs, _Pairs]:
        """Passages and what they rest on: sources, and publishers."""
        pairs = self._store.rest_on()
        sources = _Pairs([(row, source.id, source.title) for row, source in pairs])
        publishers = _Pairs(
            [(row, source.publisher, source.publisher) for row, source in pairs if source.publisher]
        )
        return sources, publishers


class _Pairs:
    """Things by number with the values they have, each pair once, and the values' names.

    `things` are the numbers, ascending, as often as they have a value.
    """

    def __init__(self, pairs: Sequence[tuple[int, str, str]]) -> None:
        self._names = {value: name for _, value, name in pairs}
        self._values = sorted(self._names)  # in their order where as many have them
        numbers = {value: number for number, value in enumerate(self._values)}
        things = np.array([thing for thing, _, _ in pairs], dtype=np.int64)
        values = np.array([numbers[value] for _, value, _ in pairs], dtype=np.int64)
        places = np.unique(things * max(1, len(numbers)) + values)
        self.things, self._numbers = np.divmod(places, max(1, len(numbers)))

    def counted(self, things: Rows) -> list[Facet]:
        """The values that most of some things have, with the number of these."""
        chosen = np.zeros(max(things.max(initial=0), self.things.max(initial=0)) + 1, dtype=bool)
        chosen[things] = True
        return self._most(np.bincount(self._numbers[chosen[self.things]]))

    def summed(self, amounts: Rows) -> list[Facet]:
        """The same, where each thing stands for an amount."""
        counts = np.bincount(self._numbers, weights=amounts[self.things])
        return self._most(counts.astype(np.int64))

    def _most(self, counts: Rows) -> list[Facet]:
        found = [(self._values[n], n) for n in np.argsort(-counts, kind="stable")[:_MOST_VALUES]]
        return [Facet(v, self._names[v], int(counts[n])) for v, n in found if counts[n]]
