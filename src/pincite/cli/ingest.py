"""`pincite ingest PATH…`: add or refresh files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from pincite.cli import options
from pincite.cli.exits import EXIT_INCOMPLETE, EXIT_INTERRUPTED
from pincite.cli.output import Ticker, emit, say

if TYPE_CHECKING:
    from pincite.ingest.progress import RunProgress
    from pincite.ingest.report import FileReport, Summary
    from pincite.store.sync import RunEvent


def ingest(
    paths: options.Paths,
    strict: Annotated[
        bool, typer.Option("--strict", help="Files that carry a mere note count as incomplete.")
    ] = False,
    again: options.AgainOption = False,
    ocr: options.Ocr = None,
    language: options.Language = None,
    kb: options.Kb = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    debug: options.Debug = False,
) -> int:
    """Add or refresh files and folders; only what changed is read."""
    from pincite.config import load_config
    from pincite.pipeline import KnowledgeBase

    config = load_config({"kb": kb, "ocr": ocr, "language": language})
    base = KnowledgeBase.open(config["kb"] or "default", config=config)
    return report_run(
        lambda watch: base.ingest(paths, on_event=watch, again="all" if again else ""),
        json=json,
        quiet=quiet,
        strict=strict,
    )


def report_run(
    start: Callable[[Callable[[RunEvent], None]], Summary],
    *,
    json: bool,
    quiet: bool,
    strict: bool = False,
) -> int:
    """Run `start` while telling of its files and progress, and return the exit code."""
    teller = _Teller(json, quiet)
    summary = start(teller.hear)
    teller.end(summary)
    if summary.interrupted:
        return EXIT_INTERRUPTED
    incomplete = not summary.clean or (strict and teller.noted)
    return EXIT_INCOMPLETE if incomplete else 0


class _Teller:
    """Turns events into lines: JSON on stdout, or sentences on stderr."""

    def __init__(self, json: bool, quiet: bool) -> None:
        self._json, self._quiet = json, quiet
        self._ticker = Ticker(quiet or json)
        self.noted = False

    def hear(self, event: RunEvent) -> None:
        """Tell of one event."""
        from pincite.ingest.progress import RunProgress

        if isinstance(event, RunProgress):
            self._progress(event)
        else:
            self._file(event)

    def _progress(self, event: RunProgress) -> None:
        if self._json:
            emit(event.to_json())
        else:
            self._ticker.update(progress_line(event))

    def _file(self, report: FileReport) -> None:
        from pincite.ingest.report import printable

        self.noted = self.noted or bool(report.codes)
        if self._json:
            emit(report.to_json())
        elif report.status in ("partial", "failed"):
            self._ticker.clear()
            sentence = f"{report.status}: {printable(report.uri)}: {report.message}"
            say(f"{sentence} {report.next_step}".rstrip(), quiet=self._quiet)

    def end(self, summary: Summary) -> None:
        """Tell how the run ended."""
        self._ticker.clear()
        if self._json:
            emit(summary.to_json())
            return
        touched = summary.added + summary.changed + summary.moved + summary.removed
        if touched or summary.failed or summary.partial:
            say(summary_line(summary), quiet=self._quiet)


def progress_line(event: RunProgress) -> str:
    """Return one line: files done of all, where in the file, rate and remaining time."""
    from pincite.cli.render import clock, shorten

    name = event.uri.rstrip("/").rsplit("/", 1)[-1]
    part = ""
    if event.part is not None and event.part.total:
        done, total = event.part.done, event.part.total
        part = f" {event.part.unit} {done:.0f} of {total:.0f}"
    remaining = "" if event.remaining_s is None else f", {clock(event.remaining_s)} left"
    rate = f"{event.files_per_s:.1f} files/s{remaining}"
    return f"reading {event.done}/{event.total}  {shorten(name, 40)}{part}  ({rate})"


def summary_line(summary: Summary) -> str:
    """Return what a run did as one sentence."""
    counts = {
        "added": summary.added,
        "changed": summary.changed,
        "moved": summary.moved,
        "removed": summary.removed,
        "unchanged": summary.same,
        "partly read": summary.partial,
        "failed": summary.failed,
    }
    parts = [f"{count} {name}" for name, count in counts.items() if count]
    state = "stopped early" if summary.interrupted else "done"
    return (
        f"{state}: {summary.files} files ({', '.join(parts) or 'none'}), "
        f"{summary.segments} segments in {summary.seconds:.1f} s"
    )
