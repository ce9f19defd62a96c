"""The documents end-to-end training retrieves from: texts, with features of pictures and sound.

    {"id": "17", "title": "Harbour", "text": "…", "features": {"image": "regions/17.npy"}}

`features` names for each modality a file as `pincite.train.features` reads it; `title`, `text`
and `features` may each be missing, but not text and features both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pincite.errors import UsageError
from pincite.generate.documents import document_of
from pincite.pipeline import KnowledgeBase
from pincite.store.tables import Store
from pincite.train.data import QuestionRow, check_keys, identity, read_lines, shown
from pincite.train.features import Features, load, named_place

_KEYS = ("id", "title", "text", "features")


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What can be retrieved and read.

    Attributes:
        id: Its name; questions name their positives by it.
        title: May be empty.
        text: May be empty where there are features.
        features: Modality to (m, e).
    """

    id: str
    title: str = ""
    text: str = ""
    features: Mapping[str, Features] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What the document encoder reads: the text, as knowledge bases encode it, or the title."""
        return self.text if self.text.strip() else self.title


def read_documents(path: Path) -> tuple[Document, ...]:
    """Return the documents of a file of JSON lines, their features loaded.

    Raises:
        NotFound: There is no such file, or no such file of features.
        UsageError: A line is not what is expected; the message names file, line and remedy.
    """
    found: dict[str, Document] = {}
    for where, content in read_lines(path):
        document = _document(where, content, path.parent)
        if document.id in found:
            raise UsageError(f"{where}: id {document.id!r} was given before; change one")
        found[document.id] = document
    return tuple(found.values())


def _document(where: str, content: Mapping[str, Any], folder: Path) -> Document:
    check_keys(where, content, _KEYS)
    title, text = content.get("title", ""), content.get("text", "")
    if not isinstance(title, str) or not isinstance(text, str):
        raise UsageError(
            f'{where}: expected "title" and "text" to be texts, '
            f"found {shown(title)} and {shown(text)}"
        )
    named = content.get("features", {})
    if not isinstance(named, dict):
        raise UsageError(
            f'{where}: expected "features" by modality, such as {{"image": "regions/17.npy"}}, '
            f"found {shown(named)}"
        )
    features = {}
    for modality, value in named.items():
        lies = named_place(where, f"features.{modality}", value, folder)
        if lies is not None:
            features[modality] = load(lies, where)
    if not text.strip() and not features:
        raise UsageError(f'{where}: expected "text" or "features", found neither; give one')
    return Document(identity(where, content), title, text, features)


def kb_documents(kb: KnowledgeBase) -> tuple[Document, ...]:
    """Return every segment with words of a knowledge base, titled as `pincite ask` does it."""
    store = Store.open(kb.uri, read_only=True)
    assets = {name: entry.asset for name, entry in store.ledger().items()}
    found = []
    for segment in store.lacking("", list(assets)):  # none has a vector of the space ""
        title, text = document_of(segment, assets[segment.asset_id])
        if text.strip():
            found.append(Document(segment.id, title, text))
    return tuple(found)


def named_documents(rows: Iterable[QuestionRow]) -> tuple[Document, ...]:
    """Return every passage that questions name, by its own text, as a document."""
    texts = dict.fromkeys(p for row in rows for p in (*row.positives, *row.negatives))
    return tuple(Document(id=text, text=text) for text in texts)


def widths(documents: Iterable[Document]) -> dict[str, int]:
    """Return the width of the features of each modality.

    Raises:
        UsageError: Two documents differ in it.
    """
    found: dict[str, int] = {}
    for document in documents:
        for modality, values in document.features.items():
            if found.setdefault(modality, values.shape[-1]) != values.shape[-1]:
                raise UsageError(
                    f"features of {modality} are {found[modality]} wide in one document and "
                    f"{values.shape[-1]} in {document.id!r}; extract all with one model"
                )
    return dict(sorted(found.items()))


def padded_features(
    rows: Sequence[Sequence[Document | None]], widths: Mapping[str, int]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Return features (b, n, m, e) and masks (b, n, m) by modality, of n documents a question.

    A modality that no document here has is left out.
    """
    features, masks = {}, {}
    for modality, width in widths.items():
        counts = [
            len(d.features[modality]) if d is not None and modality in d.features else 0
            for row in rows
            for d in row
        ]
        if not any(counts):
            continue
        values = np.zeros((len(rows), len(rows[0]), max(counts), width), np.float32)
        real = np.zeros(values.shape[:3], bool)
        for i, row in enumerate(rows):
            for j, document in enumerate(row):
                if document is not None and modality in document.features:
                    own = document.features[modality]
                    values[i, j, : len(own)], real[i, j, : len(own)] = own, True
        features[modality], masks[modality] = torch.from_numpy(values), torch.from_numpy(real)
    return features, masks
