"""What it means to be an encoder, of any modality."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, zip_longest
from typing import ClassVar, get_args

import numpy as np

from pincite.content import MODALITIES, Content, Modality
from pincite.encode import Encoder, Role
from pincite.errors import WrongModality
from pincite.testing.checks import require, short
from pincite.testing.samples import ODD, SAMPLES
from pincite.types import Vectors

ROLES: tuple[Role, ...] = get_args(Role)
_BLANK = ("", " \n\t")
_ODD_TEXTS = (
    "42",
    "pump \x00 valve",
    "pump \ud800",
    "🔧",
    "é ü ß “–”",
    "水泵的压力是三巴。",
    "\u202eedon",
)


class EncoderContract:
    """The rules of an encoder; a subclass says which: `def encoder(self)`.

    Each rule is held for each modality that the encoder reads.

    Attributes:
        texts: At least two texts in a language it knows, no two of one meaning.
        samples: At least two pictures, sounds and footages, no two alike.
        tolerance: How far a number of a vector may drift between two calls, as half-precision
            arithmetic and padding make it.
    """

    texts: ClassVar[Sequence[str]] = (
        "The pump runs at three bar.",
        "A red fox jumps over the river.",
        "How far is the station?",
    )
    samples: ClassVar[Mapping[Modality, Sequence[Content]]] = SAMPLES
    tolerance: ClassVar[float] = 1e-4

    def encoder(self) -> Encoder:
        """Return the encoder under test; it is called more than once."""
        raise NotImplementedError("say which encoder is tested: def encoder(self): return ...")

    def test_it_says_what_it_is(self) -> None:
        """Name, space, width, modalities and languages are known before anything is encoded."""
        made = self.encoder()
        for attribute in ("name", "space"):
            said = getattr(made, attribute, None)
            require(isinstance(said, str) and said.strip(), f"{attribute} is a word, got {said!r}")
        require(
            isinstance(made.width, int) and made.width > 0,
            f"width is the length of a vector, got {made.width!r}",
        )
        require(
            made.modalities and set(made.modalities) <= set(MODALITIES),
            f"modalities holds some of {MODALITIES}, got {made.modalities!r}",
        )
        wrong = [code for code in made.languages if not (len(code) == 2 and code.islower())]
        require(not wrong, f"languages holds ISO 639-1 codes such as en, got {wrong}")

    def test_there_is_one_float32_vector_of_the_stated_width_for_each_item(self) -> None:
        """The store makes a column of this width and type."""
        made = self.encoder()
        for items in self._read_by(made).values():
            _check(made, made.encode(items), len(items))

    def test_vectors_are_of_unit_length(self) -> None:
        """Scores are cosines only because this holds."""
        made = self.encoder()
        for modality, items in self._read_by(made).items():
            norms = np.linalg.norm(made.encode(items), axis=1)
            require(
                np.allclose(norms, 1.0, atol=1e-3),
                f"every vector of {modality} has length 1, got {norms.round(4).tolist()}",
            )

    def test_an_item_has_one_vector_however_it_is_batched(self) -> None:
        """What stands beside an item, and in which order, says nothing about it."""
        made = self.encoder()
        for modality, given in self._read_by(made).items():
            items = [*given, self.texts[0] * 20] if modality == "text" else list(given)
            together, turned = made.encode(items), made.encode(items[::-1])[::-1]
            self._require_equal(together, _alone(made, items), f"an item of {modality} alone")
            self._require_equal(together, turned, f"items of {modality} in the opposite order")

    def test_items_of_several_modalities_may_stand_in_one_batch(self) -> None:
        """A query of words and a picture is one batch; each has the vector it has alone."""
        made = self.encoder()
        by_turns = zip_longest(*self._read_by(made).values())
        items = [item for item in chain.from_iterable(by_turns) if item is not None]
        self._require_equal(made.encode(items), _alone(made, items), "an item beside others")

    def test_what_it_does_not_read_is_refused(self) -> None:
        """`WrongModality` says what was given and what is read; nothing is guessed."""
        made = self.encoder()
        self._require_refused(made, made.encode)

    def test_an_empty_batch_keeps_its_width(self) -> None:
        """Files without words are stored as well."""
        made = self.encoder()
        _check(made, made.encode([]), 0)

    def test_a_blank_text_has_a_vector(self) -> None:
        """It means nothing, but one bad vector would refuse its whole batch."""
        made = self.encoder()
        if "text" in made.modalities:
            _check(made, made.encode(_BLANK), len(_BLANK))

    def test_any_string_has_a_vector(self) -> None:
        """File names and questions hold whatever was typed: NUL, half a character, emoji."""
        made = self.encoder()
        for text in _ODD_TEXTS if "text" in made.modalities else ():
            _check(made, _encoded(made, text, short(text, 40)), 1)

    def test_a_text_beyond_the_window_has_a_vector(self) -> None:
        """A long text is read up to some length; it never fails."""
        made = self.encoder()
        if "text" in made.modalities:
            _check(made, _encoded(made, f"{self.texts[0]} " * 10_000, "a long text"), 1)

    def test_any_picture_sound_or_footage_has_a_vector(self) -> None:
        """One pixel, very wide, silent, a few samples, a single frame: such are met in files."""
        made = self.encoder()
        for modality in sorted(set(made.modalities) - {"text"}):
            for called, item in ODD[modality].items():
                _check(made, _encoded(made, item, called), 1)

    def test_different_things_have_different_vectors(self) -> None:
        """Otherwise nothing could be found by them."""
        made = self.encoder()
        for modality, items in self._read_by(made).items():
            vectors = made.encode(items)
            highest = float((vectors @ vectors.T - 2 * np.eye(len(vectors))).max())
            require(
                highest < 0.999,
                f"different items of {modality} have a cosine below 0.999, got {highest:.4f}",
            )

    def test_questions_and_passages_share_the_space(self) -> None:
        """Both roles are known and of one width; a passage is what is meant unless said."""
        made = self.encoder()
        for items in self._read_by(made).values():
            for role in ROLES:
                _check(made, made.encode(items, role=role), len(items))
            said, unsaid = made.encode(items, role="document"), made.encode(items)
            self._require_equal(said, unsaid, "a role that is not given")

    def test_an_item_has_the_same_vector_at_any_time(self) -> None:
        """Vectors of today are compared with those that were stored long ago."""
        made, again = self.encoder(), self.encoder()
        for items in self._read_by(made).values():
            first = made.encode(items)
            made.encode(items[::-1], role="query")
            self._require_equal(first, made.encode(items), "a second call")
            self._require_equal(first, again.encode(items), "an encoder made anew")
        require(
            made.space == again.space,
            f"the space keeps its name, got {made.space!r} and {again.space!r}",
        )

    def test_vectors_that_were_given_out_stay_as_they_are(self) -> None:
        """Batches are collected before they are stored, so no call may reuse an array."""
        made = self.encoder()
        for items in self._read_by(made).values():
            given = made.encode(items[:1])
            before = given.copy()
            made.encode(items[1:2])
            require(
                np.array_equal(given, before),
                "a later call changed vectors that were given out; return a new array each time",
            )

    def _read_by(self, made: Encoder) -> dict[Modality, Sequence[Content]]:
        """Return the samples of each modality that the encoder reads."""
        known: Mapping[Modality, Sequence[Content]] = {**self.samples, "text": self.texts}
        return {modality: known[modality] for modality in MODALITIES if modality in made.modalities}

    def _require_refused(
        self, made: Encoder, encode: Callable[[Sequence[Content]], object]
    ) -> None:
        readable = [items[0] for items in self._read_by(made).values()]
        for modality in sorted(set(MODALITIES) - set(made.modalities)):
            strange = self.texts[0] if modality == "text" else SAMPLES[modality][0]
            for batch in ([strange], [*readable, strange]):
                refused = _error(encode, batch)
                require(
                    isinstance(refused, WrongModality),
                    f"{modality}, which is not read, is refused with WrongModality, got "
                    f"{short(refused)}",
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


def _alone(encoder: Encoder, items: Sequence[Content]) -> Vectors:
    return np.concatenate([encoder.encode([item]) for item in items])


def _encoded(encoder: Encoder, item: Content, called: str) -> Vectors:
    try:
        return encoder.encode([item])
    except Exception as error:
        raise AssertionError(f"{called} has no vector: {error!r}") from error


def _error(encode: Callable[[Sequence[Content]], object], items: Sequence[Content]) -> object:
    """Return what is raised, or what is given back."""
    try:
        return encode(items)
    except Exception as error:
        return error


def _check(encoder: Encoder, vectors: Vectors, count: int) -> None:
    """Hold vectors against what the store believes: (count, width) float32, finite, of length 1."""
    require(isinstance(vectors, np.ndarray), f"vectors are an array, got {type(vectors).__name__}")
    require(
        vectors.shape == (count, encoder.width),
        f"{count} items give vectors of shape {(count, encoder.width)}, got {vectors.shape}",
    )
    require(vectors.dtype == np.float32, f"vectors are float32, got {vectors.dtype}")
    require(np.isfinite(vectors).all(), "vectors hold finite numbers only")
    norms = np.linalg.norm(vectors, axis=1)
    require(
        np.allclose(norms, 1.0, atol=1e-3),
        f"every vector has length 1, got {norms.round(4).tolist()}",
    )
