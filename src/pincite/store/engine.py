"""Lance's errors in our words, and where the tables of a knowledge base lie.

Everything else of this package reaches Lance inside `explained`, so that a full disk, a
missing right or a damaged file comes out as one `StoreError` with a next step.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import lance
from lance.commit import CommitConflictError

from pincite.errors import PinciteError, StoreError

LEDGER, SEGMENTS, EVIDENCE = "ledger", "segments", "evidence"
TABLES = (SEGMENTS, EVIDENCE, LEDGER)
"""In the order in which they are written: what the ledger names is there already."""


class Interfered(Exception):
    """Another writer changed a table between two steps of ours; the work must start again."""


_NEXT_STEPS = (
    ("no space left", "The disk is full: free some space and run it again"),
    ("disk quota", "The disk quota is used up: free some space and run it again"),
    ("file too large", "A limit on file size was hit: raise it (ulimit -f) and run it again"),
    ("read-only file system", "The file system is mounted read-only: choose another place (--kb)"),
    ("not a directory", "A file stands in the way: choose another place (--kb)"),
    ("permission denied", "You may not write or read there: change the rights or choose another"),
    ("not found", "A file of it is missing: run `pincite kb check --repair`"),
)
_CONFLICT = re.compile("conflict_resolver|commit conflict|concurrent transaction", re.IGNORECASE)
_DAMAGED = "A file of it may be damaged: run `pincite kb check --repair`"


def table_uri(uri: str, table: str) -> str:
    """Return where a table of the knowledge base at `uri` lies.

    Example:
        >>> table_uri("s3://bucket/notes/", "ledger")
        's3://bucket/notes/ledger.lance'
    """
    return f"{uri.rstrip('/')}/{table}.lance"


def local_path(uri: str) -> Path | None:
    """Return the directory of a knowledge base on this machine, None for an object store.

    Example:
        >>> local_path("file:///data/kb"), local_path("s3://bucket/kb")
        (PosixPath('/data/kb'), None)
    """
    if uri.startswith("file://"):
        return Path(uri.removeprefix("file://"))
    return None if "://" in uri else Path(uri)


@contextmanager
def explained(uri: str, doing: str) -> Iterator[None]:
    """Turn what Lance raises inside the block into a `StoreError` about `doing`.

    Raises:
        StoreError: Lance failed; the message holds the beginning of its own.
        Interfered: Another writer was faster.
    """
    try:
        yield
    except (PinciteError, Interfered):
        raise
    except CommitConflictError as error:
        raise Interfered from error
    except (OSError, ValueError, RuntimeError, ArithmeticError, LookupError, TypeError) as error:
        if _CONFLICT.search(str(error)):
            raise Interfered from error
        raise _store_error(uri, doing, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a panic of the Rust side arrives
            raise
        raise _store_error(uri, doing, error) from error


def _store_error(uri: str, doing: str, error: BaseException) -> StoreError:
    text = " ".join(str(error).split())
    lowered = text.lower()
    step = next((s for sign, s in _NEXT_STEPS if sign in lowered), _DAMAGED)
    return StoreError(f"{doing} of the knowledge base {uri} failed: {text[:300]}. {step}.")


def is_absent(error: BaseException) -> bool:
    """Return whether Lance says that there is no table, rather than that it cannot be read."""
    return "was not found" in str(error)


def open_table(uri: str, table: str, version: int | None = None) -> lance.LanceDataset:
    """Return a table, at its newest version or at the one given.

    Raises:
        StoreError: It is not there or cannot be read.
    """
    with explained(uri, f"opening the {table} table"):
        return lance.dataset(table_uri(uri, table), version=version)


def quoted(value: str) -> str:
    """Return a value as an SQL string.

    Example:
        >>> print(quoted("it's"))
        'it''s'
    """
    return "'" + value.replace("'", "''") + "'"


def one_of(column: str, values: Iterable[str]) -> str:
    """Return the SQL condition that a column holds one of `values`.

    Example:
        >>> print(one_of("id", ["a", "b"]))
        id IN ('a', 'b')
    """
    return f"{column} IN ({', '.join(quoted(v) for v in values)})"
