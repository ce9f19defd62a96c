"""End-to-end training of retrieval and generation from a configuration (recipe "rag").

    [task]                     [data]                          [model]
    name = "rag"               train = "train.jsonl"           generator = "bart"
    marginal = "token"         held_out = "test.jsonl"         retriever = "dpr"
    n_docs = 5                 documents = "documents.jsonl"   fusion = "gated"

`pincite.train.rag_objective` has the equations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pincite.errors import UsageError
from pincite.models.dpr import DprModel, load_tokenizers
from pincite.models.rag.load import load_rag
from pincite.models.rag.text import RagTokenizer, SourceTemplate
from pincite.models.tower import Pooling
from pincite.pipeline import KnowledgeBase
from pincite.train.config import Settings
from pincite.train.data import QuestionRow, read_questions
from pincite.train.documents import Document, kb_documents, named_documents, read_documents, widths
from pincite.train.gather import check_processes
from pincite.train.rag_objective import RagObjective
from pincite.train.rag_task import RagTask


@dataclass(frozen=True, slots=True)
class RagData:
    """What is learned from.

    Attributes:
        train: Questions with answers, as `pincite.train.data` reads them; positives are ids or
            texts of documents, and only `gold` and the figures of recall look at them.
        held_out: Questions that are evaluated on.
        documents: What there is to retrieve from, as `pincite.train.documents` reads it.
        kb: A knowledge base to retrieve from instead; "": none. With neither it is the passages
            that the questions name.
    """

    train: Path
    held_out: Path
    documents: Path | None = None
    kb: str = ""


@dataclass(frozen=True, slots=True)
class RagStart:
    """What training starts from.

    Attributes:
        generator: Directory of a model of `pincite.models.rag`, of an encoder–decoder or of a
            decoder-only model, with its tokenizer.
        retriever: Directory of a `DprModel` or of an encoder of Transformers; left out, the
            encoders that lie with the generator are trained further.
        passages: Directory of another encoder for documents.
        shared: One encoder for questions and documents.
        pooling: Other than the usual one of the encoders.
        fusion: How features enter, a name of `pincite.models.fusion.names()`; "": not at all.
        region_width: Width features are brought to; 0: the generator's own.
        heads: Of a fusion with attention.
        template: How question, title and text become one source: "" is the generator's own or
            the plain one, "rag" that of Facebook's RAG, anything else a pattern with {question},
            {text} and perhaps {title}.
        max_source_tokens: Longest source; 0: the generator's own or 300.
    """

    generator: Path
    retriever: Path | None = None
    passages: Path | None = None
    shared: bool | None = None
    pooling: Pooling | None = None
    fusion: str = ""
    region_width: int = 0
    heads: int = 4
    template: str = ""
    max_source_tokens: int = 0


SECTIONS = (RagTask, RagData, RagStart)
"""What the recipe takes in [task], [data] and [model]."""


def rag(settings: Settings) -> RagObjective:
    """Return the objective of the recipe "rag".

    Raises:
        NotFound: A file, model or knowledge base does not exist.
        UsageError: A setting or a line of the data is wrong.
    """
    task, data, start = settings.take(*SECTIONS)
    rows = read_questions(data.train, need_positives=False)
    held_out = read_questions(data.held_out, need_positives=False)
    documents = _documents(data, (*rows, *held_out))
    model, tokenizer = load_rag(start.generator, **_options(start, task, documents))
    retriever, question, context = _retriever(start, model, tokenizer)
    made = RagObjective(
        model.float(),
        retriever.float(),
        _tokenizer(start, tokenizer, question, context),
        rows,
        held_out,
        documents,
        task,
    )
    check_processes(made.size, settings.optim.batch_size)
    return made


def _documents(data: RagData, rows: Sequence[QuestionRow]) -> tuple[Document, ...]:
    if data.documents is not None and data.kb:
        raise UsageError("documents and kb in [data] both say what to retrieve from; name one")
    if data.documents is not None:
        return read_documents(data.documents)
    if data.kb:
        return kb_documents(KnowledgeBase.open(data.kb, create=False))
    return named_documents(rows)


def _options(start: RagStart, task: RagTask, documents: Sequence[Document]) -> dict[str, Any]:
    """Return the arguments of the model that the settings say."""
    options: dict[str, Any] = {"marginal": task.marginal}
    if start.fusion:
        features = widths(documents)
        if not features:
            raise UsageError(
                f'fusion = "{start.fusion}" in [model] has nothing to fuse: no document has '
                "features; add them to the file of documents, or leave fusion out"
            )
        options |= {"fusion": start.fusion, "features": features, "heads": start.heads}
        options |= {"region_width": start.region_width} if start.region_width else {}
    return options


def _retriever(start: RagStart, model: Any, tokenizer: RagTokenizer) -> tuple[DprModel, Any, Any]:
    """Return the retriever and the tokenizers of its questions and documents."""
    if start.retriever is not None:
        found = DprModel.from_pretrained(
            start.retriever, start.passages, pooling=start.pooling, shared=start.shared
        )
        return found, *load_tokenizers(start.retriever, start.passages)
    if model.question_encoder is None or model.context_encoder is None:
        raise UsageError(
            f"the model in {str(start.generator)!r} brings no encoders of questions and documents; "
            "name some: retriever in [model]"
        )
    return DprModel.of_encoders(model.question_encoder, model.context_encoder), *(
        tokenizer.question,
        tokenizer.context,
    )


def _tokenizer(start: RagStart, own: RagTokenizer, question: Any, context: Any) -> RagTokenizer:
    template = own.template
    if start.template:
        is_rag = start.template == "rag"
        template = SourceTemplate.rag() if is_rag else SourceTemplate(start.template)
    return RagTokenizer(
        own.generator,
        question,
        context,
        template=template,
        max_source_tokens=start.max_source_tokens or own.max_source_tokens,
        max_retrieval_tokens=own.max_retrieval_tokens,
        causal=own.causal,
    )
