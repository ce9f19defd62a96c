"""Texts, pictures and sounds to vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from pincite.config import Config
from pincite.content import Content, Modality
from pincite.registry import Plugin, Registry
from pincite.types import TokenVectors, Vectors

Role = Literal["query", "document"]


class Encoder(Protocol):
    """Maps content of the modalities it names into one vector space.

    A plugin is built with `config=`, and with `directory=` if it has a parameter of this name:
    the setting is then `NAME:DIR`. Content it cannot read is refused with `WrongModality`
    (`readable` says so for it).

    Attributes:
        name: The setting that makes the same encoder again, such as "minilm" or "clip:./model".
        space: Name of the vector space; another model, or other arithmetic, is another space.
        width: Length of a vector.
        modalities: What it reads.
        languages: ISO 639-1 codes of the languages it was trained on; empty: any, or none.
    """

    name: str
    space: str
    width: int
    modalities: frozenset[Modality]
    languages: frozenset[str]

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per item, in order: (n, d) float32."""
        ...


@runtime_checkable
class LateEncoder(Protocol):
    """An encoder that also gives each item several vectors, compared by MaxSim.

    `encode` gives the pooled vectors of the first stage (the mean of an item's vectors, at unit
    length), `encode_tokens` those of the second (Khattab and Zaharia, ColBERT, SIGIR 2020).
    """

    name: str
    space: str
    width: int
    modalities: frozenset[Modality]
    languages: frozenset[str]

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per item, in order: (n, d) float32."""
        ...

    def encode_tokens(self, items: Sequence[Content], role: Role = "document") -> TokenVectors:
        """Return the unit vectors of each item, in order, of the same width."""
        ...


def _torch(target: str) -> Plugin:
    return Plugin(f"pincite.encode.{target}", package="torch", extra="torch")


encoders: Registry[Encoder] = Registry(
    kind="encoder",
    group="pincite.encoders",
    builtin={
        "minilm": Plugin("pincite.encode.onnx_text:OnnxTextEncoder"),
        "sentence-transformers": Plugin("pincite.encode.sentence:SentenceEncoder"),
        "transformers": Plugin("pincite.encode.text_model:TextModelEncoder"),
        "t5": Plugin("pincite.encode.text_model:T5Encoder"),
        "gpt": Plugin("pincite.encode.text_model:GptEncoder"),
        "clip": Plugin("pincite.encode.image_text:ImageTextEncoder"),
        "siglip": Plugin("pincite.encode.image_text:SiglipEncoder"),
        "chinese-clip": Plugin("pincite.encode.image_text:ChineseClipEncoder"),
        "visual": Plugin("pincite.encode.descriptors.visual:VisualEncoder"),
        "perceptual-hash": Plugin(
            "pincite.encode.descriptors.perceptual_hash:PerceptualHashEncoder"
        ),
        "acoustic": Plugin("pincite.encode.descriptors.acoustic:AcousticEncoder"),
        "dpr": Plugin("pincite.models.dpr_text:DprTextEncoder", package="torch", extra="torch"),
        "vit": _torch("vision:VitEncoder"),
        "resnet": _torch("vision:ResNetEncoder"),
        "timm": Plugin("pincite.encode.timm_vision:TimmEncoder", package="torch", extra="timm"),
        "clap": _torch("clap:ClapEncoder"),
        "wav2vec2": _torch("speech:Wav2Vec2Encoder"),
        "whisper": _torch("speech:WhisperEncoder"),
        "multimodal": _torch("multimodal:MultimodalEncoder"),
        "colbert": _torch("colbert:ColbertEncoder"),
        "colqwen2": _torch("late_pages:ColQwen2Encoder"),
        "colmodernvbert": _torch("late_pages:ColModernVBertEncoder"),
        "colpali": _torch("late_pages:ColPaliEncoder"),
        "keras": Plugin("pincite.encode.keras_vision:KerasEncoder", package="keras", extra="keras"),
    },
)


def default_encoder(config: Config) -> Encoder | None:
    """Return the encoder that the setting `encoder` asks for, or None: words alone decide.

    "auto" takes the first text model of the catalogue that has been pulled and can run here, and is
    None without one; "none" is None; any other word is what `making.make_encoder` takes: the name
    of an encoder or of a pulled model, "NAME:MODEL", or a model's directory or hub id alone.

    Raises:
        MissingModel: A model was named that has not been pulled.
        UnknownPlugin: No encoder has this name.
        MissingExtra: The encoder needs a package that is not installed.
        UsageError: It needs a directory and none was given, or takes none; or there is no model.
        ModelMismatch: The model is damaged, or of another kind.
    """
    from pincite.encode import hub
    from pincite.encode.making import make_encoder

    name = config["encoder"]
    if name == "none":
        return None
    if name == "auto":
        pulled = hub.default_model(config)
        return make_encoder(pulled.name, config) if pulled else None
    return make_encoder(name, config)
