"""The text of examples as a batch: words through a tokenizer, or features from files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from pincite.errors import UsageError
from pincite.models.dpr_text import MAX_TOKENS, token_ids
from pincite.models.tower import load_tokenizer, window
from pincite.train.collate import pad_features, pad_tokens
from pincite.train.features import FeatureRow, Place, load


class TextSide:
    """Texts of rows as inputs of a model.

    Attributes:
        tokenizer: Of the text encoder; None: texts are features.
        width: Of the features; what the encoder gives where there is one.
    """

    def __init__(self, tokenizer: Any, width: int, limit: int = MAX_TOKENS) -> None:
        self.tokenizer, self.width, self._limit = tokenizer, width, limit

    def inputs(self, rows: Sequence[FeatureRow]) -> tuple[dict[str, Tensor], Tensor]:
        """Return what a model reads, and the mask (b, t) bool; a row without text is all False."""
        if self.tokenizer is None:
            found = [load(r.text, r.where) if isinstance(r.text, Place) else None for r in rows]
            features, mask = pad_features(found, self.width)
            return {"features": features, "mask": mask}, mask
        words = [row.text if isinstance(row.text, str) else "" for row in rows]
        tokens = pad_tokens(
            token_ids(self.tokenizer, words, self._limit), self.tokenizer.pad_token_id
        )
        mask = tokens["attention_mask"].bool()
        for i, row in enumerate(rows):
            mask[i] &= row.text is not None
        return tokens, mask


def text_side(
    rows: Sequence[FeatureRow], encoder: Any, directory: Path | None, limit: int = MAX_TOKENS
) -> TextSide:
    """Return how the texts of these rows are read, all of one kind.

    Args:
        rows: Training and held-out rows.
        encoder: The text encoder, or None.
        directory: Where its tokenizer lies.
        limit: Longest text that is read, in tokens.

    Raises:
        UsageError: A text is words and there is no encoder, or features and there is one.
        NotFound: There is no tokenizer.
    """
    for row in rows:
        if isinstance(row.text, str) and encoder is None:
            raise UsageError(
                f"{row.where}: the text is words, but no text encoder is named; set text = "
                '"DIR" in [model], or give the file of its features'
            )
        if isinstance(row.text, Place) and encoder is not None:
            raise UsageError(
                f"{row.where}: the text is features, but a text encoder is named; leave text "
                "out of [model], or give words"
            )
    if encoder is None:
        return TextSide(None, width_of(rows, "text"))
    if directory is None:
        raise UsageError("a text encoder was given without the directory of its tokenizer")
    tokenizer = load_tokenizer(directory)
    return TextSide(tokenizer, encoder.config.hidden_size, window(encoder, limit))


def width_of(rows: Sequence[FeatureRow], side: str) -> int:
    """Return the width of the features of one side ("text" or "features"), of the first row.

    Raises:
        UsageError: No row has any.
    """
    for row in rows:
        place = row.text if side == "text" else row.features
        if isinstance(place, Place):
            return int(load(place, row.where).shape[1])
    where = rows[0].where if rows else "the data"
    raise UsageError(f'{where} and all rows after it have no "{side}"; a model needs some')
