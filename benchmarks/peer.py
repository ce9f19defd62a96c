"""The text encoder as sentence-transformers runs it on the same files: the peer to compare with.

Needs the extra `torch` and the pulled model.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from pincite.config import load_config
from pincite.encode import hub
from pincite.encode.catalog import find

_CONFIG = {
    "architectures": ["BertModel"],
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": 384,
    "intermediate_size": 1536,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512,
    "num_attention_heads": 12,
    "num_hidden_layers": 6,
    "pad_token_id": 0,
    "type_vocab_size": 2,
    "vocab_size": 30522,
}
_TOKENIZER = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 512}


_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize",
     "type": "sentence_transformers.models.Normalize"},
]  # fmt: skip
_POOLING = {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True}


def write_sentence_transformer(place: Path) -> None:
    """Write the pulled MiniLM as a directory that sentence-transformers loads."""
    model = find("minilm")
    folder = hub.require(load_config(), model)
    place.mkdir()
    for file in model.files:
        shutil.copyfile(folder / file.name, place / file.name)
    said = {
        "config.json": _CONFIG,
        "tokenizer_config.json": _TOKENIZER,
        "modules.json": _MODULES,
        "sentence_bert_config.json": {"max_seq_length": model.max_tokens, "do_lower_case": False},
        "1_Pooling/config.json": _POOLING,
    }
    for name in ("1_Pooling", "2_Normalize"):
        (place / name).mkdir()
    for name, content in said.items():
        (place / name).write_text(json.dumps(content), "utf-8")


def sentence_transformer():  # type: ignore[no-untyped-def]
    """Return the pulled MiniLM as a SentenceTransformer: mean pooling, unit length, 256 pieces."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules

    model = find("minilm")
    folder = hub.require(load_config(), model)
    with tempfile.TemporaryDirectory() as copy:
        for file in model.files:
            shutil.copyfile(folder / file.name, Path(copy) / file.name)
        (Path(copy) / "config.json").write_text(json.dumps(_CONFIG), "utf-8")
        (Path(copy) / "tokenizer_config.json").write_text(json.dumps(_TOKENIZER), "utf-8")
        body = modules.Transformer(copy, max_seq_length=model.max_tokens)
        pooling = modules.Pooling(_CONFIG["hidden_size"], pooling_mode="mean")
        return SentenceTransformer(modules=[body, pooling, modules.Normalize()], device="cpu")
