"""The words of the passages: which passage holds which, and how telling each is."""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import Stemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from tipqa.types import FloatVector

Rows = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

COMMON = frozenset(
    "a about also among an and any are as at be been between but by can could did do does "
    "during for from get had has have he her him his how however i if in including into is it "
    "its many may me more much my no not of on or our out over she should so some such than "
    "that the their them then there these they this those to under up us was we were what "
    "when where which while who whom whose why will with within would you your".split()
)
"""What any text has, and so tells nothing."""

_K1, _B = 0.9, 0.4  # Anserini's: how soon a repeated word, and how much a text's length, counts
_WORD = re.compile(r"[^\W_]+")
_GENITIVE = re.compile(r"['\u2019]s\b")
_ACCENT = re.compile(r"[\u0300-\u036f]")
_NO_SLIP = 3  # uses from which a word counts as one
_own = threading.local()  # a stemmer serves one thread
_CONTEXTS_KEPT = 64  # passages of one section follow each other
_PAIRS_FROM = 5  # how often two words must stand together to be a term


def words(text: str) -> list[str]:
    """The words of a text in lower case, without accents and the s of a genitive."""
    if not text.isascii():
        text = _ACCENT.sub("", unicodedata.normalize("NFKD", text))
    return _WORD.findall(_GENITIVE.sub("", text.casefold()))


def telling(text: str) -> list[str]:
    """Its words but for the common ones; all of them where it has no other."""
    found = words(text)
    return [word for word in found if word not in COMMON] or found


def stems(found: Sequence[str]) -> list[str]:
    """Each word without its ending (Snowball, English)."""
    if not hasattr(_own, "stemmer"):
        _own.stemmer = Stemmer.Stemmer("english")
    stemmed: list[str] = _own.stemmer.stemWords(list(found))
    return stemmed


def write(passages: Iterable[tuple[str, str]], path: Path) -> None:
    """Write the lexicon of some passages.

    Args:
        passages: of each the context, which counts as a part of it, but not among the
            terms, and the text; in the order of the rows.
        path: a file that is not there yet.

    Source: Robertson & Zaragoza 2009, The Probabilistic Relevance Framework: BM25 and
        Beyond, as Lucene has it.
    """
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    number_of = numbers.__getitem__
    in_context = lru_cache(_CONTEXTS_KEPT)(words)
    every, ends = array("i"), [0]
    for context, text in passages:
        for found in (in_context(context), words(text)):
            every.extend(map(number_of, found))
            ends.append(len(every))
    used = np.frombuffer(every, dtype=np.int32).astype(np.int64)
    piece_of = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
    count = len(ends) // 2
    row_of = piece_of // 2
    surface = list(numbers)
    common = np.array([word in COMMON for word in surface], dtype=bool)
    stemmed: dict[str, int] = {}
    stem_of = np.array([stemmed.setdefault(s, len(stemmed)) for s in stems(surface)], dtype=int)

    tells = ~common[used]
    lengths = np.bincount(row_of[tells], minlength=count)
    places, uses = np.unique(stem_of[used[tells]] * count + row_of[tells], return_counts=True)
    stem, row = np.divmod(places, max(1, count))
    held_by = np.bincount(stem, minlength=len(stemmed))
    telling_less = np.log1p((count - held_by + 0.5) / (held_by + 0.5))
    longer = 1 - _B + _B * lengths / max(1e-9, lengths.mean())
    by_row = np.argsort(row, kind="stable")
    in_text = piece_of % 2 == 1
    terms = _terms(used[in_text], row_of[in_text], surface, common)
    with path.open("wb") as file:
        np.savez(
            file,
            stems=_packed(list(stemmed)),
            pointers=np.searchsorted(stem, np.arange(len(stemmed) + 1)),
            rows=row.astype(np.int32),
            weights=(telling_less[stem] * uses / (uses + _K1 * longer[row])).astype(np.float32),
            row_pointers=np.searchsorted(row[by_row], np.arange(count + 1)),
            row_stems=stem[by_row].astype(np.int32),
            terms=_packed(list(terms)),
            counts=np.array(list(terms.values()), dtype=np.int32),
        )


class Lexicon:
    """What `write` wrote, open to read. Safe to use from several threads.

    `counts` has each word, and each two words that often stand together, with the number
    of times that they are used.
    """

    def __init__(self, path: Path) -> None:
        with np.load(path) as kept:
            self._stems = {stem: n for n, stem in enumerate(_unpacked(kept["stems"]))}
            self._pointers, self._rows = kept["pointers"], kept["rows"]
            self._weights = kept["weights"]
            self._row_pointers, self._row_stems = kept["row_pointers"], kept["row_stems"]
            terms = _unpacked(kept["terms"])
            self.counts: dict[str, int] = dict(zip(terms, kept["counts"].tolist(), strict=True))

    def knows(self, word: str) -> bool:
        """Whether a word is used so often that it is no slip."""
        return self.counts.get(word, 0) >= _NO_SLIP

    def words_like(self, word: str, most: int) -> list[str]:
        """Words too frequent to be slips that differ from one in so many letters at most."""
        near = process.extract(
            word, self._frequent, scorer=OSA.distance, score_cutoff=most, limit=None
        )
        return [found for found, _, _ in near]

    @cached_property
    def _frequent(self) -> list[str]:
        return [term for term in self.counts if self.knows(term) and " " not in term]

    def __len__(self) -> int:
        return len(self._row_pointers) - 1

    def scores(self, found: Sequence[str]) -> FloatVector:
        """BM25 of each passage for some words, each counted once; 0: it holds none."""
        scores = np.zeros(len(self), dtype=np.float32)
        for postings in self._postings(found):
            scores[self._rows[postings]] += self._weights[postings]
        return scores

    def rows_with_all(self, found: Sequence[str]) -> Rows:
        """The passages that hold each of some words, ascending."""
        wanted = len(set(stems(found)))
        postings = self._postings(found)
        if len(postings) < wanted:
            return np.zeros(0, dtype=np.int64)
        counted = np.bincount(np.concatenate([self._rows[p] for p in postings]), minlength=1)
        return np.flatnonzero(counted == wanted)

    def alike(self, row: int, rows: Rows) -> FloatVector:
        """How much of their words some passages share with one, from 0 to 1 (Jaccard)."""
        first, last = self._row_pointers[rows], self._row_pointers[rows + 1]
        lengths = last - first
        starts = np.cumsum(lengths) - lengths
        theirs = np.repeat(first - starts, lengths) + np.arange(lengths.sum())
        own = self._row_stems[self._row_pointers[row] : self._row_pointers[row + 1]]
        is_own = np.zeros(len(self._stems), dtype=np.int64)
        is_own[own] = 1
        running = np.concatenate([[0], np.cumsum(is_own[self._row_stems[theirs]])])
        shared = running[starts + lengths] - running[starts]
        return np.asarray(shared / np.maximum(1, len(own) + lengths - shared), dtype=np.float32)

    def _postings(self, found: Sequence[str]) -> list[slice]:
        numbers = (self._stems.get(stem) for stem in dict.fromkeys(stems(found)))
        return [
            slice(self._pointers[number], self._pointers[number + 1])
            for number in numbers
            if number is not None
        ]


def _terms(used: Rows, row_of: Rows, surface: list[str], common: Truths) -> dict[str, int]:
    """The words but for common ones, and pairs of them, each with its number of uses."""
    uses = np.bincount(used, minlength=len(surface)).tolist()
    terms = {word: n for word, n in zip(surface, uses, strict=True) if n and word not in COMMON}
    tells = ~common[used]
    pairs = (row_of[:-1] == row_of[1:]) & tells[:-1] & tells[1:]
    found, counts = np.unique((used[:-1] * len(surface) + used[1:])[pairs], return_counts=True)
    often = counts >= _PAIRS_FROM
    for pair, n in zip(found[often].tolist(), counts[often].tolist(), strict=True):
        first, second = divmod(pair, len(surface))
        terms[f"{surface[first]} {surface[second]}"] = n
    return terms


def _packed(texts: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(json.dumps(list(texts)).encode(), dtype=np.uint8)


def _unpacked(kept: npt.NDArray[np.uint8]) -> list[str]:
    texts: list[str] = json.loads(kept.tobytes())
    return texts
