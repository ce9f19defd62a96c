"""Zero-shot tags: which of a list of labels an image-text model sees in stored pictures.

    P(label | picture) = softmax over labels of  s · cos(picture, "a photo of a LABEL")

with the scale s that CLIP learned, 100 (Radford et al., ICML 2021, section 3.1.2). Only vectors
are compared, so that no picture is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np

from pincite.encode import Encoder
from pincite.errors import UsageError
from pincite.language import CJK
from pincite.store.embed import encode_contents
from pincite.store.encode import encode
from pincite.store.notices import OnEvent
from pincite.store.tables import Store
from pincite.store.transaction import in_parts
from pincite.types import Vectors

SCALE = 100.0
"""Where CLIP's learned temperature stops."""
LEAST, MOST = 0.1, 5
"""A label is a tag from this probability on, and only the best few are."""
_CJK = re.compile(f"[{CJK}]")


@dataclass(frozen=True, slots=True)
class Label:
    """Something a picture may show, by one or more names; all of them become tags."""

    names: tuple[str, ...]

    def prompt(self, encoder: Encoder) -> str:
        """Return the sentence that an encoder compares with pictures."""
        chinese = [name for name in self.names if _CJK.search(name)]
        only_chinese = "zh" in encoder.languages and "en" not in encoder.languages
        if chinese and (only_chinese or len(chinese) == len(self.names)):
            return f"一张{chinese[0]}的照片。"
        name = next(name for name in self.names if name not in chinese)
        return f"a photo of a {name}."


@dataclass(frozen=True, slots=True)
class Tagged:
    """What a run has tagged.

    Attributes:
        segments: Pictures and shots that were looked at.
        tagged: Those of them that show one of the labels.
        interrupted: True when the user ended it early; run it again to go on.
    """

    segments: int = 0
    tagged: int = 0
    interrupted: bool = False


def read_labels(path: Path | None = None) -> tuple[Label, ...]:
    """Return the labels in a file, one a line, names of one thing separated by "|".

    Args:
        path: The file; None: everyday things, in English and Chinese.

    Raises:
        UsageError: It cannot be read as UTF-8 text, or holds fewer than two labels.
    """
    try:
        source = path or resources.files("pincite.store").joinpath("labels.txt")
        lines = source.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the labels in {path} cannot be read: {error}. Give a text file in UTF-8, one label "
            f"a line"
        ) from error
    parts = [
        tuple(n for name in line.split("|") if (n := " ".join(name.split()))) for line in lines
    ]
    labels = tuple(dict.fromkeys(Label(names) for names in parts if names))
    if len(labels) < 2:
        raise UsageError(
            f"{path} holds {len(labels)} labels; a picture is told by comparing at least two, one "
            f"a line"
        )
    return labels


def tag(store: Store, encoder: Encoder, labels: Sequence[Label], on_event: OnEvent) -> Tagged:
    """Give pictures and shots the labels that an encoder sees in them, as tags.

    They replace the tags the same encoder found before, and leave all others. What has no vector
    of the encoder yet gets one first.

    Args:
        store: The knowledge base.
        encoder: Reads words and pictures.
        labels: At least two.
        on_event: Hears of the progress of encoding.

    Raises:
        UsageError: The encoder does not read both words and pictures.
        ModelMismatch: It returned other vectors than it promised.
    """
    if not {"text", "image"} <= encoder.modalities:
        raise UsageError(
            f"tags are found by comparing words with pictures, and encoder {encoder.name!r} reads "
            f"{', '.join(sorted(encoder.modalities))}; choose one for both, such as clip:MODEL"
        )
    with store.writing():
        done = encode(store, [encoder], on_event)
        if done.interrupted:
            return Tagged(interrupted=True)
        prompts = encode_contents([label.prompt(encoder) for label in labels], encoder)
        return _tag(store, encoder, prompts, labels)


def _tag(store: Store, encoder: Encoder, prompts: Vectors, labels: Sequence[Label]) -> Tagged:
    looked = tagged = 0
    for part in in_parts(store.pictures(encoder.space)):
        vectors = store.vectors(encoder.space, part)
        found = {id: tags_of(vector, prompts, labels) for id, vector in vectors.items()}
        store.tag(found, origin=encoder.name)
        looked += len(found)
        tagged += sum(map(bool, found.values()))
    return Tagged(looked, tagged)


def tags_of(picture: Vectors, prompts: Vectors, labels: Sequence[Label]) -> tuple[str, ...]:
    """Return the names of the labels that a picture shows, likeliest first.

    Args:
        picture: (d,), of unit length.
        prompts: (n, d), of unit length, in the order of `labels`.
        labels: n labels.

    Example:
        >>> labels = (Label(("dog", "狗")), Label(("cat",)))
        >>> tags_of(np.float32([1, 0]), np.float32([[0.3, 0.9], [0.2, 0.9]]), labels)
        ('dog', '狗')
    """
    logits = SCALE * (prompts @ picture).astype(np.float64)
    weights = np.exp(logits - logits.max())
    likely = weights / weights.sum()
    best = np.argsort(-likely, kind="stable")[:MOST]
    return tuple(name for i in best if likely[i] >= LEAST for name in labels[i].names)
