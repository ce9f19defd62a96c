"""What must be done to bring a knowledge base up to date with folders, before doing any of it.

A file whose path, size and time are those of the ledger is taken to be the same. Only the
others are read, once, for their digest: known content at a new place is a move or a copy and
needs no parsing; unknown content is new, or replaces what the path held before.
"""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, Literal

from pincite.config import Config
from pincite.errors import IngestError
from pincite.ingest.digest import Digested, digest
from pincite.ingest.parsed import Task
from pincite.ingest.problems import as_problem, too_large
from pincite.ingest.report import FileReport, file_report
from pincite.ingest.walk import Found, Listing, below, path_of, uri_of, walk
from pincite.ingest.wire import valid_text
from pincite.store.encode import lacks
from pincite.store.tables import LedgerEntry, Source, Store
from pincite.types import Asset
from pincite.version import __version__

Again = Literal["", "failed", "all"]
"""What of the unchanged files is read again: nothing, what was not complete, everything."""

READING_SETTINGS = (
    "ocr", "asr", "language", "file_timeout_s", "file_memory_mb", "max_pixels", "max_unpacked_mb",
)  # fmt: skip
_DIGEST_THREADS = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """Content to be read, and every place where it lies now; the first is the one to read."""

    task: Task
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Content the ledger knows is at another place: moved, copied, or touched.

    Attributes:
        asset_id: The content.
        source: Where it lies now.
        left: Places of it that are gone.
        report: What the user is told.
        elsewhere: True when the path is new to the content, False when only its time is.
    """

    asset_id: str
    source: Source
    left: tuple[str, ...]
    report: FileReport
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between folders and a knowledge base.

    Attributes:
        added: Content at paths that were not known.
        changed: Content at paths that held something else, or is to be read again.
        moved: Known content at new places.
        removed: The uris to be forgotten, for they are gone.
        same: Reports of unchanged files, with the problems they had.
        refused: Reports of what cannot be read as a file.
        unencoded: Known content whose segments lack vectors of an encoder in force.
        skipped: Names passed over, by reason.
        digests: The digests that were taken, so that planning again need not take them again.
    """

    added: tuple[Wanted, ...] = ()
    changed: tuple[Wanted, ...] = ()
    moved: tuple[Move, ...] = ()
    removed: tuple[str, ...] = ()
    same: tuple[FileReport, ...] = ()
    refused: tuple[FileReport, ...] = ()
    unencoded: tuple[str, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    digests: Mapping[Found, Digested] = field(default_factory=dict, repr=False)

    @property
    def nothing_to_write(self) -> bool:
        """True when the knowledge base need not be touched."""
        return not (self.added or self.changed or self.moved or self.removed or self.unencoded)

    def to_json(self) -> dict[str, Any]:
        """Return the line `sync --dry-run --json` prints."""

        def uris(wanted: tuple[Wanted, ...]) -> list[str]:
            return [source.uri for w in wanted for source in w.sources]

        added, changed = uris(self.added), uris(self.changed)
        return {
            "event": "plan",
            "plan": f"+{len(added)} ~{len(changed)} −{len(self.removed)} ={len(self.same)}",
            "added": added,
            "changed": changed,
            "moved": [{"uri": m.source.uri, "from": list(m.left)} for m in self.moved],
            "removed": list(self.removed),
            "refused": [report.uri for report in self.refused],
            "same": len(self.same),
            "unencoded": len(self.unencoded),
            "skipped": dict(self.skipped),
        }


def reading_version(config: Config) -> str:
    """Return what decides how a file is read: the program's version and the settings."""
    return " ".join([__version__, *(f"{name}={config[name]}" for name in READING_SETTINGS)])


def extractor_of(parser: str, config: Config) -> str:
    """Return what the ledger notes of how a file was read."""
    return f"{parser or 'none'} {reading_version(config)}"


def plan(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    store: Store,
    config: Config,
    *,
    prune: bool = False,
    again: Again = "",
    spaces: Collection[str] = (),
    earlier: Plan | None = None,
) -> Plan:
    """Compare files and folders with the ledger; nothing is written.

    An unchanged file that was read only partly or not at all is read again when the program's
    version or a setting that decides how files are read has changed since.

    Args:
        paths: Files and folders.
        store: Whose ledger to compare with.
        config: The limits and the settings for reading.
        prune: Also plan to forget files below the folders that are gone.
        again: Read unchanged files again: those not complete, or all.
        spaces: The encoders' vector spaces; what lacks one of them is to be encoded.
        earlier: A plan of the same files made a moment ago, whose digests are still good.

    Raises:
        NotFound: One of `paths` does not exist.
    """
    listing = walk([paths] if isinstance(paths, (str, os.PathLike)) else paths)
    return _Planner(store.ledger(), config, again, spaces, earlier).plan(listing, prune)


class _Planner:
    def __init__(
        self,
        ledger: Mapping[str, LedgerEntry],
        config: Config,
        again: Again,
        spaces: Collection[str],
        earlier: Plan | None,
    ) -> None:
        self._ledger, self._config = ledger, config
        self._again, self._spaces = again, spaces
        self._version = reading_version(config)
        self._digests = dict(earlier.digests) if earlier else {}
        self._holders: defaultdict[str, list[tuple[str, Source]]] = defaultdict(list)
        for asset_id, entry in ledger.items():
            for source in entry.sources:
                self._holders[source.uri].append((asset_id, source))
        self._same: list[FileReport] = []
        self._refused: list[FileReport] = []
        self._moved: list[Move] = []
        self._wanted: dict[str, list[Found]] = {}
        self._unencoded: dict[str, None] = {}

    def plan(self, listing: Listing, prune: bool) -> Plan:
        unknown = [found for found in listing.files if not self._unchanged(found)]
        for found, taken in self._digested(unknown):
            self._place(found, taken)
        for refused in listing.refused:
            problem = as_problem(refused.error)
            self._refused.append(file_report(uri_of(refused.path), [problem]))
        wanted = [self._want(sha256, files) for sha256, files in self._wanted.items()]
        return Plan(
            added=tuple(w for w in wanted if not self._known(w)),
            changed=tuple(w for w in wanted if self._known(w)),
            moved=tuple(self._moved),
            removed=tuple(self._gone(listing)) if prune else (),
            same=tuple(self._same),
            refused=tuple(self._refused),
            unencoded=tuple(self._unencoded),
            skipped=listing.skipped,
            digests=self._digests,
        )

    def _unchanged(self, found: Found) -> bool:
        """Settle a file that is as the ledger has it; False when its bytes must be looked at."""
        holders = self._holders.get(found.uri, ())
        now = Source(found.uri, found.size_bytes, found.modified_ns)
        asset_id = next((a for a, source in holders if source == now), None)
        if asset_id is None:
            return False
        entry = self._ledger[asset_id]
        if self._to_be_read_again(entry):
            return False
        self._look_at_vectors(asset_id, entry)
        if len(holders) > 1:  # a run was ended between writing the new and forgetting the old
            self._moved.append(Move(asset_id, now, (), _as_before(found.uri, entry)))
        else:
            self._same.append(_as_before(found.uri, entry))
        return True

    def _to_be_read_again(self, entry: LedgerEntry) -> bool:
        if self._again == "all" or (self._again and entry.status != "complete"):
            return True
        return entry.status != "complete" and not entry.extractor.endswith(f" {self._version}")

    def _look_at_vectors(self, asset_id: str, entry: LedgerEntry) -> None:
        if lacks(entry, self._spaces):
            self._unencoded[asset_id] = None

    def _digested(self, files: Sequence[Found]) -> Iterator[tuple[Found, Digested]]:
        """Yield each file with its digest; what has none is refused."""
        small = []
        for found in files:
            if found.size_bytes > self._config["max_file_mb"] * 1_000_000:
                self._refuse(found, too_large(found.path, found.size_bytes, self._config))
            else:
                small.append(found)
        threads = ThreadPoolExecutor(_DIGEST_THREADS)
        try:
            for found, taken in zip(small, threads.map(self._digest, small), strict=True):
                if isinstance(taken, IngestError):
                    self._refuse(found, taken)
                else:
                    self._digests[found] = taken
                    yield found, taken
        finally:
            threads.shutdown(cancel_futures=True)

    def _digest(self, found: Found) -> Digested | IngestError:
        if found in self._digests:
            return self._digests[found]
        try:
            return digest(found.path)
        except IngestError as error:
            return error

    def _refuse(self, found: Found, error: IngestError) -> None:
        self._refused.append(file_report(found.uri, [as_problem(error)]))

    def _place(self, found: Found, taken: Digested) -> None:
        """Decide about a file whose digest is known."""
        seen = Found(found.path, taken.size_bytes, taken.modified_ns)
        entry = self._ledger.get(taken.sha256)
        if entry is None or self._to_be_read_again(entry):
            self._wanted.setdefault(taken.sha256, []).append(seen)
            return
        self._look_at_vectors(taken.sha256, entry)
        source = Source(seen.uri, seen.size_bytes, seen.modified_ns)
        others = [s.uri for s in entry.sources if s.uri != source.uri]
        left = tuple(uri for uri in others if is_gone(uri))
        elsewhere = len(others) == len(entry.sources)
        report = _as_before(source.uri, entry)
        if elsewhere and not report.message:
            how = f"Moved here from {left[0]}" if left else f"A copy of {others[0]}"
            report = replace(report, message=f"{how}; nothing had to be read.")
        self._moved.append(Move(taken.sha256, source, left, report, elsewhere))

    def _want(self, sha256: str, files: Sequence[Found]) -> Wanted:
        first = files[0]
        title = valid_text(PurePath(first.path).name)
        asset = Asset(sha256, first.uri, "", first.size_bytes, first.modified_ns, title)
        sources = tuple(Source(f.uri, f.size_bytes, f.modified_ns) for f in files)
        return Wanted(Task(first.path, asset), sources)

    def _known(self, wanted: Wanted) -> bool:
        return any(source.uri in self._holders for source in wanted.sources)

    def _gone(self, listing: Listing) -> Iterator[str]:
        """Yield ledger uris whose files are gone; a folder that cannot be listed says nothing."""
        closed = [refused.path for refused in listing.refused if refused.folder]
        placed = {uri for move in self._moved for uri in move.left}
        for uri in self._holders:
            path = path_of(uri)
            if not any(below(path, root) for root in listing.roots) or uri in placed:
                continue
            if not any(below(path, folder) for folder in closed) and is_gone(uri):
                yield uri


def is_gone(uri: str) -> bool:
    """Return whether there is surely no file at `uri` any more."""
    try:
        return not stat.S_ISREG(os.lstat(path_of(uri)).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # it cannot be looked at, which is not the same
        return False


def _as_before(uri: str, entry: LedgerEntry) -> FileReport:
    return file_report(uri, entry.problems, segments=entry.segments, status="same")
