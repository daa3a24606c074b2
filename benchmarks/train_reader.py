"""Train the reader: layers that tell whether a sentence answers, or only speaks of the same.

    python benchmarks/train_reader.py ../shared/data/reading [SENTENCES] [READER]

The first is a folder of questions over texts of any kind, in files as SQuAD's. SENTENCES is
labelled/reading.jsonl: sentences of reports, each with questions that it answers and questions
as near that it does not. READER is src/tipqa/reader.onnx. The lower six layers are the packaged
reranker's as they are; the upper six begin as its own, and are trained. Needs torch, onnx and
scikit-learn, 12 GB and some forty minutes on two cores. One sentence in ten is kept out, and
what the reader says of its questions is printed.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import onnx
import torch
from countryinfo import CountryInfo
from onnxruntime.quantization import QuantType, quantize_dynamic
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from torch import nn

from tipqa import figures, rerank
from tipqa.countries import known_countries
from tipqa.evidence import as_read
from tipqa.exported import one_core_session
from tipqa.sentences import sentence_spans

OWN, ALL = 6, 12  # layers
WIDTH, HEADS, WITHIN = 384, 12, 1536
AT_ONCE, EPOCHS, RATE, DROPOUT = 16, 1.5, 6e-5, 0.05
MOST_TOKENS = 256
ELSEWHERE = 0.1  # how often a pair with the sentence told of another country is added
OTHERS, OTHERS_ELSEWHERE = 0.4, 2.4  # pairs with other sentences, of reports and of any texts
SAME = 0.55  # the cosine of a sentence too near to another to be held against its question
ELSEWHEN = 0.5  # how often a question for a year is asked for another
RENAMED = 2  # how often a question of two countries is asked of two others
SURE_LESS = 0.5  # the weight of such pairs, which nobody read
FOLDS, SEED = 5, 2020
PARTS = {
    "attended": [f"attention.self.{name}" for name in ("query", "key", "value")],
    "joined": ["attention.output.dense"],
    "after_attention": ["attention.output.LayerNorm"],
    "inner": ["intermediate.dense"],
    "outer": ["output.dense"],
    "after": ["output.LayerNorm"],
}
"""What a layer's parts are called in the packaged model."""
HERE = Path(__file__).parent
Floats = np.ndarray


@dataclass(frozen=True)
class Pair:
    """A question and a sentence with its context, whether it answers, and what that counts."""

    question: str
    text: str
    answers: bool
    weight: float


class Layer(nn.Module):
    """One layer of BERT. Source: Devlin et al. 2019, arXiv:1810.04805."""

    def __init__(self) -> None:
        super().__init__()
        self.attended = nn.Linear(WIDTH, 3 * WIDTH)  # queries, keys, values
        self.joined = nn.Linear(WIDTH, WIDTH)
        self.inner, self.outer = nn.Linear(WIDTH, WITHIN), nn.Linear(WITHIN, WIDTH)
        self.after_attention, self.after = (nn.LayerNorm(WIDTH, eps=1e-12) for _ in range(2))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, hidden: torch.Tensor, there: torch.Tensor | None) -> torch.Tensor:
        count = hidden.shape[0]
        parts = self.attended(hidden).view(count, -1, 3, HEADS, WIDTH // HEADS)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        found = nn.functional.scaled_dot_product_attention(query, key, value, there)
        found = self.joined(found.transpose(1, 2).reshape(count, -1, WIDTH))
        hidden = self.after_attention(hidden + self.dropout(found))
        found = self.outer(nn.functional.gelu(self.inner(hidden)))
        normed: torch.Tensor = self.after(hidden + self.dropout(found))
        return normed


class Reader(nn.Module):
    """BERT's upper layers, pooler and classifier, over the hidden states of its lower ones."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer() for _ in range(OWN))
        self.pool = nn.Linear(WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, 1)

    def forward(self, hidden: torch.Tensor, there: torch.Tensor | None = None) -> torch.Tensor:
        """Log-odds, shape (n,), of hidden states, shape (n, tokens, 384).

        `there`, shape (n, 1, 1, tokens), is false for what only fills up.
        """
        for layer in self.layers:
            hidden = layer(hidden, there)
        found: torch.Tensor = self.out(torch.tanh(self.pool(hidden[:, 0])))[:, 0]
        return found


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
    ways, known = ways_to_name()
    two = sorted({known[found][0] for found in ways.findall(question)})
    asked = [m.span() for m in ways.finditer(question)]
    listed = any(
        re.fullmatch(r"s?(?:,| and| or|/)\s*(?:the )?", question[end:start])
        for (_, end), (start, _) in pairwise(asked)
    )
    if len(two) != 2 or listed or not {known[found][0] for found in ways.findall(text)} >= {*two}:
        return
    others = chance.sample(sorted({code for code, _ in known.values()} - {*two}), 2 * RENAMED)
    for there in (two, *zip(others[::2], others[1::2], strict=True)):
        as_is = dict(zip(two, there, strict=True))
        turned = dict(zip(two, reversed(there), strict=True))
        for q, t in product((as_is, turned), repeat=2):
            if not q == t == dict(zip(two, two, strict=True)):
                yield Pair(renamed(question, q), renamed(text, t), q == t, SURE_LESS)


def another_year(question: str, text: str, chance: random.Random) -> Iterator[Pair]:
    """A question for the one year that it names, for another."""
    asked = figures.years(question)
    if len(asked) == 1 and chance.random() < ELSEWHEN:
        (year,) = asked
        near = {year + n for n in range(-4, 5)} - figures.years(text) - asked
        if near and str(year) in question:
            new = str(chance.choice(sorted(near)))
            yield Pair(question.replace(str(year), new), text, False, SURE_LESS)


def renamed(text: str, to: Mapping[str, str]) -> str:
    """A text that tells of other countries, by code, in the same ways."""
    ways, known = ways_to_name()
    called = {way: form for form, way in known.items()}

    def other(found: re.Match[str]) -> str:
        code, way = known[found[0]]
        new = to.get(code, code)
        return found[0] if new == code else called.get((new, way), called[new, "name"])

    return ways.sub(other, text)


@cache
def ways_to_name() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    """What countries, their people and capitals are called: of which, by code, and how."""
    known: dict[str, tuple[str, str]] = {}
    of_code = {entry["ISO"]["alpha3"]: entry for entry in CountryInfo.all().values()}
    for country in known_countries():
        entry = of_code.get(country.code, {})
        people = re.split(r",|/| and ", entry.get("demonym") or "")[0].strip()
        ways = {"name": country.name, "people": people, "capital": entry.get("capital")}
        for way, form in ways.items():
            if form and isinstance(form, str):
                known.setdefault(form, (country.code, way))
    longest_first = sorted(map(re.escape, known), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})(?=s?\b)"), known


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


def hidden_states(pairs: Sequence[Pair]) -> list[Floats]:
    """What the packaged model's lower layers make of each pair: float16, (tokens, 384)."""
    folder = rerank.packaged_folder()
    model = rerank.with_output((folder / "model.onnx").read_bytes(), rerank.HIDDEN)
    session = one_core_session(model)
    tokens = rerank.Pairs(folder / "tokenizer.json")

    def one(pair: Pair) -> Floats:
        ids, types = (
            np.array([part[:MOST_TOKENS]]) for part in tokens.tokens(pair.question, pair.text)
        )
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        found: Floats = session.run([rerank.HIDDEN], given)[0][0].astype(np.float16)
        return found

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(one, pairs))


def as_packaged() -> Reader:
    """The reader before it is trained: the packaged model's own upper layers."""
    model = onnx.load(str(rerank.packaged_folder() / "model.onnx"))
    kept = {i.name: onnx.numpy_helper.to_array(i) for i in model.graph.initializer}
    weights: dict[str, Floats] = {name: value for name, value in kept.items() if value.ndim == 1}
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            name = node.input[1].removesuffix("_quantized")
            zero, scale = (
                kept[f"{name}_{part}"].astype(np.float32) for part in ("zero_point", "scale")
            )
            whole = (kept[f"{name}_quantized"].astype(np.float32) - zero) * scale
            place = re.sub(r"/(?:MatMul|Gemm_MatMul)_quant$", "", node.name).strip("/")
            weights[f"{place.replace('/', '.')}.weight"] = whole.T
    reader = Reader()
    state = {}
    for number, part in product(range(OWN), ("weight", "bias")):
        theirs = f"bert.encoder.layer.{ALL - OWN + number}"
        for own, names in PARTS.items():
            found = [weights[f"{theirs}.{name}.{part}"] for name in names]
            state[f"layers.{number}.{own}.{part}"] = np.concatenate(found)
    for part in ("weight", "bias"):
        state[f"pool.{part}"] = weights[f"bert.pooler.dense.{part}"]
        state[f"out.{part}"] = weights[f"classifier.{part}"]
    reader.load_state_dict({name: torch.tensor(value) for name, value in state.items()})
    return reader


def filled_up(hidden: Sequence[Floats]) -> tuple[torch.Tensor, torch.Tensor]:
    """Hidden states of several pairs as the reader takes them."""
    longest = max(map(len, hidden))
    whole = np.zeros((len(hidden), longest, WIDTH), np.float32)
    there = np.zeros((len(hidden), 1, 1, longest), bool)
    for row, states in enumerate(hidden):
        whole[row, : len(states)], there[row, ..., : len(states)] = states, True
    return torch.from_numpy(whole), torch.from_numpy(there)


def train(reader: Reader, pairs: Sequence[Pair], hidden: Sequence[Floats]) -> None:
    """By binary cross-entropy; the rate rises for a little, and falls to the end."""
    optimizer = torch.optim.AdamW(reader.parameters(), RATE, weight_decay=0.01)
    chance = random.Random(SEED)
    steps = int(EPOCHS * len(pairs) / AT_ONCE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=steps, pct_start=0.06, anneal_strategy="linear"
    )
    reader.train()
    losses: list[float] = []
    while len(losses) < steps:
        for chosen in batches(hidden, chance):
            if len(losses) == steps:
                break
            some = [pairs[n] for n in chosen]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                odds = reader(*filled_up([hidden[n] for n in chosen]))
            loss = nn.functional.binary_cross_entropy_with_logits(
                odds.float(),
                torch.tensor([float(pair.answers) for pair in some]),
                torch.tensor([pair.weight for pair in some]),
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
            if len(losses) % 200 == 0:
                print(f"{len(losses)} of {steps}: {np.mean(losses[-200:]):.3f}", flush=True)


def batches(hidden: Sequence[Floats], chance: random.Random) -> list[list[int]]:
    """All pairs in new order, those of like length together."""
    order = list(range(len(hidden)))
    chance.shuffle(order)
    found = []
    for start in range(0, len(order), 20 * AT_ONCE):
        some = sorted(order[start : start + 20 * AT_ONCE], key=lambda n: len(hidden[n]))
        found += [some[n : n + AT_ONCE] for n in range(0, len(some), AT_ONCE)]
    chance.shuffle(found)
    return found


def write(reader: Reader, file: Path) -> None:
    """As ONNX, its weights rounded to eight bits, as the packaged model's are."""
    reader.eval()
    whole = file.with_suffix(".whole.onnx")
    torch.onnx.export(
        reader,
        (torch.zeros(1, 9, WIDTH),),
        whole,
        input_names=["hidden"],
        output_names=["odds"],
        dynamic_axes={"hidden": {1: "tokens"}},
        dynamo=False,
    )
    quantize_dynamic(whole, file, weight_type=QuantType.QInt8)
    whole.unlink()


def told_by(file: Path, pairs: Sequence[Pair]) -> Floats:
    session = one_core_session(file)
    hidden = (states[None].astype(np.float32) for states in hidden_states(pairs))
    return np.array([session.run(None, {"hidden": states})[0].item() for states in hidden])


def main(
    texts: str,
    sentences: str = str(HERE / "labelled/reading.jsonl"),
    file: str = str(Path(rerank.__file__).with_name(rerank.READER)),
) -> None:
    torch.manual_seed(SEED)
    rows = [json.loads(line) for line in Path(sentences).read_text("utf-8").splitlines()]
    weights = weights_of(rows)
    random.Random(SEED).shuffle(rows)
    kept_out, rows = rows[: len(rows) // 10], rows[len(rows) // 10 :]
    pairs = list(pairs_of(rows, weights, OTHERS))
    print(f"{len(rows)} sentences, {len(pairs)} pairs", flush=True)
    pairs += pairs_of(elsewhere(Path(texts)), defaultdict(lambda: 1.0), OTHERS_ELSEWHERE)
    print(f"{len(pairs)} with those of other texts", flush=True)
    reader = as_packaged()
    train(reader, pairs, hidden_states(pairs))
    write(reader, Path(file))
    judged = [
        Pair(question, text_under(row["country"], row), answers, 1)
        for row in kept_out
        for question, answers in questions_of(row)
    ]
    truth, told = [pair.answers for pair in judged], told_by(Path(file), judged)
    counted = [weights[pair.question] for pair in judged]
    print(
        f"{len(kept_out)} sentences kept out: AUROC {roc_auc_score(truth, told):.3f}, "
        f"weighted {roc_auc_score(truth, told, sample_weight=counted):.3f}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
