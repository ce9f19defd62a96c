"""A model of retrieval-augmented generation in a directory.

    DIR/pincite_rag.json       kind, marginal, documents, template, fusion and encoder settings
    DIR/generator/             the generator with its tokenizer, as Transformers saves them
    DIR/question_encoder/      encoders of retrieval with their tokenizers, where there are any;
    DIR/context_encoder/       only the first where both are one
    DIR/fusion.safetensors     adapter and fusion, where there are any
    DIR/generation_config.json settings of `generate` beside the generator's own, if any

Read are also the directories of Transformers: RAG as Facebook publishes it, encoder–decoders and
decoder-only models. Nothing is downloaded, and nothing is unpickled but tensors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from safetensors.torch import save_file
from torch import nn

from pincite.errors import UsageError
from pincite.models.dpr import DprModel
from pincite.models.rag.directory import (
    FUSION_FILE,
    GENERATION_FILE,
    SETTINGS_FILE,
    quietly,
    replacing,
)
from pincite.models.rag.parts import Kind, Parts, read_parts
from pincite.models.rag.text import RagTokenizer
from pincite.models.saved import is_transformers, load_weights
from pincite.models.tower import Tower

M = TypeVar("M", bound="Checkpointed")
_FORMAT = 1


class Checkpointed(nn.Module):
    """The part of a model that writes and reads directories."""

    kind: ClassVar[Kind] = "seq2seq"

    def save_pretrained(
        self,
        directory: str | Path,
        tokenizer: RagTokenizer | None = None,
        *,
        retriever: DprModel | None = None,
        n_docs: int | None = None,
        scale: float | None = None,
    ) -> None:
        """Write the model into a directory; a former model there stays until this one is whole.

        Args:
            directory: Made if need be; empty, or holding a model that is replaced.
            tokenizer: Saved with it; without one, `load_rag` cannot be used on the directory.
            retriever: Its encoders are saved, and whether it normalises; default: the model's own.
            n_docs: Documents to read for a question; default: that of `model.retrieval`.
            scale: What inner products are multiplied by; default: that of `model.retrieval`.

        Raises:
            UsageError: The directory holds something else, or an encoder cannot be saved.
        """
        model: Any = self
        question, context = model.question_encoder, model.context_encoder
        given: dict[str, Any] = {"n_docs": n_docs, "scale": scale}
        if retriever is not None:
            question, context = retriever.question, retriever.passage
            given["normalize"] = retriever.normalize
        retrieval = replace(model.retrieval, **{k: v for k, v in given.items() if v is not None})
        settings = {
            "format": _FORMAT,
            "kind": self.kind,
            "marginal": model.marginal,
            "retrieval": asdict(retrieval),
            "encoders": _encoder_settings(question, context),
            "fusion": model.fusion_settings,
            "text": None if tokenizer is None else tokenizer.settings(),
        }
        with replacing(Path(directory)) as folder, quietly():
            _write(self, folder, tokenizer, _inner(question), _inner(context))
            content = json.dumps(settings, indent=2, ensure_ascii=False)
            (folder / SETTINGS_FILE).write_text(content + "\n", "utf-8")

    @classmethod
    def from_pretrained(cls: type[M], directory: str | Path, **options: Any) -> M:
        """Return the model a directory holds, in evaluation mode, in the precision it has there.

        Args:
            directory: What `save_pretrained` wrote, or a directory of Transformers (see
                `pincite.models.rag.checkpoint`).
            options: Arguments of the class other than the saved or usual ones, such as
                marginal="sequence".

        Raises:
            NotFound: There is no such directory, or no model in it.
            UsageError: It holds another kind of model, or an option does not fit.
            ModelMismatch: Files are damaged, or of another version.
        """
        return built(cls, read_parts(directory), options)


def built(cls: type[M], parts: Parts, options: Mapping[str, Any]) -> M:
    """Return a model of the parts that were read, with other options where they are given.

    Raises:
        UsageError: The parts are of another kind of model, or an option does not fit.
        ModelMismatch: The weights of the fusion are damaged, or of another one.
    """
    if parts.kind != cls.kind:
        name = {"causal": "RagCausalModel", "seq2seq": "RagModel"}[parts.kind]
        raise UsageError(
            f"{str(parts.folder)!r} holds a {type(parts.generator).__name__}; load it with "
            f"pincite.models.rag.{name}, or whatever it is with load_rag"
        )
    model = cls(parts.generator, **{**parts.options, **options})
    if parts.fused:
        load_weights(_fused(model), parts.folder, FUSION_FILE)
    return model.eval()


def _write(
    model: Any, folder: Path, tokenizer: RagTokenizer | None, question: Any, context: Any
) -> None:
    model.generator.save_pretrained(folder / "generator")
    saved = {"question_encoder": question}
    if context is not question:
        saved["context_encoder"] = context
    for name, encoder in saved.items():
        if encoder is not None:
            encoder.save_pretrained(folder / name)
    if tokenizer is not None:
        tokenizers = {"question_encoder": tokenizer.question, "context_encoder": tokenizer.context}
        tokenizer.generator.save_pretrained(folder / "generator")
        for name in saved:
            if saved[name] is not None and tokenizers[name] is not None:
                tokenizers[name].save_pretrained(folder / name)
    if model.fusion is not None:
        weights = _fused(model).state_dict()
        plain = {name: values.detach().cpu().contiguous() for name, values in weights.items()}
        save_file(plain, folder / FUSION_FILE)
    if model.own_generation_config is not None:
        model.own_generation_config.to_json_file(folder / GENERATION_FILE)


def _fused(model: Any) -> nn.Module:
    return nn.ModuleDict({"adapter": model.adapter, "fusion": model.fusion})


def _encoder_settings(question: Any, context: Any) -> dict[str, Any]:
    """Return which encoders there are and how they are pooled; None is "as Transformers has it".

    Raises:
        UsageError: One is neither a `Tower` nor an encoder of Transformers.
    """
    for name, encoder in (("question", question), ("context", context)):
        if encoder is not None and not is_transformers(_inner(encoder)):
            raise UsageError(
                f"the {name} encoder is a {type(encoder).__name__}, which cannot be saved; make it "
                "of an encoder of Transformers, or a pincite.models.tower.Tower over one"
            )
    return {
        "shared": question is not None and _inner(context) is _inner(question),
        "question": None if question is None else {"pooling": getattr(question, "pooling", None)},
        "context": None if context is None else {"pooling": getattr(context, "pooling", None)},
    }


def _inner(encoder: Any) -> Any:
    return encoder.encoder if isinstance(encoder, Tower) else encoder
