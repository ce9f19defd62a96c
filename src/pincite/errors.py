"""Every error this package raises on purpose.

    PinciteError
    ├── UsageError           the call was wrong; fix the arguments             (exit code 2)
    │   ├── UnknownPlugin    no such name in a registry
    │   ├── UnknownSetting   no such key in a settings file, variable or flag
    │   ├── NotFound         a path, knowledge base, segment or citation that does not exist
    │   ├── SpaceMismatch    two embeddings live in different vector spaces
    │   └── WrongModality    an encoder was given content it cannot read
    ├── MissingExtra         an optional dependency is not installed
    ├── MissingModel         a model was asked for that has not been pulled
    ├── ModelMismatch        downloaded or stored weights are not the ones that were named
    ├── PullFailed           a model could not be fetched: no source, no room
    ├── IngestError          one file could not be read; carries a stable code
    ├── StoreError           the knowledge base cannot be read or written
    │   └── StoreLocked      another process is writing to it
    ├── GeneratorError       a generator failed or answered nonsense
    └── TrainingStopped      training cannot go on as it is set up             (exit code 2)

A message says what was asked, what was found, and what to do next, in that order.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the nearest known name, or an empty string."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


class PinciteError(Exception):
    """Base class; catch this to catch everything the package raises on purpose."""


class UsageError(PinciteError, ValueError):
    """The arguments of a call do not fit together."""


class UnknownPlugin(UsageError):
    """A registry was asked for a name it does not hold."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        listed = ", ".join(self.known) or "none"
        super().__init__(
            f"no {kind} named {name!r}; known: {listed}.{did_you_mean(name, self.known)}"
        )


class UnknownSetting(UsageError):
    """A settings file, environment variable or flag names a key that does not exist."""

    def __init__(self, name: str, origin: str, known: Iterable[str]) -> None:
        self.name, self.origin, self.known = name, origin, sorted(known)
        hint = did_you_mean(name, self.known) or f" Known: {', '.join(self.known)}."
        super().__init__(f"unknown setting {name!r} in {origin}.{hint}")


class NotFound(UsageError):
    """Something was named that does not exist."""


class SpaceMismatch(UsageError):
    """Vectors from two encoders were compared although they share no space."""

    def __init__(self, query: str, index: str) -> None:
        self.query, self.index = query, index
        super().__init__(
            f"the query was encoded in space {query!r} but the index holds {index!r}; "
            f"encode the query with the encoder that built the index, or rebuild the index"
        )


class WrongModality(UsageError):
    """An encoder was given content of a modality it does not read."""

    def __init__(self, encoder: str, reads: Iterable[str], got: str, place: int) -> None:
        self.encoder, self.reads, self.got = encoder, sorted(reads), got
        super().__init__(
            f"encoder {encoder!r} reads {', '.join(self.reads)}, but item {place} is {got}; "
            f"choose an encoder that reads {got}"
        )


class MissingExtra(PinciteError, ImportError):
    """A plugin needs a package that is not installed."""

    def __init__(self, kind: str, name: str, package: str, extra: str) -> None:
        self.package, self.extra = package, extra
        super().__init__(
            f"{kind} {name!r} needs {package!r}, which is not installed: "
            f"pip install 'pincite[{extra}]'"
        )


class MissingModel(PinciteError):
    """A model was asked for by name, and it is not in the cache."""

    def __init__(self, name: str, pull: str) -> None:
        self.name, self.pull = name, pull
        super().__init__(
            f"model {name!r} is not on this machine, and nothing is downloaded unasked; "
            f"fetch it with: pincite models pull {pull}"
        )


class ModelMismatch(PinciteError):
    """Weights do not match the digest, format or shape that was promised for them."""


class PullFailed(PinciteError):
    """A model could not be fetched: no source can be reached, or there is no room for it."""


class IngestError(PinciteError):
    """One file could not be read.

    Attributes:
        code: Stable upper-case name from `pincite.codes`.
        message: What was found, one sentence.
        next_step: What the user can do about it, one sentence.
    """

    def __init__(self, code: str, message: str, next_step: str) -> None:
        self.code, self.message, self.next_step = code, message, next_step
        super().__init__(f"{code}: {message} {next_step}")


class StoreError(PinciteError):
    """The knowledge base cannot be read or written."""


class StoreLocked(StoreError):
    """Another process is writing to the knowledge base."""


class GeneratorError(PinciteError):
    """A generator failed, timed out, or answered something that cannot be used."""


class TrainingStopped(PinciteError):
    """Training cannot go on as it is set up: no memory, no room, or a loss that is no number.

    What was trained up to there is saved. Exit code 2: it takes other settings, or more room.
    """
