"""A BERT of random weights and its tokenizer, small enough to be made in a test."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from pincite.config import Config, load_config
from pincite.encode import hub
from pincite.encode.entry import ModelFile, PackagedCopy, TextModel

WIDTH, HEADS, LAYERS, INNER, WINDOW = 32, 4, 2, 64, 24
WORDS = ["pump", "pressure", "station", "river", "far", "is", "the", "how", "a", "of", "fox"]
WORDS += ["red", "jumps", "over", "valve", "seal"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def tensors(seed: int = 0) -> dict[str, np.ndarray]:
    """Random weights under the names BERT gives them."""
    draw = np.random.default_rng(seed)
    shapes = {
        "embeddings.word_embeddings.weight": (len(SPECIAL) + len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (WINDOW, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        dense = {f"{at}attention.self.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value")}
        dense[f"{at}attention.output.dense"] = (WIDTH, WIDTH)
        dense[f"{at}intermediate.dense"] = (INNER, WIDTH)
        dense[f"{at}output.dense"] = (WIDTH, INNER)
        for name, shape in dense.items():
            shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    weights = {name: draw.normal(0, 0.3, shape) for name, shape in shapes.items()}
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        norms += [f"encoder.layer.{layer}.{part}output.LayerNorm" for part in ("attention.", "")]
    for name in norms:
        weights[f"{name}.weight"] = draw.normal(1, 0.1, WIDTH)
        weights[f"{name}.bias"] = draw.normal(0, 0.1, WIDTH)
    return {name: value.astype(np.float32) for name, value in weights.items()}


def tokenizer() -> bytes:
    """A word-piece tokenizer that pads and cuts as the published one does, which is not wanted."""
    vocabulary = {word: i for i, word in enumerate(SPECIAL + WORDS)}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    made.enable_padding(length=8)
    made.enable_truncation(8)
    return made.to_str().encode()


def files(weights: dict[str, np.ndarray] | None = None) -> dict[str, bytes]:
    """The files of the model by name."""
    return {"model.safetensors": save(weights or tensors()), "tokenizer.json": tokenizer()}


def entry(contents: dict[str, bytes], **changes: object) -> TextModel:
    """The entry of a catalogue that names exactly these files."""
    import hashlib

    named = tuple(
        ModelFile(name, len(data), hashlib.sha256(data).hexdigest())
        for name, data in contents.items()
    )
    model = TextModel(
        name="tiny",
        enables="Tests.",
        space="tiny",
        languages=frozenset({"en"}),
        heads=HEADS,
        epsilon=1e-12,
        max_tokens=WINDOW,
        pooling="mean",
        licence="CC0-1.0",
        repository="publisher/tiny",
        revision="0" * 40,
        files=named,
        packaged=PackagedCopy("pincite-tests-no-such-package", "0", "model"),
    )
    return dataclasses.replace(model, **changes)


def install(folder: Path, contents: dict[str, bytes] | None = None, **settings: object) -> Config:
    """Put the model where a pull would, and return settings under which it is found."""
    contents = contents or files()
    config = load_config({"cache_dir": str(folder), **settings}, environ={}, folder=folder)
    place = hub.model_dir(config, entry(contents))
    place.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        (place / name).write_bytes(data)
    (place / "pulled.json").write_text(json.dumps({"source": "a test"}), "utf-8")
    return config
