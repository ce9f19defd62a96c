"""Which encoder a model belongs to, read from the files in its directory.

One table: the `model_type` of a Transformers `config.json`, and the name of the encoder for it. A
text model of a type that is not in it goes to "transformers", which says so if it is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pincite.encode.model_files import CONFIG, model_type, read_json
from pincite.errors import NotFound

OTHER, KERAS = "transformers", "keras"
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "clip": ("clip",),
    "siglip": ("siglip", "siglip2"),
    "chinese-clip": ("chinese_clip",),
    "vit": ("vit", "deit", "beit", "dinov2", "dinov2_with_registers", "swin", "swinv2"),
    "resnet": (
        *("resnet", "bit", "regnet", "convnext", "convnextv2", "efficientnet"),
        *("mobilenet_v1", "mobilenet_v2"),
    ),
    "clap": ("clap",),
    "wav2vec2": ("wav2vec2", "hubert", "wavlm", "wav2vec2-conformer", "data2vec-audio"),
    "whisper": ("whisper",),
    "multimodal": ("qwen3_vl", "qwen2_vl", "qwen2_5_vl", "qwen3_omni", "qwen2_5_omni"),
    "colqwen2": ("colqwen2",),
    "colmodernvbert": ("colmodernvbert",),
    "colpali": ("colpali",),
    "dpr": ("dpr",),
    "t5": ("t5", "mt5", "umt5"),
    "gpt": (
        *("gpt2", "gpt_neo", "gpt_neox", "gptj", "gpt_bigcode", "opt", "bloom", "falcon"),
        *("llama", "mistral", "mixtral", "qwen2", "qwen3", "phi", "phi3", "stablelm", "olmo"),
        *("olmo2", "gemma", "gemma2", "gemma3_text", "smollm3", "granite"),
    ),
}
"""Encoder, and the types of model it loads."""
BY_TYPE: Mapping[str, str] = {kind: name for name, kinds in FAMILIES.items() for kind in kinds}
MARKS: Mapping[str, str] = {
    "pincite_dpr.json": "dpr",
    "pincite_rag.json": "dpr",
    "encoder.json": KERAS,
    "artifact.metadata": "colbert",
}
"""Files that only the models of one encoder have."""
_SEEING = ("clip", "siglip", "chinese-clip", "multimodal", "clap")
_SENSES = ("preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json")
"""Files that say how pictures and sounds are prepared, which no text model has."""


def family_of(folder: Path) -> str:
    """Return the name of the encoder that loads the model in a directory.

    Raises:
        NotFound: There is no model in it that is known here.
        ModelMismatch: Its settings are damaged.
    """
    for mark, name in MARKS.items():
        if (folder / mark).is_file():
            return name
    if gives_tokens(folder):
        return "colbert"
    if (folder / "modules.json").is_file():
        return "multimodal" if _sees(folder) else "sentence-transformers"
    said = read_json(folder / CONFIG)
    if said.get("model_type"):
        return BY_TYPE.get(str(said["model_type"]), OTHER)
    if said.get("architecture"):
        return "timm"
    if any(folder.glob("*.keras")):
        return KERAS
    raise NotFound(
        f"there is no model in {str(folder)!r} whose kind can be told: no {CONFIG} with a "
        "model_type, no modules.json, no .keras file. Check the path, or say which encoder it is "
        f"for: NAME:{folder}"
    )


def gives_tokens(folder: Path) -> bool:
    """Return whether a model was saved as one that gives each token of a text a vector."""
    settings = read_json(folder / "config_sentence_transformers.json")
    named = read_json(folder / CONFIG).get("architectures") or ()
    return settings.get("model_type") in ("MultiVectorEncoder", "ColBERT") or "HF_ColBERT" in named


def _sees(folder: Path) -> bool:
    """Return whether a model of Sentence Transformers reads more than text."""
    modules = (folder / "modules.json").read_text("utf-8")
    if "CLIPModel" in modules or "clip_model" in modules:
        return True
    places = (folder, folder / "0_Transformer", folder / "0_CLIPModel")
    if any((place / name).is_file() for place in places for name in _SENSES):
        return True
    kinds = [model_type(place) for place in places]
    return any(BY_TYPE.get(kind) in _SEEING or "_vl" in kind for kind in kinds)
