"""The pairs that the reader learns from: what was written, and what is made of it.

Sentences come as rows: `from` a report, of a `country` and `section`, the sentence `before` and
the `sentence`, the questions that it `answers`, and those that it does `not`, with their kind.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from tipqa import figures
from tipqa.countries import known_countries, peoples_and_capitals
from tipqa.evidence import as_read
from tipqa.sentences import sentence_spans

ELSEWHERE = 0.1  # how often a pair with the sentence told of another country is added
OTHERS, OTHERS_ELSEWHERE = 0.4, 2.4  # pairs with other sentences, of reports and of any texts
SAME = 0.55  # the cosine of a sentence too near to another to be held against its question
ELSEWHEN = 0.5  # how often a question for a year is asked for another
RENAMED = 2  # how often a question of two countries is asked of two others
SURE_LESS = 0.5  # the weight of such pairs, which nobody read
FOLDS, SEED = 5, 2020


@dataclass(frozen=True)
class Pair:
    """A question and a sentence with its context, whether it answers, and what that counts."""

    question: str
    text: str
    answers: bool
    weight: float


def text_under(country: str, row: dict) -> str:
    year = re.search(r"-(\d{4})/", row["from"])  # dol-2016/ghana.md
    text = f"{row['before']} {row['sentence']}".strip()
    return as_read(country, int(year[1]) if year else None, row["section"], text)


def elsewhere(folder: Path) -> list[dict]:
    """The sentences of texts of any kind, those with questions among them, as rows."""
    rows = []
    for file in sorted(folder.rglob("*.json")):
        for number, article in enumerate(json.loads(file.read_text("utf-8"))["data"]):
            name = article.get("title", f"{file.stem} {number}").replace("_", " ")
            for paragraph in article["paragraphs"]:
                rows += rows_of(name, paragraph)
    return rows


def rows_of(name: str, paragraph: dict) -> Iterator[dict]:
    text, before = paragraph["context"], ""
    for start, end in sentence_spans(text):
        yield {
            "from": name,
            "country": name,
            "section": [],
            "before": before,
            "sentence": text[start:end],
            "answers": [
                asked["question"]
                for asked in paragraph["qas"]
                if start <= asked["answers"][0]["answer_start"] < end
            ],
            "not": [],
        }
        before = text[start:end]


def pairs_of(rows: Sequence[dict], weights: Mapping[str, float], others: float) -> Iterator[Pair]:
    """What is trained on: what was written, and pairs made of it that nobody read.

    `others` is how many of the three made with another sentence each question gets.
    """
    chance = random.Random(SEED)
    names = sorted({row["country"] for row in rows})
    beside = Beside(rows)
    for number, row in enumerate(rows):
        text = text_under(row["country"], row)
        for question, answers in questions_of(row):
            yield Pair(question, text, answers, weights[question])
            for other in (*beside.nearest(number, question), chance.choice(rows)):
                if chance.random() < others / 3 and row["sentence"] not in (
                    other["sentence"],
                    other["before"],
                ):
                    another = text_under(row["country"], other)
                    yield Pair(question, another, False, SURE_LESS)
            if answers:
                yield from turned_round(question, text, chance)
                yield from another_year(question, text, chance)
            if answers and row["country"] in question and chance.random() < ELSEWHERE:
                country = chance.choice([name for name in names if name != row["country"]])
                yield Pair(question, text_under(country, row), False, SURE_LESS)


def turned_round(question: str, text: str, chance: random.Random) -> Iterator[Pair]:
    """Who does what to whom, for a question of two countries that a text answers.

    With the two exchanged in one of question and text it answers no more; in both, it does.
    The same with two other countries, so that nothing is learnt of these.
    """
    ways = ways_to_name()
    two = tuple(sorted(ways.named(question)))
    asked = [m.span() for m in ways.pattern.finditer(question)]
    listed = any(
        re.fullmatch(r"s?(?:,| and| or|/)\s*(?:the )?", question[end:start])
        for (_, end), (start, _) in pairwise(asked)
    )
    if len(two) != 2 or listed or not ways.named(text) >= {*two}:
        return
    others = chance.sample(sorted({code for code, _ in ways.called} - {*two}), 2 * RENAMED)
    for there in (two, *zip(others[::2], others[1::2], strict=True)):
        for in_question, in_text in product((there, there[::-1]), repeat=2):
            if not in_question == in_text == two:  # which is what was written
                yield Pair(
                    ways.renamed(question, dict(zip(two, in_question, strict=True))),
                    ways.renamed(text, dict(zip(two, in_text, strict=True))),
                    in_question == in_text,
                    SURE_LESS,
                )


def another_year(question: str, text: str, chance: random.Random) -> Iterator[Pair]:
    """A question for the one year that it names, for another."""
    asked = figures.years(question)
    if len(asked) == 1 and chance.random() < ELSEWHEN:
        (year,) = asked
        near = {year + n for n in range(-4, 5)} - figures.years(text) - asked
        if near and str(year) in question:
            new = str(chance.choice(sorted(near)))
            yield Pair(question.replace(str(year), new), text, False, SURE_LESS)


@dataclass(frozen=True)
class Ways:
    """What countries, their people and capitals are called in a text.

    `means` has of each form a country, by code, and how it names it; `called` is its inverse.
    """

    pattern: re.Pattern[str]
    means: dict[str, tuple[str, str]]
    called: dict[tuple[str, str], str]

    def named(self, text: str) -> set[str]:
        """The countries of a text, by code."""
        return {self.means[form][0] for form in self.pattern.findall(text)}

    def renamed(self, text: str, to: Mapping[str, str]) -> str:
        """The text of other countries, by code, named in the same ways."""

        def other(found: re.Match[str]) -> str:
            code, how = self.means[found[0]]
            new = to.get(code, code)
            if new == code:
                return found[0]
            return self.called.get((new, how), self.called[new, "name"])

        return self.pattern.sub(other, text)


@cache
def ways_to_name() -> Ways:
    more = {code: names for code, *names in peoples_and_capitals()}
    means: dict[str, tuple[str, str]] = {}
    for country in known_countries():
        peoples, capital = more.get(country.code, ([], ""))
        forms = {"name": country.name, "people": next(iter(peoples), ""), "capital": capital}
        for how, form in forms.items():
            if form:
                means.setdefault(form, (country.code, how))
    longest_first = sorted(map(re.escape, means), key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(longest_first)})(?=s?\b)")
    return Ways(pattern, means, {way: form for form, way in means.items()})


class Beside:
    """The other sentences of a country that share most words with a question."""

    def __init__(self, rows: Sequence[dict]) -> None:
        self._rows = rows
        self._words = TfidfVectorizer(stop_words="english", sublinear_tf=True)
        self._sentences = self._words.fit_transform([row["sentence"] for row in rows])
        self._of: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            self._of.setdefault(row["country"], []).append(number)

    def nearest(self, number: int, question: str) -> list[dict]:
        """Two at most; none that says nearly what the question's own sentence says."""
        those = self._of[self._rows[number]["country"]]
        sentences = self._sentences[those]
        shared = (sentences @ self._words.transform([question]).T).toarray()[:, 0]
        shared[(sentences @ self._sentences[number].T).toarray()[:, 0] > SAME] = 0
        return [self._rows[those[n]] for n in np.argsort(-shared)[:2] if shared[n] > 0]


def questions_of(row: dict) -> list[tuple[str, bool]]:
    return [(q, True) for q in row["answers"]] + [(q["question"], False) for q in row["not"]]


def weights_of(rows: Sequence[dict]) -> dict[str, float]:
    """What each question counts, so that its form alone tells next to nothing.

    A classifier that sees the questions alone says of each, on held-out sentences, how
    likely it is one that is answered; the less likely its own side, the more it counts.
    """
    asked = [
        (q, answers, n % FOLDS) for n, row in enumerate(rows) for q, answers in questions_of(row)
    ]
    texts = [re.sub(r"\d", "0", question.casefold()) for question, _, _ in asked]
    truth = np.array([answers for _, answers, _ in asked])
    fold = np.array([fold for _, _, fold in asked])
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=8, sublinear_tf=True).fit_transform(texts)
    told = np.zeros(len(asked))
    for number in range(FOLDS):
        model = LogisticRegression(C=3, max_iter=500).fit(
            words[fold != number], truth[fold != number]
        )
        told[fold == number] = model.predict_proba(words[fold == number])[:, 1]
    share = truth.mean()
    weights = np.clip(np.where(truth, share / told, (1 - share) / (1 - told)), 0.25, 4)
    print(
        f"AUROC of the question alone: {roc_auc_score(truth, told):.3f}, "
        f"as weighted {roc_auc_score(truth, told, sample_weight=weights):.3f}"
    )
    return {question: float(w) for (question, _, _), w in zip(asked, weights, strict=True)}
