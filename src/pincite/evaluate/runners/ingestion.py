"""Files to what became of each when it was read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pincite.evaluate.outcome import Outcome
from pincite.evaluate.runners.setup import Setup
from pincite.evaluate.types import Read


def run(setup: Setup) -> Iterator[Outcome]:
    """Yield the report of each file; one that got none was lost, which counts as failed."""
    for item in setup.items:
        report = setup.corpus.reports.get(item.source)
        status = report.status if report else "failed"
        ended: Any = status if status in ("partial", "failed") else "complete"
        yield Outcome(
            item.id,
            "file",
            query={"file": item.source},
            found={
                "status": status if report else "no report",
                "codes": list(report.codes) if report else [],
                "segments": report.segments if report else 0,
                "message": report.message if report else "",
            },
            observed=(Read(ended),),
            latency_ms=1000 * report.seconds if report else 0.0,
            error=f"{report.message} {report.next_step}" if report and report.message else "",
        )
