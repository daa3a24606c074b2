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
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import Stemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from tipqa.types import FloatVector

Rows = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Ints = npt.NDArray[Any]
Counted = tuple[Rows, Rows]
"""What was found, ascending, and how often."""

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
_AT_ONCE = 8192  # passages whose words are counted at once
_LOW = 0xFFFFFFFF  # of two numbers in one, the second
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
    read, blocks = iter(passages), _Counted()
    while some := list(islice(read, _AT_ONCE)):
        blocks.add(some)
    stem, row, uses = map(np.concatenate, zip(*blocks.postings, strict=True))
    lengths, count = np.concatenate(blocks.lengths), blocks.count
    order = np.argsort(stem, kind="stable")  # by stem, and each by row
    held_by = np.bincount(stem, minlength=len(blocks.stemmed))
    telling_less = np.log1p((count - held_by + 0.5) / (held_by + 0.5)).astype(np.float32)
    longer = (1 - _B + _B * lengths / max(1e-9, lengths.mean())).astype(np.float32)
    stem, row, uses = stem[order], row[order], uses[order]
    weights = telling_less[stem] * uses / (uses + np.float32(_K1) * longer[row])
    terms = blocks.terms()
    with path.open("wb") as file:
        np.savez(
            file,
            stems=_packed(list(blocks.stemmed)),
            pointers=np.searchsorted(stem, np.arange(len(blocks.stemmed) + 1)),
            rows=row,
            weights=weights.astype(np.float32),
            row_pointers=np.append(0, np.cumsum(np.bincount(row, minlength=count))),
            row_stems=np.concatenate(blocks.row_stems),
            terms=_packed(list(terms)),
            counts=np.array(list(terms.values()), dtype=np.int32),
        )


class _Counted:
    """The words of some thousand passages at a time: those of all would fill the memory.

    Attributes:
        count: passages so far.
        stemmed: the number of each stem.
        postings: by block, of each stem in each passage: its number, the passage's row, and
            how often it is used there, by stem and row.
        lengths: by block, how many telling words each row has.
        row_stems: by block, the stems among them, by row.
    """

    def __init__(self) -> None:
        self.count = 0
        self.stemmed: dict[str, int] = {}
        self.postings: list[tuple[Ints, Ints, Ints]] = []
        self.lengths: list[Ints] = []
        self.row_stems: list[Ints] = []
        self._numbers: defaultdict[str, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__
        self._in_context = lru_cache(_CONTEXTS_KEPT)(words)
        self._stem_of, self._common = np.zeros(0, np.int32), np.zeros(0, np.bool_)
        self._uses: Counted = (np.zeros(0, np.int64), np.zeros(0, np.int64))
        self._pairs: Counted = (np.zeros(0, np.int64), np.zeros(0, np.int64))

    def add(self, passages: Sequence[tuple[str, str]]) -> None:
        """Count the words of passages: of each its context and its text."""
        number_of = self._numbers.__getitem__
        every, ends = array("i"), [0]
        for context, text in passages:
            for found in (self._in_context(context), words(text)):
                every.extend(map(number_of, found))
                ends.append(len(every))
        self._know_new_words()
        used = np.frombuffer(every, dtype=np.int32)
        piece_of = np.repeat(np.arange(len(ends) - 1, dtype=np.int32), np.diff(ends))
        row_of, in_text, tells = piece_of // 2, piece_of % 2 == 1, ~self._common[used]
        stem, row, uses = _pairs_counted(self._stem_of[used[tells]], row_of[tells])
        by_row = np.argsort(row, kind="stable")
        self.postings.append((stem, row + np.int32(self.count), uses))
        self.lengths.append(np.bincount(row_of[tells], minlength=len(passages)))
        self.row_stems.append(stem[by_row])
        self._count_terms(used[in_text], row_of[in_text])
        self.count += len(passages)

    def terms(self) -> dict[str, int]:
        """The words but for common ones, and pairs of them, each with its number of uses."""
        surface = list(self._numbers)
        words_used = zip(*(counted.tolist() for counted in self._uses), strict=True)
        found = {surface[word]: n for word, n in words_used if not self._common[word]}
        often = self._pairs[1] >= _PAIRS_FROM
        pairs = zip(*(counted[often].tolist() for counted in self._pairs), strict=True)
        return found | {f"{surface[p >> 32]} {surface[p & _LOW]}": n for p, n in pairs}

    def _know_new_words(self) -> None:
        new = list(islice(self._numbers, len(self._stem_of), None))
        numbers = [self.stemmed.setdefault(stem, len(self.stemmed)) for stem in stems(new)]
        self._stem_of = np.append(self._stem_of, np.array(numbers, np.int32))
        self._common = np.append(self._common, [word in COMMON for word in new]).astype(np.bool_)

    def _count_terms(self, used: Ints, row_of: Ints) -> None:
        self._uses = _added(self._uses, used.astype(np.int64))
        tells = ~self._common[used]
        beside = (row_of[:-1] == row_of[1:]) & tells[:-1] & tells[1:]
        self._pairs = _added(self._pairs, (used[:-1].astype(np.int64) << 32 | used[1:])[beside])


def _pairs_counted(first: Ints, second: Ints) -> tuple[Ints, Ints, Ints]:
    """Each pair once, by its first and second, and how often it is there."""
    pairs, counts = np.unique(first.astype(np.int64) << 32 | second, return_counts=True)
    return (
        (pairs >> 32).astype(np.int32),
        (pairs & _LOW).astype(np.int32),
        counts.astype(np.int32),
    )


def _added(known: Counted, more: Rows) -> Counted:
    found, counts = np.unique(more, return_counts=True)
    both = np.concatenate([known[0], found])
    every, place = np.unique(both, return_inverse=True)
    counted = np.bincount(place, np.concatenate([known[1], counts]), minlength=len(every))
    return every, counted.astype(np.int64)


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


def _packed(texts: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(json.dumps(list(texts)).encode(), dtype=np.uint8)


def _unpacked(kept: npt.NDArray[np.uint8]) -> list[str]:
    texts: list[str] = json.loads(kept.tobytes())
    return texts
