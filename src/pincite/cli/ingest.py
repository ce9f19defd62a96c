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
    from pincite.store.notices import RunEvent, RunWarning


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
    nothing: str | None = None,
    command: str = "ingest",
) -> int:
    """Run `start` while telling of its files and progress, and return the exit code.

    Args:
        start: Takes what hears of events, and returns the numbers of the run.
        json: Speak JSON on stdout.
        quiet: Say nothing on stderr.
        strict: Files that carry a mere note count as incomplete.
        nothing: What is said of a run that had nothing to do; "" says only what is amiss; None
            tells unchanged files from none at all.
        command: The command that reads the same files again.
    """
    teller = Teller(json, quiet, nothing, command)
    summary = start(teller.hear)
    teller.end(summary)
    if strict and teller.noted and not json:
        carry = "file carries a note" if teller.noted == 1 else "files carry notes"
        say(f"{teller.noted:,} {carry}, which --strict counts as incomplete", quiet=quiet)
    if summary.interrupted:
        return EXIT_INTERRUPTED
    incomplete = not summary.clean or (strict and teller.noted)
    return EXIT_INCOMPLETE if incomplete else 0


class Teller:
    """Turns events into lines: JSON on stdout, or sentences on stderr."""

    def __init__(self, json: bool, quiet: bool, nothing: str | None, command: str) -> None:
        self._json, self._quiet = json, quiet
        self._nothing, self._command = nothing, command
        self._ticker = Ticker(quiet or json)
        self.noted = 0

    def hear(self, event: RunEvent) -> None:
        """Tell of one event."""
        from pincite.ingest.progress import RunProgress
        from pincite.store.notices import RunWarning

        if isinstance(event, RunProgress):
            self._progress(event)
        elif isinstance(event, RunWarning):
            self._warning(event)
        else:
            self._file(event)

    def _progress(self, event: RunProgress) -> None:
        if self._json:
            emit(event.to_json())
        else:
            self._ticker.update(progress_line(event))

    def _warning(self, event: RunWarning) -> None:
        from pincite.ingest.report import printable

        if self._json:
            emit(event.to_json())
        else:
            self._ticker.clear()
            about = f"{printable(event.uri)}: " if event.uri else ""
            say(f"warning: {about}{printable(event.message)}", quiet=self._quiet)

    def _file(self, report: FileReport) -> None:
        from pincite.ingest.report import printable

        self.noted += bool(report.codes)
        if self._json:
            emit(report.to_json())
        elif report.status in ("partial", "failed"):
            self._ticker.clear()
            sentence = f"{report.status}: {printable(report.uri)}: {report.message}"
            say(f"{sentence} {report.next_step}".rstrip(), quiet=self._quiet)

    def clear(self) -> None:
        """Take the line of progress away."""
        self._ticker.clear()

    def end(self, summary: Summary) -> None:
        """Tell how the run ended."""
        self._ticker.clear()
        if self._json:
            emit(summary.to_json())
            return
        if _idle(summary):
            if nothing := _nothing(summary) if self._nothing is None else self._nothing:
                say(nothing, quiet=self._quiet)
            return
        lines = summary_lines(summary, self._command)
        eventful = summary.partial or summary.failed or summary.interrupted or _touched(summary)
        for line in lines if self._nothing != "" or eventful else lines[1:]:
            say(line, quiet=self._quiet)


def progress_line(event: RunProgress) -> str:
    """Return one line: files done of all, where in the file, rate and remaining time."""
    from pincite.cli.render import clock, shorten
    from pincite.ingest.report import printable

    name = printable(event.uri.rstrip("/").rsplit("/", 1)[-1])
    part = ""
    if event.part is not None and event.part.total:
        done, total = event.part.done, event.part.total
        part = f" {event.part.unit} {done:.0f} of {total:.0f}"
    remaining = "" if event.remaining_s is None else f", {clock(event.remaining_s)} left"
    rate = f"{event.files_per_s:.1f} files/s{remaining}"
    return f"{event.doing} {event.done}/{event.total}  {shorten(name, 40)}{part}  ({rate})"


def _idle(summary: Summary) -> bool:
    """Whether nothing was done and nothing is amiss."""
    return summary.clean and not _touched(summary)


def _nothing(summary: Summary) -> str:
    if summary.files:
        return "nothing to do: every file is as it was"
    passed = ", ".join(f"{count:,} {reason}" for reason, count in summary.skipped.items())
    return "nothing to do: no file was found" + (f" (passed over: {passed})" if passed else "")


def _touched(summary: Summary) -> int:
    """Return how much was changed in the knowledge base."""
    files = summary.added + summary.changed + summary.moved + summary.removed
    return files + summary.encoded


def summary_lines(summary: Summary, command: str) -> list[str]:
    """Return what a run did as one sentence, and what is still to be done as others."""
    counts = {
        "added": summary.added,
        "changed": summary.changed,
        "moved": summary.moved,
        "removed": summary.removed,
        "unchanged": summary.same,
        "partly read": summary.partial,
        "failed": summary.failed,
        "skipped": sum(summary.skipped.values()),
    }
    parts = [f"{count:,} {name}" for name, count in counts.items() if count]
    state = "stopped early" if summary.interrupted else "done"
    done = []
    if summary.files or parts or not summary.encoded:
        done.append(f"{_counted(summary.files, 'file')} ({', '.join(parts) or 'none'})")
        done.append(_counted(summary.segments, "segment"))
    if summary.encoded:
        done.append(f"{_counted(summary.encoded, 'earlier segment')} encoded")
    lines = [f"{state}: {', '.join(done)} in {summary.seconds:.1f} s"]
    if summary.unresolved:
        lines.append(
            f"{summary.unresolved:,} unchanged with problems; "
            f"pincite {command} --again FOLDER reads them again"
        )
    if summary.removed:
        lines.append(
            "what was removed can be gone back to for a week; to free the disk of it at once: "
            "pincite kb optimize --purge --kb FOLDER|NAME"
        )
    return lines


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
