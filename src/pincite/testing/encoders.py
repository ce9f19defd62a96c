"""What it means to be a text encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, get_args

import numpy as np

from pincite.content import MODALITIES
from pincite.encode import Encoder, Role
from pincite.testing.checks import require, short
from pincite.types import Vectors

ROLES: tuple[Role, ...] = get_args(Role)
_BLANK = ("", " \n\t")
_ODD = (
    "42",
    "pump \x00 valve",
    "pump \ud800",
    "🔧",
    "é ü ß “–”",
    "水泵的压力是三巴。",
    "\u202eedon",
)


class EncoderContract:
    """The rules of a text encoder; a subclass says which: `def encoder(self)`.

    Attributes:
        texts: At least two texts in a language it knows, no two of one meaning.
        tolerance: How far a number of a vector may drift between two calls, as half-precision
            arithmetic and padding make it.
    """

    texts: ClassVar[Sequence[str]] = (
        "The pump runs at three bar.",
        "A red fox jumps over the river.",
        "How far is the station?",
    )
    tolerance: ClassVar[float] = 1e-4

    def encoder(self) -> Encoder:
        """Return the encoder under test; it is called more than once."""
        raise NotImplementedError("say which encoder is tested: def encoder(self): return ...")

    def test_it_says_what_it_is(self) -> None:
        """`space`, `width`, `modalities` and `languages` are known before a text is encoded."""
        made = self.encoder()
        require(
            isinstance(made.space, str) and made.space.strip(),
            f"space names the vector space, got {made.space!r}",
        )
        require(
            isinstance(made.width, int) and made.width > 0,
            f"width is the length of a vector, got {made.width!r}",
        )
        require(
            "text" in made.modalities and set(made.modalities) <= set(MODALITIES),
            f"modalities holds text and is a part of {MODALITIES}, got {made.modalities!r}",
        )
        wrong = [code for code in made.languages if not (len(code) == 2 and code.islower())]
        require(not wrong, f"languages holds ISO 639-1 codes such as en, got {wrong}")

    def test_there_is_one_float32_vector_of_the_stated_width_for_each_text(self) -> None:
        """The store makes a column of this width and type."""
        made = self.encoder()
        _check(made, made.encode(self.texts), len(self.texts))

    def test_vectors_are_of_unit_length(self) -> None:
        """Scores are cosines only because this holds."""
        norms = np.linalg.norm(self.encoder().encode(self.texts), axis=1)
        require(
            np.allclose(norms, 1.0, atol=1e-3),
            f"every vector has length 1, got {norms.round(4).tolist()}",
        )

    def test_a_text_has_one_vector_however_it_is_batched(self) -> None:
        """What stands beside a text, and in which order, says nothing about it."""
        made = self.encoder()
        texts = [*self.texts, self.texts[0] * 20]
        together = made.encode(texts)
        alone = np.concatenate([made.encode([text]) for text in texts])
        turned = made.encode(texts[::-1])[::-1]
        self._require_equal(together, alone, "a text encoded alone")
        self._require_equal(together, turned, "texts in the opposite order")

    def test_an_empty_batch_keeps_its_width(self) -> None:
        """Files without words are stored as well."""
        made = self.encoder()
        _check(made, made.encode([]), 0)

    def test_a_blank_text_has_a_vector(self) -> None:
        """It means nothing, but one bad vector would refuse its whole batch."""
        made = self.encoder()
        _check(made, made.encode(_BLANK), len(_BLANK))

    def test_any_string_has_a_vector(self) -> None:
        """File names and questions hold whatever was typed: NUL, half a character, emoji."""
        made = self.encoder()
        for text in _ODD:
            _check(made, _encoded(made, text), 1)

    def test_a_text_beyond_the_window_has_a_vector(self) -> None:
        """A long text is read up to some length; it never fails."""
        made = self.encoder()
        _check(made, _encoded(made, f"{self.texts[0]} " * 10_000), 1)

    def test_different_texts_have_different_vectors(self) -> None:
        """Otherwise nothing could be found by them."""
        vectors = self.encoder().encode(self.texts)
        cosines = vectors @ vectors.T - 2 * np.eye(len(vectors))
        require(
            float(cosines.max()) < 0.999,
            f"texts of different meaning have a cosine below 0.999, got {float(cosines.max()):.4f}",
        )

    def test_questions_and_passages_share_the_space(self) -> None:
        """Both roles are known and of one width; a passage is what is meant unless said."""
        made = self.encoder()
        for role in ROLES:
            _check(made, made.encode(self.texts, role=role), len(self.texts))
        said, unsaid = made.encode(self.texts, role="document"), made.encode(self.texts)
        self._require_equal(said, unsaid, "a role that is not given")

    def test_a_text_has_the_same_vector_at_any_time(self) -> None:
        """Vectors of today are compared with those that were stored long ago."""
        made, again = self.encoder(), self.encoder()
        first = made.encode(self.texts)
        made.encode([*self.texts[::-1], *_BLANK], role="query")
        self._require_equal(first, made.encode(self.texts), "a second call")
        self._require_equal(first, again.encode(self.texts), "an encoder made anew")
        require(
            made.space == again.space,
            f"the space keeps its name, got {made.space!r} and {again.space!r}",
        )

    def test_vectors_that_were_given_out_stay_as_they_are(self) -> None:
        """Batches are collected before they are stored, so no call may reuse an array."""
        made = self.encoder()
        given = made.encode(self.texts[:1])
        before = given.copy()
        made.encode(self.texts[1:2])
        require(
            np.array_equal(given, before),
            "a later call changed vectors that were given out; return a new array each time",
        )

    def _require_equal(self, one: Vectors, other: Vectors, case: str) -> None:
        require(
            one.shape == other.shape,
            f"{case} gives vectors of shape {other.shape} instead of {one.shape}",
        )
        apart = float(np.abs(one - other).max(initial=0.0))
        require(
            apart <= self.tolerance,
            f"{case} gives numbers that differ by {apart:.2g}; at most {self.tolerance:.2g} is due "
            f"to rounding",
        )


def _encoded(encoder: Encoder, text: str) -> Vectors:
    try:
        return encoder.encode([text])
    except Exception as error:
        raise AssertionError(f"{short(text, 40)} has no vector: {error!r}") from error


def _check(encoder: Encoder, vectors: Vectors, count: int) -> None:
    """Hold vectors against what the store believes: (count, width) float32, finite, of length 1."""
    require(isinstance(vectors, np.ndarray), f"vectors are an array, got {type(vectors).__name__}")
    require(
        vectors.shape == (count, encoder.width),
        f"{count} texts give vectors of shape {(count, encoder.width)}, got {vectors.shape}",
    )
    require(vectors.dtype == np.float32, f"vectors are float32, got {vectors.dtype}")
    require(np.isfinite(vectors).all(), "vectors hold finite numbers only")
    norms = np.linalg.norm(vectors, axis=1)
    require(
        np.allclose(norms, 1.0, atol=1e-3),
        f"every vector has length 1, got {norms.round(4).tolist()}",
    )
