"""Train the reader: layers that tell whether a sentence answers, or only speaks of the same.

    python benchmarks/train_reader.py ../shared/data/reading [SENTENCES] [READER]

The first is a folder of questions over texts of any kind, in files as SQuAD's. SENTENCES is
labelled/reading.jsonl: sentences of reports, each with questions that it answers and questions
as near that it does not; reading_pairs.py makes of both what is learnt. READER is
src/tipqa/reader.onnx. The lower six layers are the packaged reranker's as they are; the upper
six begin as its own, and are trained. Needs torch, onnx and scikit-learn, 12 GB and some forty
minutes on two cores. One sentence in ten is kept out, and what the reader says of its questions
is printed.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from sklearn.metrics import roc_auc_score
from torch import nn

from reading_pairs import (
    OTHERS,
    OTHERS_ELSEWHERE,
    SEED,
    Pair,
    elsewhere,
    pairs_of,
    questions_of,
    text_under,
    weights_of,
)
from tipqa import rerank
from tipqa.exported import one_core_session

OWN, ALL = 6, 12  # layers
WIDTH, HEADS, WITHIN = 384, 12, 1536
AT_ONCE, EPOCHS, RATE, DROPOUT = 16, 1.5, 6e-5, 0.05
MOST_TOKENS = 256
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
