"""One system in a process of its own, for peers.py: each as its documentation sets it up.

    python benchmarks/peer.py NAME SET build|cold

SET is a folder that peers.py has made: documents.jsonl (id, file, text), queries.json, files/
(the same as profiles, for tipqa), encoder (the path of the model), vectors.pickle (those of the
documents, which is most of what indexing takes, and the same for all), and later NAME/, where the
system keeps its index. Prints one JSON document.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from pathlib import Path

import numpy as np

TOP = 10
Way = Callable[[str], list[str]]
"""A query to what is found, the best first: ids of documents, or files with their texts."""


class Peer(ABC):
    """What each system does; `ways` are its ways to search, by name."""

    def __init__(self, encoder: str, place: Path) -> None:
        self.encoder, self.place = encoder, place

    @abstractmethod
    def build(self, documents: Sequence[dict[str, str]]) -> None: ...

    @abstractmethod
    def open(self) -> None: ...

    @abstractmethod
    def change(self, document: dict[str, str]) -> None: ...

    @abstractmethod
    def ways(self) -> dict[str, Way]: ...


class Tipqa(Peer):
    """Reads the files itself."""

    def _models(self) -> tuple:
        from tipqa.embed import load_encoder
        from tipqa.rerank import load_reranker

        return load_encoder(), load_reranker()

    def build(self, documents: Sequence[dict[str, str]]) -> None:
        from tipqa.index import build

        build([self.place.parent / "files"], self.place, self._models()[0])
        self.open()

    def open(self) -> None:
        from tipqa import open_index

        self.index = open_index(self.place, *self._models())

    def change(self, document: dict[str, str]) -> None:
        file = self.place.parent / "files" / document["file"]
        written = file.read_text(encoding="utf-8")
        file.write_text(f"{written}\n\nWhat is written here is new.\n", encoding="utf-8")
        try:
            self.build([])
        finally:
            file.write_text(written, encoding="utf-8")

    def ways(self) -> dict[str, Way]:
        def found(query: str, rerank: bool) -> list[str]:
            found = [hit.passage for hit in self.index.search(query, TOP, rerank=rerank)]
            return [f"{passage.profile.file}\0{passage.text}" for passage in found]

        return {
            "": lambda query: found(query, True),
            "without its reranker": lambda query: found(query, False),
        }


class LlamaIndex(Peer):
    @cached_property
    def _core(self):
        from llama_index import core
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        core.Settings.embed_model = HuggingFaceEmbedding(model_name=self.encoder)
        return core

    def _document(self, document: dict[str, str]):
        return self._core.Document(text=document["text"], id_=document["id"])

    def build(self, documents: Sequence[dict[str, str]]) -> None:
        read = [self._document(document) for document in documents]
        self.index = self._core.VectorStoreIndex.from_documents(read)
        self.index.storage_context.persist(str(self.place))

    def open(self) -> None:
        context = self._core.StorageContext.from_defaults(persist_dir=str(self.place))
        self.index = self._core.load_index_from_storage(context)

    def change(self, document: dict[str, str]) -> None:
        self.index.refresh_ref_docs([self._document(document)])
        self.index.storage_context.persist(str(self.place))

    def ways(self) -> dict[str, Way]:
        retriever = self.index.as_retriever(similarity_top_k=TOP)
        return {"": lambda query: [hit.node.ref_doc_id for hit in retriever.retrieve(query)]}


class LlamaIndexChunks(LlamaIndex):
    """Whole profiles, cut as it cuts by default: what is found is the text of a piece."""

    def build(self, documents: Sequence[dict[str, str]]) -> None:
        whole: dict[str, list[str]] = {}
        for document in documents:
            whole.setdefault(document["file"], []).append(document["body"])
        super().build([{"id": f, "text": "\n\n".join(texts)} for f, texts in whole.items()])

    def change(self, document: dict[str, str]) -> None:
        super().change({"id": document["file"], "text": document["text"]})

    def ways(self) -> dict[str, Way]:
        retriever = self.index.as_retriever(similarity_top_k=TOP)

        def found(query: str) -> list[str]:
            return [
                f"{hit.node.ref_doc_id}\0{hit.node.get_content()}"
                for hit in retriever.retrieve(query)
            ]

        return {"": found}


class Haystack(Peer):
    def _document(self, document: dict[str, str]):
        from haystack import Document

        return Document(id=document["id"], content=document["text"])

    def _write(self, documents: Sequence[dict[str, str]]) -> None:
        from haystack import Pipeline
        from haystack.components.writers import DocumentWriter
        from haystack.document_stores.types import DuplicatePolicy
        from haystack_integrations.components.embedders import sentence_transformers as embedders

        pipeline = Pipeline()
        embedder = embedders.SentenceTransformersDocumentEmbedder(
            model=self.encoder, progress_bar=False
        )
        pipeline.add_component("embedder", embedder)
        pipeline.add_component("writer", DocumentWriter(self.store, DuplicatePolicy.OVERWRITE))
        pipeline.connect("embedder.documents", "writer.documents")
        pipeline.run({"embedder": {"documents": [self._document(d) for d in documents]}})
        self.store.save_to_disk(str(self.place))

    def build(self, documents: Sequence[dict[str, str]]) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self.store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._write(documents)

    def open(self) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self.store = InMemoryDocumentStore.load_from_disk(str(self.place))

    def change(self, document: dict[str, str]) -> None:
        self._write([document])

    def ways(self) -> dict[str, Way]:
        from haystack import Pipeline
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers import in_memory
        from haystack_integrations.components.embedders import sentence_transformers as embedders

        def pipeline(hybrid: bool) -> Way:
            made = Pipeline()
            embedder = embedders.SentenceTransformersTextEmbedder(
                model=self.encoder, progress_bar=False
            )
            made.add_component("embedder", embedder)
            made.add_component("dense", in_memory.InMemoryEmbeddingRetriever(self.store, top_k=TOP))
            made.connect("embedder.embedding", "dense.query_embedding")
            last = "dense"
            if hybrid:
                made.add_component("words", in_memory.InMemoryBM25Retriever(self.store, top_k=TOP))
                last = "joined"
                joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=TOP)
                made.add_component(last, joiner)
                made.connect("dense", last)
                made.connect("words", last)

            def found(query: str) -> list[str]:
                given = {"embedder": {"text": query}}
                if hybrid:
                    given["words"] = {"query": query}
                return [document.id for document in made.run(given)[last]["documents"]]

            return found

        return {"": pipeline(False), "with BM25, by ranks": pipeline(True)}


class Chroma(Peer):
    @cached_property
    def _collection(self):
        import chromadb
        from chromadb.utils import embedding_functions

        embed = embedding_functions.SentenceTransformerEmbeddingFunction(model_name=self.encoder)
        self._client = chromadb.PersistentClient(path=str(self.place))
        return self._client.get_or_create_collection("documents", embedding_function=embed)

    def build(self, documents: Sequence[dict[str, str]]) -> None:
        collection = self._collection
        most = self._client.get_max_batch_size()
        for start in range(0, len(documents), most):
            some = documents[start : start + most]
            collection.add(ids=[d["id"] for d in some], documents=[d["text"] for d in some])

    def open(self) -> None:
        _ = self._collection

    def change(self, document: dict[str, str]) -> None:
        self._collection.update(ids=[document["id"]], documents=[document["text"]])

    def ways(self) -> dict[str, Way]:
        def found(query: str) -> list[str]:
            return self._collection.query(query_texts=[query], n_results=TOP)["ids"][0]

        return {"": found}


class Txtai(Peer):
    def build(self, documents: Sequence[dict[str, str]]) -> None:
        from txtai import Embeddings

        self.embeddings = Embeddings(
            path=self.encoder, method="sentence-transformers", content=True, hybrid=True
        )
        self.embeddings.index([(d["id"], d["text"]) for d in documents])
        self.embeddings.save(str(self.place))

    def open(self) -> None:
        from txtai import Embeddings

        self.embeddings = Embeddings()
        self.embeddings.load(str(self.place))

    def change(self, document: dict[str, str]) -> None:
        self.embeddings.upsert([(document["id"], document["text"])])
        self.embeddings.save(str(self.place))

    def ways(self) -> dict[str, Way]:
        def found(query: str, dense: float) -> list[str]:
            return [hit["id"] for hit in self.embeddings.search(query, TOP, weights=dense)]

        return {"": lambda query: found(query, 1.0), "hybrid": lambda query: found(query, 0.5)}


class PaperQA(Peer):
    """Its retrieval alone: what it gives to a language model."""

    @cached_property
    def _model(self):
        from lmi.embeddings import SentenceTransformerEmbeddingModel

        return SentenceTransformerEmbeddingModel(name=self.encoder)

    def _add(self, documents: Sequence[dict[str, str]], suffix: str = "") -> None:
        from paperqa import Doc, Text

        by_file: dict[str, list[dict[str, str]]] = {}
        for document in documents:
            by_file.setdefault(document["file"], []).append(document)

        async def add() -> None:
            for file, some in by_file.items():
                doc = Doc(docname=file + suffix, dockey=file + suffix, citation=file)
                texts = [Text(text=d["text"], name=d["id"], doc=doc) for d in some]
                await self.docs.aadd_texts(texts, doc, embedding_model=self._model)

        asyncio.run(add())
        self._retrieve("the first one builds the index of texts")
        self.place.write_bytes(pickle.dumps(self.docs))

    def build(self, documents: Sequence[dict[str, str]]) -> None:
        from paperqa import Docs

        self.docs = Docs()
        self._documents = documents
        self._add(documents)

    def open(self) -> None:
        self.docs = pickle.loads(self.place.read_bytes())

    def change(self, document: dict[str, str]) -> None:
        self.docs.delete(dockey=document["file"])
        same = [d for d in self._documents if d["file"] == document["file"]]
        self._add([document if d["id"] == document["id"] else d for d in same], " (changed)")

    def _retrieve(self, query: str) -> list[str]:
        found = self.docs.retrieve_texts(query, TOP, embedding_model=self._model)
        return [text.name for text in asyncio.run(found)]

    def ways(self) -> dict[str, Way]:
        return {"": self._retrieve}


PEERS: dict[str, type[Peer]] = {
    "tipqa": Tipqa,
    "llama-index-core": LlamaIndex,
    "llama-index-core, its own pieces": LlamaIndexChunks,
    "haystack-ai": Haystack,
    "chromadb": Chroma,
    "txtai": Txtai,
    "paper-qa": PaperQA,
}


@contextmanager
def shared_vectors(file: Path) -> Iterator[None]:
    """Have sentence-transformers take the vectors of the documents from a file, meanwhile."""
    from sentence_transformers import SentenceTransformer

    kept = pickle.loads(file.read_bytes())
    own = SentenceTransformer.encode

    def encode(self, *given, **named):
        name = next((key for key in ("inputs", "sentences") if key in named), "")
        texts = named.pop(name) if name else given[0]
        rest = given if name else given[1:]
        if isinstance(texts, str):
            return own(self, texts, *rest, **named)
        new = [text for text in dict.fromkeys(texts) if text not in kept]
        made = dict(zip(new, own(self, new, *rest, **named), strict=True)) if new else {}
        return np.array([kept[text] if text in kept else made[text] for text in texts])

    SentenceTransformer.encode = encode
    yield
    SentenceTransformer.encode = own


def timed(act: Callable, *given: object) -> tuple[object, list[float]]:
    """What a call gives, and its seconds: by the clock, of the processor."""
    start = time.perf_counter(), time.process_time()
    found = act(*given)
    return found, [time.perf_counter() - start[0], time.process_time() - start[1]]


def peak_mb() -> float:
    """The most memory that this process has held."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    name, folder, what = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    encoder = (folder / "encoder").read_text()
    peer = PEERS[name](encoder, folder / name.replace(", ", "-").replace(" ", "-"))
    queries = json.loads((folder / "queries.json").read_text())
    if what == "cold":
        peer.open()
        next(iter(peer.ways().values()))(queries[0])
        print(json.dumps({"peak_mb": peak_mb()}))
        return
    documents = [json.loads(line) for line in (folder / "documents.jsonl").open(encoding="utf-8")]
    with nullcontext() if name == "tipqa" else shared_vectors(folder / "vectors.pickle"):
        _, index = timed(peer.build, documents)
    report = {"index": index, "ways": {}}
    for way, found in peer.ways().items():
        found(queries[0])  # models are loaded by the first one
        answers = [timed(found, query) for query in queries]
        report["ways"][way] = {"found": [f for f, _ in answers], "took": [t for _, t in answers]}
    changed = {**documents[len(documents) // 2]}
    changed["text"] += " What is written here is new."
    _, report["refresh"] = timed(peer.change, changed)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
