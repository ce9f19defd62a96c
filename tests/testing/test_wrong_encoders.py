"""Each rule of the encoder contract goes red for an encoder that breaks it."""

from __future__ import annotations

from itertools import count, pairwise

import numpy as np
import pytest

from pincite.content import MODALITIES, Footage, Picture, Sound, modality_of
from pincite.testing import EncoderContract, LateEncoderContract
from pincite.types import TokenVectors
from tests.testing.guide import from_the_guide
from tests.testing.rules import rules
from tests.testing.sensing import Sensing

Hashing = from_the_guide("HashingEncoder")
CALLS = count(1)


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


class Nameless(Hashing):
    name = None

    def __init__(self) -> None:
        """It needs no settings."""


class Guessing(Hashing):
    """Takes whatever it is given for words."""

    def __init__(self) -> None:
        """It needs no settings."""

    def encode(self, items, role="document"):
        return super().encode([item if isinstance(item, str) else "" for item in items], role)


class Raising(Guessing):
    def encode(self, items, role="document"):
        return Hashing.encode(self, ["".join(item) for item in items], role)


class Sensed(Sensing):
    """The encoder of everything, its vectors changed on the way."""

    def __init__(self, change) -> None:
        self.change = change

    def encode(self, items, role="document"):
        return self.change(super().encode(items, role), items)


class OnlyTheFirst(Sensing):
    """Looks at the first item, and takes the others to be alike."""

    modalities = frozenset({"text", "image"})

    def encode(self, items, role="document"):
        super().encode(items[:1], role)
        everything = Sensing()
        everything.modalities = frozenset(MODALITIES)
        return everything.encode(items, role)


class Grouping(Sensing):
    """Puts texts first and forgets to put them back."""

    def encode(self, items, role="document"):
        return super().encode(sorted(items, key=modality_of), role)


class Choosy(Sensing):
    """Fails for some of what it reads."""

    def __init__(self, kind, fails) -> None:
        self.kind, self.fails = kind, fails

    def tokens(self, item):
        if isinstance(item, self.kind) and self.fails(item):
            raise ValueError("it needs more")
        return super().tokens(item)


class Writing(Sensing):
    """Turns a sound down in place."""

    def tokens(self, item):
        if isinstance(item, Sound):
            item.samples[:] = item.samples / 2
        return super().tokens(item)


class Late(Sensing):
    """The encoder of everything, its token vectors changed on the way."""

    def __init__(self, change) -> None:
        self.change = change

    def encode_tokens(self, items, role="document"):
        return self.change(super().encode_tokens(items, role))


class FirstToken(Sensing):
    def encode(self, items, role="document"):
        tokens = self.encode_tokens(items, role)
        return np.stack([tokens[i][0] for i in range(len(items))])


class Blind(Sensing):
    modalities = frozenset({"text"})

    def encode_tokens(self, items, role="document"):
        return Sensing().encode_tokens(items, role)


class OneRole(Sensing):
    def encode_tokens(self, items, role="document"):
        found = super().encode_tokens(items, role)
        return tokens(found.vectors * (role == "document"), found)


class MistakingLate(Sensing):
    def encode_tokens(self, items, role="query"):
        found = super().encode_tokens(items, role)
        return tokens(np.roll(found.vectors, role == "query", axis=1), found)


def heard(items):
    return all(isinstance(item, Sound) for item in items)


def beside(vectors, items):
    """What stands beside a picture moves its vector."""
    return centred(vectors, items, "") if isinstance(items[0], Picture) else vectors


def one_frame(vectors, items):
    return vectors[:1].repeat(len(vectors), axis=0) if isinstance(items[0], Footage) else vectors


def loudness(vectors, items):
    """Divides by the loudness: silence becomes no number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        loud = np.array([np.abs(i.samples).max() if isinstance(i, Sound) else 1 for i in items])
        moved = vectors / loud[:, None].astype(np.float32)
        return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def tokens(vectors, found):
    return TokenVectors(vectors.astype(np.float32), found.offsets)


def one_missing(found):
    """The first item has no vectors."""
    return TokenVectors(found.vectors, np.concatenate([[0, 0], found.offsets[2:]]))


def from_one(found):
    return TokenVectors(found.vectors, found.offsets + 1)


def small_offsets(found):
    return TokenVectors(found.vectors, found.offsets.astype(np.int32))


def no_offsets(found):
    return found if len(found) else TokenVectors(found.vectors, np.zeros(0, np.int64))


def padded(found):
    """Every item has as many vectors as the longest."""
    longest = int(np.diff(found.offsets).max(initial=0))
    at = [np.minimum(np.arange(longest) + a, b - 1) for a, b in pairwise(found.offsets)]
    offsets = np.arange(len(found) + 1, dtype=np.int64) * longest
    return TokenVectors(found.vectors[np.concatenate(at)], offsets)


SHAPE = "there_is_one_float32_vector"
BREAKS = [
    ("it_says_what_it_is", lambda: Wrong(space=" "), "space is a word"),
    ("it_says_what_it_is", lambda: Wrong(width=0), "width is the length"),
    ("it_says_what_it_is", lambda: Wrong(modalities={"text", "smell"}), "modalities holds some"),
    ("it_says_what_it_is", lambda: Wrong(modalities=set()), "modalities holds some"),
    ("it_says_what_it_is", lambda: Wrong(name=""), "name is a word"),
    ("it_says_what_it_is", Nameless, "name is a word, got None"),
    ("it_says_what_it_is", lambda: Wrong(languages={"English"}), "ISO 639-1"),
    (SHAPE, lambda: Wrong(lambda v, t, r: v[:-1]), r"shape \(3, 256\), got \(2, 256\)"),
    (SHAPE, lambda: Wrong(lambda v, t, r: v[:, :9]), r"got \(3, 9\)"),
    (SHAPE, lambda: Wrong(lambda v, t, r: v.astype(np.float64)), "are float32, got float64"),
    (SHAPE, lambda: Wrong(nan), "finite numbers only"),
    (SHAPE, lambda: Wrong(listed), "are an array, got list"),
    ("vectors_are_of_unit_length", lambda: Wrong(long_rows), "every vector of text has length 1"),
    ("however_it_is_batched", lambda: Wrong(centred), "an item of text alone"),
    ("however_it_is_batched", lambda: Wrong(by_place), "an item of text alone"),
    ("an_empty_batch", lambda: Wrong(flat), r"shape \(0, 256\), got \(0,\)"),
    ("a_blank_text_has_a_vector", lambda: Refusing(blank=False), "has length 1"),
    ("any_string_has_a_vector", Refusing, "has no vector: UnicodeEncodeError"),
    ("beyond_the_window", lambda: Refusing(longest=5_000), "has no vector: IndexError"),
    ("different_things_have", lambda: Wrong(constant), "cosine below 0.999"),
    ("questions_and_passages", WithoutRoles, r"got \(3, 3\)"),
    ("questions_and_passages", Mistaking, "a role that is not given"),
    ("at_any_time", Wearing, "a second call"),
    ("at_any_time", Drawing, "an encoder made anew"),
    ("at_any_time", Renaming, "the space keeps its name"),
    ("given_out_stay", Reusing, "return a new array each time"),
    ("not_read_is_refused", Guessing, "audio, which is not read, is refused"),
    ("not_read_is_refused", Raising, "got TypeError"),
    ("not_read_is_refused", OnlyTheFirst, "audio, which is not read, is refused"),
    ("of_several_modalities", Grouping, "an item beside others"),
    ("however_it_is_batched", lambda: Sensed(beside), "an item of image alone"),
    (SHAPE, lambda: Sensed(lambda v, i: v[:-1] if heard(i) else v), r"shape \(3, 64\)"),
    ("vectors_are_of_unit", lambda: Sensed(lambda v, i: v * 2 if heard(i) else v), "of audio"),
    ("different_things_have", lambda: Sensed(one_frame), "items of video"),
    (
        "any_picture_sound",
        lambda: Choosy(Picture, lambda p: max(p.pixels.shape[:2]) < 2),
        "a picture of one pixel has no vector",
    ),
    (
        "any_picture_sound",
        lambda: Choosy(Picture, lambda p: len(p.pixels) < 3 < p.pixels.shape[1]),
        "a very wide picture has no vector",
    ),
    (
        "any_picture_sound",
        lambda: Choosy(Picture, lambda p: p.pixels.shape[1] < 3 < len(p.pixels)),
        "a very tall picture has no vector",
    ),
    (
        "any_picture_sound",
        lambda: Choosy(Sound, lambda s: len(s.samples) < 2),
        "a sound of one sample has no vector",
    ),
    (
        "any_picture_sound",
        lambda: Choosy(Sound, lambda s: 1 < len(s.samples) < 8),
        "a sound of a few samples has no vector",
    ),
    (
        "any_picture_sound",
        lambda: Choosy(Footage, lambda f: len(f.frames) < 2),
        "footage of one frame has no vector",
    ),
    ("any_picture_sound", lambda: Sensed(loudness), "vectors hold finite numbers"),
    ("any_picture_sound", Writing, "that is read-only has no vector"),
]
LATE_BREAKS = [
    ("of_unit_length_and_stated", lambda: Late(lambda t: tokens(2 * t.vectors, t)), "length 1"),
    ("of_unit_length_and_stated", lambda: Late(lambda t: tokens(t.vectors[:, 1:], t)), "width 64"),
    ("of_unit_length_and_stated", lambda: Late(one_missing), "one vector an item at least"),
    ("of_unit_length_and_stated", lambda: Late(from_one), "offsets run from 0"),
    ("of_unit_length_and_stated", lambda: Late(small_offsets), "offsets of int64, got int32"),
    ("empty_batch_has_no_token", lambda: Late(no_offsets), "0 items have 1 offsets"),
    ("one_set_of_token_vectors", lambda: Late(padded), "the tokens of an item alone"),
    ("unit_mean_of_its_tokens", FirstToken, "the unit mean of the tokens"),
    ("tokens_of_what_it_does_not_read", Blind, "audio, which is not read"),
    ("both_roles_have_token", OneRole, "has length 1|token vectors"),
    ("both_roles_have_token", MistakingLate, "a role that is not given"),
]


@pytest.mark.parametrize(
    ("contract", "rule", "made", "told"),
    [(EncoderContract, *row) for row in BREAKS]
    + [(LateEncoderContract, *row) for row in LATE_BREAKS],
    ids=[f"{rule}: {told}" for rule, _, told in BREAKS + LATE_BREAKS],
)
def test_an_encoder_that_breaks_a_rule_is_found_out(contract, rule, made, told):
    held = contract()
    held.encoder = made
    [check] = [getattr(held, name) for name in rules(contract) if rule in name]
    with pytest.raises(AssertionError, match=told):
        check()


@pytest.mark.parametrize(
    ("contract", "breaks"), [(EncoderContract, BREAKS), (LateEncoderContract, LATE_BREAKS)]
)
def test_each_rule_has_an_encoder_that_breaks_it(contract, breaks):
    broken = {name for name in rules(contract) for rule, _, _ in breaks if rule in name}
    assert broken == set(rules(contract))
