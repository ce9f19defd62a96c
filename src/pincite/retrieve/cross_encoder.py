"""Cross-encoders as rerankers: one model reads query and candidate together.

Any model that sentence-transformers loads as a `CrossEncoder` runs in torch; one with its ONNX
file and tokenizer beside it runs without torch, on words. A model that reads pictures is given the
picture of a candidate, or the key frame of a shot, instead of the words on it; and the picture of
the query beside its words, where it reads the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pincite.config import Config, load_config
from pincite.content import Content, Modality, Picture, modality_of
from pincite.encode.backends import backend_of, onnx_file
from pincite.encode.model_files import locate, read_json
from pincite.encode.tokens import readable_text
from pincite.errors import ModelMismatch, UsageError
from pincite.retrieve.rerank import Candidate
from pincite.types import Query

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BATCH = 16
_MAX_TOKENS = 512
_WINDOW = 8192
"""Of language models that say no other; more of a candidate is not read."""
_ONNX = "model"
_READ: tuple[Modality, ...] = ("text", "image")
"""Of what models may read, what they are given here."""
Pair = tuple[tuple[Content, ...], Content]
"""The parts of a query, and a candidate."""


class _Scorer(Protocol):
    """Judges pairs of a query and a candidate."""

    modalities: frozenset[Modality]
    joins: bool
    """Whether a query may have words and a picture at once."""

    def scores(self, pairs: Sequence[Pair]) -> list[float]:
        """Return the log odds of each pair."""
        ...


class CrossEncoderReranker:
    """Reads query and candidate together (Nogueira and Cho, Passage Re-ranking with BERT, 2019).

    Attributes:
        modalities: What it reads.
    """

    def __init__(self, directory: str | Path, *, config: Config | None = None) -> None:
        """Find a model: a directory, or an id in the local cache of the Hugging Face hub.

        Raises:
            NotFound: There is no such model here.
            MissingExtra: It needs a package that is not installed.
            ModelMismatch: It gives something else than one score a pair.
        """
        config = config or load_config()
        folder = locate(directory)
        backend = backend_of(config, "cross-encoder", folder, (_ONNX,))
        self._scorer: _Scorer = _Torch(folder, config) if backend == "torch" else _Onnx(folder)
        self.modalities = self._scorer.modalities

    def rerank(self, query: Query, candidates: Sequence[Candidate]) -> list[float]:
        """Return the log odds of each candidate, in order.

        A candidate that holds nothing the model reads gets the least of all scores.

        Raises:
            UsageError: Nothing of the query is of a kind the model reads.
        """
        asked = self._asked(query)
        contents = [candidate.read(self.modalities) for candidate in candidates]
        places = [i for i, content in enumerate(contents) if content is not None]
        pairs = [(asked, contents[i]) for i in places]
        found = self._scorer.scores([(one, other) for one, other in pairs if other is not None])
        scores = np.full(len(candidates), min(found, default=0.0))
        scores[places] = found
        return [float(score) for score in scores]

    def _asked(self, query: Query) -> tuple[Content, ...]:
        """Return the parts of a query that are wanted, words first."""
        parts: list[Content] = []
        words = "\n".join(part for part in (query.text, query.heard) if part.strip())
        if "text" in self.modalities and words and query.weight("text") > 0:
            parts.append(words)
        for content, weight in query.parts():
            if weight > 0 and not isinstance(content, str) and content.modality in self.modalities:
                parts.append(content)
        if parts:
            return tuple(parts if self._scorer.joins else parts[:1])
        raise UsageError(
            f"the reranker reads {', '.join(sorted(self.modalities))}, and the query holds nothing "
            "of that; leave the reranker out, or add words to the query"
        )


class _Torch:
    """A `CrossEncoder` of sentence-transformers."""

    def __init__(self, folder: Path, config: Config) -> None:
        from pincite.encode.torch_model import device_of, quietly

        with quietly():
            from sentence_transformers import CrossEncoder

            try:
                self._model: Any = CrossEncoder(
                    str(folder),
                    device=str(device_of(config)),
                    local_files_only=True,
                    trust_remote_code=False,
                    model_kwargs={"use_safetensors": True},
                )
            except Exception as error:  # torch, safetensors and Transformers each raise their own
                raise ModelMismatch(
                    f"the reranker in {str(folder)!r} cannot be loaded: {error}. Fetch or save it "
                    "again; only safetensors are loaded"
                ) from error
        if self._model.num_labels != 1:
            raise ModelMismatch(
                f"the model in {str(folder)!r} gives {self._model.num_labels} numbers a pair; a "
                "reranker gives one"
            )
        self.modalities = frozenset(m for m in _READ if self._model.supports(m))
        self.joins = self._model.supports(("text", "image"))

    def scores(self, pairs: Sequence[Pair]) -> list[float]:
        """Return the log odds of each pair."""
        if not pairs:
            return []
        import torch

        window = min(self._model.max_seq_length or _WINDOW, _WINDOW)
        fitting = _fitting(pairs, window, self._offsets)
        given = [(_together(asked), _as_input(candidate)) for asked, candidate in fitting]
        found = self._model.predict(
            given,
            batch_size=BATCH,
            activation_fn=torch.nn.Identity(),
            show_progress_bar=False,
        )
        return [float(score) for score in np.asarray(found, np.float32).reshape(-1)]

    def _offsets(self, text: str) -> Sequence[tuple[int, int]]:
        read = self._model.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return list(read["offset_mapping"])


Offsets = Callable[[str], Sequence[tuple[int, int]]]
"""A text to the characters (start, end) of each of its tokens."""


def _fitting(pairs: Sequence[Pair], window: int, offsets: Offsets) -> list[Pair]:
    """Return pairs whose query takes at most half of a window of tokens.

    Tokenizers cut what is then too long of the candidate; where both are long, they would cut
    token by token, for minutes.
    """
    half, known = max(1, window // 2), dict[str, str]()

    def cut(text: str) -> str:
        clean = readable_text(text, window)
        places = offsets(clean)
        return clean if len(places) <= half else clean[: places[half - 1][1]]

    def query(part: Content) -> Content:
        if not isinstance(part, str):
            return part
        if part not in known:
            known[part] = cut(part)
        return known[part]

    def candidate(content: Content) -> Content:
        return readable_text(content, window) if isinstance(content, str) else content

    return [(tuple(map(query, asked)), candidate(content)) for asked, content in pairs]


def _together(parts: tuple[Content, ...]) -> Any:
    """Return the parts of a query as sentence-transformers takes them."""
    if len(parts) == 1:
        return _as_input(parts[0])
    return {modality_of(part): _as_input(part) for part in parts}


def _as_input(content: Content) -> Any:
    """Return content as sentence-transformers takes it."""
    if isinstance(content, str):
        return content
    if isinstance(content, Picture):
        from PIL import Image

        return Image.fromarray(content.pixels)
    raise UsageError(f"a reranker reads words and pictures here, got a {type(content).__name__}")


class _Onnx:
    """An ONNX file of a sequence classifier over pairs, and its tokenizer."""

    modalities: frozenset[Modality] = frozenset({"text"})
    joins = False

    def __init__(self, folder: Path) -> None:
        import onnxruntime

        path = onnx_file(folder, _ONNX)
        self._session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._room = _room(folder)
        self._tokenizer, self._cut = _tokenizer(folder), _tokenizer(folder)
        self._cut.enable_truncation(self._room, strategy="only_second")

    def scores(self, pairs: Sequence[Pair]) -> list[float]:
        """Return the log odds of each pair."""
        pairs = _fitting(pairs, self._room, self._offsets)
        order = sorted(range(len(pairs)), key=lambda i: -len(str(pairs[i][1])))
        scores = [0.0] * len(pairs)
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            for place, score in zip(places, self._run([pairs[i] for i in places]), strict=True):
                scores[place] = score
        return scores

    def _offsets(self, text: str) -> Sequence[tuple[int, int]]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).offsets)

    def _run(self, pairs: Sequence[Pair]) -> list[float]:
        read = self._cut.encode_batch([(str(asked[0]), str(content)) for asked, content in pairs])
        given = {
            "input_ids": np.array([e.ids for e in read], np.int64),
            "attention_mask": np.array([e.attention_mask for e in read], np.int64),
            "token_type_ids": np.array([e.type_ids for e in read], np.int64),
        }
        logits = self._session.run(None, {n: v for n, v in given.items() if n in self._inputs})[0]
        if logits.size != len(pairs):
            raise ModelMismatch(
                f"the ONNX reranker gives logits of shape {logits.shape} for {len(pairs)} pairs; "
                "a reranker gives one number a pair"
            )
        return [float(score) for score in logits.reshape(-1)]


def _tokenizer(folder: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        raise ModelMismatch(f"{path} is no tokenizer: {error}; save the model again") from error
    tokenizer.no_truncation()
    pad = int(read_json(folder / "config.json").get("pad_token_id") or 0)
    tokenizer.enable_padding(pad_id=pad, pad_token=tokenizer.id_to_token(pad) or "[PAD]")
    return tokenizer


def _room(folder: Path) -> int:
    """Return how many tokens a pair may take."""
    config = read_json(folder / "config.json")
    return min(int(config.get("max_position_embeddings", _MAX_TOKENS)), _MAX_TOKENS)
