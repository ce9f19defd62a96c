"""What it means to be an encoder of late interaction: several vectors an item, and their mean."""

from __future__ import annotations

import numpy as np

from pincite.encode import LateEncoder
from pincite.testing.checks import require
from pincite.testing.encoders import EncoderContract
from pincite.types import TokenVectors


class LateEncoderContract(EncoderContract):
    """The rules of an encoder that has `encode_tokens` too, beside those of any encoder."""

    def encoder(self) -> LateEncoder:
        """Return the encoder under test; it is called more than once."""
        raise NotImplementedError("say which encoder is tested: def encoder(self): return ...")

    def test_each_item_has_token_vectors_of_unit_length_and_stated_width(self) -> None:
        """MaxSim sums cosines; offsets say which rows are whose, and none is without."""
        made = self.encoder()
        for items in self._read_by(made).values():
            _check_tokens(made, made.encode_tokens(items), len(items))

    def test_an_empty_batch_has_no_token_vectors(self) -> None:
        """It has the one offset 0 and keeps its width."""
        made = self.encoder()
        _check_tokens(made, made.encode_tokens([]), 0)

    def test_an_item_has_one_set_of_token_vectors_however_it_is_batched(self) -> None:
        """Padding adds no vectors, and those of longer neighbours change none."""
        made = self.encoder()
        for items in self._read_by(made).values():
            together = made.encode_tokens(items)
            for i, item in enumerate(items):
                alone = made.encode_tokens([item])[0]
                self._require_equal(together[i], alone, "the tokens of an item alone")

    def test_the_vector_of_an_item_is_the_unit_mean_of_its_tokens(self) -> None:
        """The first stage finds by it what the second compares token by token."""
        made = self.encoder()
        for items in self._read_by(made).values():
            tokens = made.encode_tokens(items)
            means = np.stack([tokens[i].mean(axis=0) for i in range(len(items))])
            means /= np.linalg.norm(means, axis=1, keepdims=True)
            self._require_equal(made.encode(items), means, "the unit mean of the tokens")

    def test_tokens_of_what_it_does_not_read_are_refused(self) -> None:
        """As the vectors are."""
        made = self.encoder()
        self._require_refused(made, made.encode_tokens)

    def test_both_roles_have_token_vectors(self) -> None:
        """A passage is what is meant unless said."""
        made = self.encoder()
        for items in self._read_by(made).values():
            _check_tokens(made, made.encode_tokens(items, role="query"), len(items))
            said, unsaid = made.encode_tokens(items, role="document"), made.encode_tokens(items)
            self._require_equal(said.vectors, unsaid.vectors, "a role that is not given")


def _check_tokens(encoder: LateEncoder, tokens: TokenVectors, count: int) -> None:
    vectors, offsets = tokens.vectors, tokens.offsets
    require(
        offsets.shape == (count + 1,) and offsets.dtype == np.int64,
        f"{count} items have {count + 1} offsets of int64, got {offsets.dtype} {offsets.shape}",
    )
    require(
        offsets[0] == 0 and offsets[-1] == len(vectors) and (np.diff(offsets) > 0).all(),
        f"offsets run from 0 to the number of vectors, with one vector an item at least, got "
        f"{offsets.tolist()} for {len(vectors)}",
    )
    require(
        vectors.ndim == 2 and vectors.shape[1] == encoder.width and vectors.dtype == np.float32,
        f"token vectors are float32 of width {encoder.width}, got {vectors.dtype} {vectors.shape}",
    )
    norms = np.linalg.norm(vectors, axis=1)
    require(
        np.allclose(norms, 1.0, atol=1e-3),
        f"every token vector has length 1, got {norms.round(4).tolist()}",
    )
