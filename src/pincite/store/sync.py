"""Carries out a plan: files are read, embedded and committed in batches, then reported.

The order makes any end safe. A batch is committed before its files are reported, so what was
acknowledged is kept. Former content of a path leaves in the very commit that brings its
successor, so a path never has nothing, and never two contents.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pincite.config import Config
from pincite.encode import Encoder
from pincite.encode.distinct import distinct
from pincite.errors import IngestError
from pincite.ingest.digest import content
from pincite.ingest.interrupt import Interrupts
from pincite.ingest.parsed import Parsed, Reading
from pincite.ingest.pool import Pool
from pincite.ingest.problems import as_problem
from pincite.ingest.process import COMMAND
from pincite.ingest.progress import Meter
from pincite.ingest.report import FileReport, Outcome, Summary, file_report, status_of
from pincite.store.embed import SLICE, embed
from pincite.store.encode import encode
from pincite.store.late import held_bytes
from pincite.store.notices import OnEvent, RunEvent, unread
from pincite.store.pieces import Piece, keeps_original
from pincite.store.places import Places
from pincite.store.plan import Again, Plan, Wanted, extractor_of, plan
from pincite.store.tables import Ingested, LedgerEntry, Store
from pincite.types import Media, Problem, Progress

BATCH_FILES, BATCH_SEGMENTS, BATCH_BYTES, BATCH_S = 256, 2_000, 128 << 20, 5.0
"""A batch is committed as soon as it has reached one of these."""
_TRANSIENT = frozenset({"CHANGED_WHILE_READ", "VANISHED", "UNREADABLE", "NOT_A_FILE"})
"""Such a file has no content to speak of now: nothing is written, the next run tries again."""


def _ignore(event: RunEvent) -> None:
    """Take an event and do nothing with it."""


def sync(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    store: Store,
    encoders: Sequence[Encoder],
    config: Config,
    on_event: OnEvent = _ignore,
    *,
    prune: bool = False,
    again: Again = "",
) -> Summary:
    """Bring `store` up to date with files and folders: plan and run in one.

    Who only finds that nothing changed never waits for a writer. Otherwise the plan is made
    again once the right to write is held, because another process may have done the work.
    """
    listed = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    spaces = [encoder.space for encoder in encoders]
    first = plan(listed, store, config, prune=prune, again=again, spaces=spaces)
    if first.nothing_to_write:
        return run(first, store, encoders, config, on_event)
    with store.writing():
        store.refresh()
        second = plan(listed, store, config, prune=prune, again=again, spaces=spaces, earlier=first)
        return run(second, store, encoders, config, on_event)


def run(
    todo: Plan,
    store: Store,
    encoders: Sequence[Encoder],
    config: Config,
    on_event: OnEvent = _ignore,
    *,
    command: Sequence[str] = COMMAND,
) -> Summary:
    """Carry out a plan and return its numbers; `on_event` hears of each file once it is safe.

    The first Ctrl-C lets the files that are being read finish and commits them; the second
    ends at once with `KeyboardInterrupt`. Either way the knowledge base is valid.

    Args:
        todo: From `plan`.
        store: The knowledge base.
        encoders: Each gives the segments it reads a vector of its own space; none leaves the
            knowledge base to its word index.
        config: The settings.
        on_event: Hears file reports and progress, in the calling thread.
        command: Starts a reading process.
    """
    return _Run(todo, store, encoders, config, on_event, command).go()


class _Run:
    def __init__(
        self,
        todo: Plan,
        store: Store,
        encoders: Sequence[Encoder],
        config: Config,
        on_event: OnEvent,
        command: Sequence[str],
    ) -> None:
        self._plan, self._store, self._encoders = todo, store, distinct(encoders)
        self._config, self._on_event, self._command = config, on_event, command
        self._wanted = {w.task.asset.id: w for w in (*todo.added, *todo.changed)}
        self._changed = {w.task.asset.id for w in todo.changed}
        self._meter = Meter([w.task.asset.size_bytes for w in self._wanted.values()])
        self._summary = Summary(skipped=todo.skipped)
        self._waiting: list[Parsed] = []
        self._ready: list[tuple[Parsed, Ingested]] = []
        self._committed_at = time.monotonic()

    def go(self) -> Summary:
        started = time.monotonic()
        self._tell_unwritten()
        if not self._plan.nothing_to_write:
            with self._store.writing():
                self._store.refresh()
                self._places = Places(self._store.ledger())
                self._move()
                interrupted = self._read()
                if not interrupted:
                    self._remove()
                    interrupted = self._encode()
                if not interrupted:
                    self._store.optimize()
                self._summary = replace(self._summary, interrupted=interrupted)
        return replace(self._summary, seconds=time.monotonic() - started)

    def _tell_unwritten(self) -> None:
        for report in self._plan.same:
            self._tell(report, same=1)
        for report in self._plan.refused:
            self._tell(report, failed=1)

    def _move(self) -> None:
        for move in self._plan.moved:
            self._places.move(move.asset_id, move.source, move.left)
        self._places.write(self._store)
        for move in self._plan.moved:
            self._tell(move.report, moved=int(move.elsewhere), same=int(not move.elsewhere))

    def _remove(self) -> None:
        for uri in self._plan.removed:
            self._places.vacate(uri)
        self._places.write(self._store)
        for uri in self._plan.removed:
            self._tell(FileReport(uri, "removed"), files=0, removed=1)

    def _encode(self) -> bool:
        """Give what was read earlier its vectors; return whether the user broke it off."""
        if not self._encoders or not self._plan.unencoded:
            return False
        done = encode(self._store, self._encoders, self._on_event, self._plan.unencoded)
        self._summary = replace(self._summary, encoded=done.segments)
        return done.interrupted

    # -- reading ----------------------------------------------------------------------------

    def _read(self) -> bool:
        """Read, embed and commit all that is wanted; return whether the user broke it off."""
        if not self._wanted:
            return False
        tasks = (wanted.task for wanted in self._wanted.values())
        with (
            Pool(self._config, command=self._command) as pool,
            Interrupts(pool.stop) as interrupts,
        ):
            for item in pool.read(tasks):
                if isinstance(item, Reading):
                    self._on_event(self._meter.look(item.task.asset.uri, item.progress))
                elif item is not None:
                    self._take(item)
                self._advance(idle=item is None)
            self._embed_waiting()
            self._commit()
            return interrupts.asked

    def _take(self, parsed: Parsed) -> None:
        failure = parsed.failure
        if failure and failure.code in _TRANSIENT:
            self._report(parsed, 0)
        else:
            self._waiting.append(parsed)

    def _advance(self, idle: bool) -> None:
        """Embed and commit when it is time."""
        late = time.monotonic() - self._committed_at > BATCH_S
        if self._waiting and (
            idle or late or not self._encoders or _segments(self._waiting) >= SLICE
        ):
            self._embed_waiting()
        ready = [parsed for parsed, _ in self._ready]
        if ready and (
            late
            or len(ready) >= BATCH_FILES
            or _segments(ready) >= BATCH_SEGMENTS
            or sum(_held(parsed, ingested) for parsed, ingested in self._ready) >= BATCH_BYTES
        ):
            self._commit()

    def _embed_waiting(self) -> None:
        originals: dict[str, Media] = {}
        files = []
        for parsed in self._waiting:
            try:
                originals |= _original(parsed)
                files.append(parsed)
            except IngestError as error:
                self._report(replace(parsed, extracts=(), problems=(as_problem(error),)), 0)
        self._waiting = []
        vectors = embed(files, self._encoders, originals, self._on_slice, self._on_unread)
        for parsed in files:
            asset_id = parsed.asset.id
            ingested = Ingested(
                self._entry(parsed), parsed.extracts, vectors[asset_id], originals.get(asset_id)
            )
            self._ready.append((parsed, ingested))

    def _on_unread(self, piece: Piece) -> None:
        self._on_event(unread(piece))

    def _on_slice(self, parsed: Parsed, done: int, total: int) -> None:
        self._on_event(self._meter.look(parsed.asset.uri, Progress("segment", done, total)))

    def _entry(self, parsed: Parsed) -> LedgerEntry:
        wanted = self._wanted[parsed.asset.id]
        return LedgerEntry(
            asset=parsed.asset,
            sources=self._places.sources(parsed.asset.id, wanted.sources),
            status=status_of(parsed.problems),
            problems=parsed.problems,
            segments=len(parsed.extracts),
            extractor=extractor_of(parsed.parser, self._config),
            seconds=parsed.seconds,
        )

    def _commit(self) -> None:
        """Write the batch, and tell of its files once it is safe."""
        batch, self._ready = self._ready, []
        self._committed_at = time.monotonic()
        if not batch:
            return
        self._store.commit([ingested for _, ingested in batch])
        for parsed, ingested in batch:
            self._report(parsed, len(ingested.extracts))
        self._committed_at = time.monotonic()

    # -- telling ----------------------------------------------------------------------------

    def _report(self, parsed: Parsed, segments: int) -> None:
        """Tell of every place a file that was read lies at."""
        wanted = self._wanted[parsed.asset.id]
        self._meter.finished(parsed.asset.size_bytes)
        for source in wanted.sources:
            report = file_report(
                source.uri, parsed.problems, segments=segments, seconds=parsed.seconds
            )
            self._tell(report, **self._counts(wanted, report.status))
        self._summary = replace(self._summary, segments=self._summary.segments + segments)
        self._on_event(self._meter.look(parsed.asset.uri))

    def _counts(self, wanted: Wanted, status: Outcome) -> dict[str, int]:
        if status == "failed":
            return {"failed": 1}
        kind = "changed" if wanted.task.asset.id in self._changed else "added"
        return {kind: 1, "partial": int(status == "partial")}

    def _tell(self, report: FileReport, files: int = 1, **counts: int) -> None:
        unresolved = int(report.status == "same" and _unresolved(report))
        counts |= {"files": files, "unresolved": unresolved}
        now = {name: getattr(self._summary, name) + more for name, more in counts.items()}
        self._summary = replace(self._summary, **now)
        self._on_event(report)


def _unresolved(report: FileReport) -> bool:
    return status_of([Problem(code, "", "") for code in report.codes]) != "complete"


def _segments(files: Sequence[Parsed]) -> int:
    return sum(len(parsed.extracts) for parsed in files)


def _held(parsed: Parsed, ingested: Ingested) -> int:
    original = len(ingested.original.data) if ingested.original else 0
    return parsed.weight_bytes + original + sum(map(held_bytes, ingested.embeddings))


def _original(parsed: Parsed) -> dict[str, Media]:
    """Return by asset id the bytes of a file that is kept.

    Raises:
        IngestError: They are no longer those that were read.
    """
    asset = parsed.asset
    if parsed.failure or not keeps_original(asset):
        return {}
    return {asset.id: Media(asset.media_type, content(parsed.task.path, asset.id))}
