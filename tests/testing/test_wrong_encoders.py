"""Each rule of the encoder contract goes red for an encoder that breaks it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pincite.testing import EncoderContract
from tests.testing.guide import from_the_guide
from tests.testing.rules import rules

Hashing = from_the_guide("HashingEncoder")
CALLS = itertools.count(1)


class Wrong(Hashing):
    """The encoder of the guide, its vectors changed on the way."""

    def __init__(self, change=lambda vectors, texts, role: vectors, **attributes) -> None:
        self.change = change
        for name, value in attributes.items():
            setattr(self, name, value)

    def encode(self, texts, role="document"):
        return self.change(super().encode(texts, role), texts, role)


class WithoutRoles(Hashing):
    def __init__(self) -> None:
        """It needs no settings."""

    def encode(self, texts, role=None):
        if role not in (None, "document"):
            return np.zeros((len(texts), 3), np.float32)
        return super().encode(texts)


class Reusing(Hashing):
    """Writes into the array that it gave out before."""

    def __init__(self) -> None:
        self.array = np.zeros((99, self.width), np.float32)

    def encode(self, texts, role="document"):
        self.array[: len(texts)] = super().encode(texts, role)
        return self.array[: len(texts)]


class Drawing(Hashing):
    """A random turn of the space, another one each time it is made."""

    def __init__(self) -> None:
        seed = next(CALLS)
        self.signs = np.random.default_rng(seed).choice([-1, 1], self.width).astype(np.float32)

    def encode(self, texts, role="document"):
        return super().encode(texts, role) * self.signs


class Renaming(Hashing):
    def __init__(self) -> None:
        self.space = f"space-{next(CALLS)}"


class Wearing(Hashing):
    """Another vector at every call, and a unit one each time."""

    def __init__(self) -> None:
        self.calls = 0

    def encode(self, texts, role="document"):
        self.calls += 1
        return np.roll(super().encode(texts, role), self.calls, axis=1)


class Refusing(Hashing):
    def __init__(self, *, longest: int = 10**9, blank: bool = True) -> None:
        self.longest, self.blank = longest, blank

    def encode(self, texts, role="document"):
        for text in texts:
            text.encode("utf-8")
            if len(text) > self.longest:
                raise IndexError(f"{len(text)} characters")
        vectors = super().encode(texts, role)
        if not self.blank:
            vectors[[not text.strip() for text in texts]] = 0
        return vectors


def long_rows(vectors, texts, role):
    return vectors * 2


def centred(vectors, texts, role):
    """What stands beside a text moves its vector."""
    moved = vectors + 0.1 * vectors.mean(axis=0, keepdims=True)
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def by_place(vectors, texts, role):
    """A row is turned by its place in the batch."""
    return np.stack([np.roll(row, i) for i, row in enumerate(vectors)]) if len(texts) else vectors


def constant(vectors, texts, role):
    return np.eye(1, 256, dtype=np.float32).repeat(len(texts), axis=0)


def unsaid(vectors, texts, role):
    return vectors if role == "query" else np.roll(vectors, 1, axis=1)


def nan(vectors, texts, role):
    return np.full_like(vectors, np.nan)


def listed(vectors, texts, role):
    return vectors.tolist()


def flat(vectors, texts, role):
    return vectors if len(texts) else np.zeros(0, np.float32)


class Mistaking(Hashing):
    """Takes a text without a role for a question."""

    def __init__(self) -> None:
        """It needs no settings."""

    def encode(self, texts, role="query"):
        return unsaid(super().encode(texts), texts, role)


SHAPE = "there_is_one_float32_vector"
BREAKS = [
    ("it_says_what_it_is", lambda: Wrong(space=" "), "space names the vector space"),
    ("it_says_what_it_is", lambda: Wrong(width=0), "width is the length"),
    ("it_says_what_it_is", lambda: Wrong(modalities={"text", "smell"}), "modalities holds text"),
    ("it_says_what_it_is", lambda: Wrong(modalities={"image"}), "modalities holds text"),
    ("it_says_what_it_is", lambda: Wrong(languages={"English"}), "ISO 639-1"),
    (SHAPE, lambda: Wrong(lambda v, t, r: v[:-1]), r"shape \(3, 256\), got \(2, 256\)"),
    (SHAPE, lambda: Wrong(lambda v, t, r: v[:, :9]), r"got \(3, 9\)"),
    (SHAPE, lambda: Wrong(lambda v, t, r: v.astype(np.float64)), "are float32, got float64"),
    (SHAPE, lambda: Wrong(nan), "finite numbers only"),
    (SHAPE, lambda: Wrong(listed), "are an array, got list"),
    ("vectors_are_of_unit_length", lambda: Wrong(long_rows), "every vector has length 1"),
    ("however_it_is_batched", lambda: Wrong(centred), "a text encoded alone"),
    ("however_it_is_batched", lambda: Wrong(by_place), "a text encoded alone"),
    ("an_empty_batch", lambda: Wrong(flat), r"shape \(0, 256\), got \(0,\)"),
    ("a_blank_text_has_a_vector", lambda: Refusing(blank=False), "has length 1"),
    ("any_string_has_a_vector", Refusing, "has no vector: UnicodeEncodeError"),
    ("beyond_the_window", lambda: Refusing(longest=5_000), "has no vector: IndexError"),
    ("different_texts_have", lambda: Wrong(constant), "cosine below 0.999"),
    ("questions_and_passages", WithoutRoles, r"got \(3, 3\)"),
    ("questions_and_passages", Mistaking, "a role that is not given"),
    ("at_any_time", Wearing, "a second call"),
    ("at_any_time", Drawing, "an encoder made anew"),
    ("at_any_time", Renaming, "the space keeps its name"),
    ("given_out_stay", Reusing, "return a new array each time"),
]


@pytest.mark.parametrize(
    ("rule", "made", "told"), BREAKS, ids=[f"{rule}: {told}" for rule, _, told in BREAKS]
)
def test_an_encoder_that_breaks_a_rule_is_found_out(rule, made, told):
    contract = EncoderContract()
    contract.encoder = made
    [check] = [getattr(contract, name) for name in rules(EncoderContract) if rule in name]
    with pytest.raises(AssertionError, match=told):
        check()


def test_each_rule_has_an_encoder_that_breaks_it():
    broken = {name for name in rules(EncoderContract) for rule, _, _ in BREAKS if rule in name}
    assert broken == set(rules(EncoderContract))
