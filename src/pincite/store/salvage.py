"""A knowledge base whose newest version cannot be read: back to the newest that is whole.

A version is a manifest file in each table. Lance neither opens nor restores anything while the
newest manifest is damaged, so those of damaged versions are renamed. Nothing is deleted: their
bytes leave the disk with the next purge.
"""

from __future__ import annotations

from pathlib import Path

from pincite.errors import StoreError
from pincite.store.engine import LEDGER, TABLES, explained, local_path, open_table, table_uri
from pincite.store.lock import WriterLock
from pincite.store.view import View

ASIDE = ".damaged"
_LAST = 2**64 - 1  # Lance counts down in the names of manifests, so that the newest sorts first


def salvage(uri: str, lock_wait_s: float) -> tuple[str, ...]:
    """Set damaged versions aside, and return in sentences what was done; mostly nothing.

    Raises:
        StoreError: No version is whole.
        StoreLocked: Another process is writing.
    """
    folder = local_path(uri)
    if folder is None or not _manifests(folder, LEDGER):
        return ()
    with WriterLock(folder, lock_wait_s).held():
        damaged = [path for table in TABLES for path in _unreadable(folder, table)]
        versions = _manifests(folder, LEDGER)
        newest = next((number for number in versions if _is_whole(str(folder), number)), None)
        if newest is None:
            raise StoreError(
                f"no version of the knowledge base {uri} can be read any more: its ledger is "
                f"damaged. Remove the directory and ingest the folder again."
            )
        damaged += [path for number, path in versions.items() if number > newest]
        for path in dict.fromkeys(damaged):
            path.replace(path.with_name(path.name + ASIDE))
    if newest == max(versions):
        return ()
    return (
        f"version {max(versions)} cannot be read; went back to version {newest}, the newest "
        f"that is whole: ingest again what came after it",
    )


def aside(folder: Path) -> list[Path]:
    """Return the manifests that were set aside."""
    return [path for table in TABLES for path in _versions(folder, table).glob(f"*{ASIDE}")]


def _versions(folder: Path, table: str) -> Path:
    return Path(table_uri(str(folder), table)) / "_versions"


def _manifests(folder: Path, table: str) -> dict[int, Path]:
    """Return the manifest of each version, newest first."""
    found = {
        int(path.stem): path
        for path in _versions(folder, table).glob("*.manifest")
        if path.stem.isdecimal()
    }
    counted_down = {_LAST - n if n > _LAST // 2 else n: path for n, path in found.items()}
    return dict(sorted(counted_down.items(), reverse=True))


def _unreadable(folder: Path, table: str) -> list[Path]:
    return [
        path
        for number, path in _manifests(folder, table).items()
        if not _opens(str(folder), table, number)
    ]


def _opens(uri: str, table: str, number: int) -> bool:
    try:
        open_table(uri, table, number)
    except StoreError:
        return False
    return True


def _is_whole(uri: str, number: int) -> bool:
    """Whether a version's ledger can be read to the end, and the tables it names opened.

    Single rows that are not what was written are for the check to find.
    """
    try:
        view = View(uri, open_table(uri, LEDGER, number))
        with explained(uri, "reading the ledger"):
            view.ledger.to_table(columns=["asset_id", "record", "digest", "evidence"])
        return bool(view.segments.version and view.evidence.version)
    except StoreError:
        return False
