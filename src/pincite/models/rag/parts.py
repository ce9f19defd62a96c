"""What a directory holds, read and not yet put together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.models.rag.directory import (
    FUSION_FILE,
    GENERATION_FILE,
    SETTINGS_FILE,
    quietly,
    read_tokenizer,
)
from pincite.models.rag.retrieval import Retrieval
from pincite.models.rag.text import RagTokenizer, SourceTemplate
from pincite.models.saved import not_ours, read_settings
from pincite.models.tower import Tower, load_encoder, window

Kind = Literal["seq2seq", "causal"]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A generator and what goes with it.

    Attributes:
        folder: Where they were read.
        kind: Whether the generator is an encoder–decoder or decoder-only.
        generator: The Transformers model.
        options: Further arguments of the model's class.
        text: Arguments of `RagTokenizer`; None where the directory has no tokenizer settings.
        tokenizers: Directory and configuration of the tokenizers: generator, question, context.
        fused: Whether weights of a fusion lie there.
    """

    folder: Path
    kind: Kind
    generator: Any
    options: Mapping[str, Any]
    text: Mapping[str, Any] | None
    tokenizers: Mapping[str, tuple[Path, Any]]
    fused: bool = False

    def tokenizer(self) -> RagTokenizer:
        """Return the tokenizer of the model.

        Raises:
            NotFound: The directory has none.
        """
        if self.text is None:
            raise NotFound(
                f"the model in {str(self.folder)!r} was saved without its tokenizer; save it "
                "again with model.save_pretrained(DIR, tokenizer)"
            )
        made = {name: read_tokenizer(*place) for name, place in self.tokenizers.items()}
        return RagTokenizer(**made, **self.text, causal=self.kind == "causal")


def read_parts(directory: str | Path) -> Parts:
    """Return the parts of the model in a directory.

    Raises:
        NotFound: There is no such directory, or no model in it.
        UsageError: The model in it writes no text.
        ModelMismatch: Files are damaged, or of another version.
    """
    folder = Path(directory)
    if not folder.is_dir():
        raise NotFound(f"there is no directory {str(folder)!r}; check the path of the model")
    with quietly():
        return _read(folder)


def _read(folder: Path) -> Parts:
    if (folder / SETTINGS_FILE).is_file():
        return _own(folder)
    if not (folder / "config.json").is_file():
        raise NotFound(
            f"there is no model in {str(folder)!r} (neither {SETTINGS_FILE} nor config.json); name "
            "a directory that save_pretrained wrote, or a copy of a published one"
        )
    config = _config(folder)
    return _published(folder, config) if config.model_type == "rag" else _plain(folder, config)


# -- our own -----------------------------------------------------------------------------------


def _own(folder: Path) -> Parts:
    saved = read_settings(folder, SETTINGS_FILE)
    try:
        kind: Kind = {"seq2seq": "seq2seq", "causal": "causal"}[saved["kind"]]  # type: ignore[assignment]
        options: dict[str, Any] = {
            "marginal": saved["marginal"],
            "retrieval": Retrieval(**saved["retrieval"]),
            **(saved["fusion"] or {}),
        }
        encoders, text = saved["encoders"], _text(saved["text"])
        wanted = [name for name in ("question", "context") if encoders[name] is not None]
        shared = bool(encoders["shared"])
    except (KeyError, TypeError, UsageError) as error:
        raise not_ours(folder / SETTINGS_FILE, error) from error
    folders = {name: folder / f"{name}_encoder" for name in wanted}
    if shared:
        folders["context"] = folders["question"]
    options |= _encoders(folders, encoders)
    if (folder / GENERATION_FILE).is_file():
        options["generation_config"] = _generation_config(folder / GENERATION_FILE)
    places = {"generator": folder / "generator", **folders}
    tokenizers = {name: (place, None) for name, place in places.items()}
    generator = _generator(folder / "generator", _config(folder / "generator"), kind)
    fused = saved["fusion"] is not None
    if fused and not (folder / FUSION_FILE).is_file():
        raise ModelMismatch(
            f"{FUSION_FILE} is missing in {str(folder)!r}; copy the directory again, whole"
        )
    return Parts(folder, kind, generator, options, text, tokenizers, fused)


def _text(saved: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if saved is None:
        return None
    return {
        "template": SourceTemplate(saved["pattern"]),
        "max_source_tokens": saved["max_source_tokens"],
        "max_retrieval_tokens": saved["max_retrieval_tokens"],
    }


def _encoders(folders: Mapping[str, Path], saved: Mapping[str, Any]) -> dict[str, Any]:
    """Return the encoders of questions and documents; one object where they lie in one place."""
    made: dict[Path, Any] = {}
    for name, folder in folders.items():
        if folder not in made:
            encoder = _in_memory(load_encoder(folder))
            pooling = saved[name]["pooling"]
            made[folder] = encoder if pooling is None else Tower(encoder, pooling).eval()
    return {f"{name}_encoder": made[folder] for name, folder in folders.items()}


def _generation_config(file: Path) -> Any:
    from transformers import GenerationConfig

    try:
        return GenerationConfig.from_dict(json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise not_ours(file, error) from error


# -- those of Transformers ---------------------------------------------------------------------


def rag_options(model: Any) -> dict[str, Any]:
    """Return the arguments of `RagModel` that a RAG model of Transformers brings."""
    return {
        "marginal": "sequence" if "Sequence" in type(model).__name__ else "token",
        "question_encoder": model.rag.question_encoder,
        "context_encoder": model.rag.ctx_encoder,
        "generation_config": getattr(model, "generation_config", None),
        "retrieval": Retrieval(n_docs=model.config.n_docs),
    }


def _published(folder: Path, config: Any) -> Parts:
    """Return the parts of a RAG directory in the layout of `facebook/rag-token-nq`."""
    import transformers

    name = (config.architectures or ["RagTokenForGeneration"])[0]
    if name not in ("RagTokenForGeneration", "RagSequenceForGeneration"):
        raise UsageError(
            f"{str(folder)!r} holds a {name}; expected a RagTokenForGeneration or a "
            "RagSequenceForGeneration"
        )
    model = _loaded(getattr(transformers, name), folder)
    generator = model.rag.generator
    prefix = getattr(config.generator, "prefix", None) or ""
    template = SourceTemplate.rag(prefix=prefix, title_sep=config.title_sep, doc_sep=config.doc_sep)
    text = {
        "template": template,
        "max_source_tokens": window(generator, config.max_combined_length),
        "max_retrieval_tokens": window(model.rag.question_encoder, 256),
    }
    tokenizers = {
        "generator": (folder / "generator_tokenizer", config.generator),
        "question": (folder / "question_encoder_tokenizer", config.question_encoder),
    }
    return Parts(folder, "seq2seq", generator, rag_options(model), text, tokenizers)


def _plain(folder: Path, config: Any) -> Parts:
    """Return the parts of a directory with a generator alone."""
    kind: Kind = "seq2seq" if config.is_encoder_decoder else "causal"
    generator = _generator(folder, config, kind)
    limit = window(generator, 300)
    text = {"max_source_tokens": limit if kind == "seq2seq" else min(300, limit * 3 // 4)}
    return Parts(folder, kind, generator, {}, text, {"generator": (folder, None)})


def _generator(folder: Path, config: Any, kind: Kind) -> Any:
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

    if kind == "seq2seq":
        return _loaded(AutoModelForSeq2SeqLM, folder)
    name = (config.architectures or ["ForCausalLM"])[0]
    if not name.endswith(("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")):
        raise UsageError(
            f"{str(folder)!r} holds a {name}, which writes no text; name a model with a "
            "language-model head, such as BART, T5 or GPT-2"
        )
    return _loaded(AutoModelForCausalLM, folder)


def _config(folder: Path) -> Any:
    from transformers import AutoConfig

    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise _unreadable(folder, error) from error


def _loaded(cls: Any, folder: Path) -> Any:
    """Return a model as Transformers loads it, in the precision it was saved in.

    Raises:
        ModelMismatch: Weights are damaged, or some are not there.
    """
    try:
        made, report = cls.from_pretrained(
            folder,
            local_files_only=True,
            weights_only=True,
            dtype="auto",
            output_loading_info=True,
        )
    except Exception as error:  # safetensors, torch and Transformers raise kinds of their own
        raise _unreadable(folder, error) from error
    wrong = [*sorted(report["missing_keys"]), *map(str, report["mismatched_keys"])]
    if wrong:
        raise ModelMismatch(
            f"{len(wrong)} weights of the {type(made).__name__} in {str(folder)!r} are not there "
            f"or have another shape, the first is {wrong[0]}; copy or save the directory again"
        )
    return _in_memory(made.eval())


def _in_memory(model: Any) -> Any:
    """Return a model whose weights are copied out of the mapped file.

    There they lie at odd addresses, where sums are taken in another order, so that a model would
    not say to the last bit what it said when it was saved.
    """
    for parameter in model.parameters():
        parameter.data = parameter.data.clone()
    return model


def _unreadable(folder: Path, error: Exception) -> ModelMismatch:
    reason = (str(error).splitlines() or [repr(error)])[0].split(". ")[0].rstrip(".")
    if type(error).__name__ == "UnpicklingError":
        reason = "its weights hold more than tensors, and such files are not opened"
    return ModelMismatch(
        f"the model in {str(folder)!r} cannot be loaded: {reason}; copy or save it again"
    )
