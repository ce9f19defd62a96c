"""Check a knowledge base and, if asked, take out of it what is not whole.

Nothing is guessed: a file of which anything is missing or damaged leaves the ledger with all
that was kept of it, so that the next ingest reads it anew.
"""

from __future__ import annotations

from pincite.store.engine import EVIDENCE, SEGMENTS, one_of
from pincite.store.examine import (
    CheckProblem,
    CheckReport,
    Findings,
    damaged_assets,
    examine,
    report,
)
from pincite.store.tables import Store
from pincite.store.transaction import Change, in_parts
from pincite.store.upkeep import maintain
from pincite.store.view import View

__all__ = ["CheckProblem", "CheckReport", "check"]


def check(store: Store, repair: bool = False) -> CheckReport:
    """Return what is wrong with a knowledge base, after having put it right if `repair`.

    Raises:
        StoreError: A table as a whole cannot be opened, so that nothing can be said.
    """
    store.refresh()
    found = examine(store.view)
    before = report(found, store.repaired)
    if not repair or not before.problems:
        return before
    done = _repair(store, found)
    after = report(examine(store.view))
    return CheckReport(after.assets, after.segments, after.problems, (*store.repaired, *done))


def _repair(store: Store, found: Findings) -> tuple[str, ...]:
    bad = damaged_assets(found)
    names = sorted(found.rows[a].entry.asset.uri for a in bad if a in found.rows)
    with store.writing():
        sound = View(store.view.uri, store.view.ledger, found.rows)
        store.change(lambda work: _take_out(work, found, bad), sound)
        store.change(lambda work: _rebuild(work, found))
    done = [f"{problem.message}: put right" for problem in report(found).problems]
    if names:
        listed = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
        done.append(f"{len(names)} files were taken out; ingest them again: {listed}")
    return tuple(done)


def _take_out(work: Change, found: Findings, bad: set[str]) -> str:
    chains = {SEGMENTS: work.segments, EVIDENCE: work.evidence}
    for name, chain in chains.items():
        if unreadable := found.tables[name].unreadable:
            chain.drop_fragments(sorted(unreadable))
        for part in in_parts(sorted(bad)):
            chain.delete(one_of("asset_id", part))
    work.drop.update(bad)
    return f"{len(bad)} damaged files taken out"


def _rebuild(work: Change, found: Findings) -> str:
    for name in found.broken_indexes:
        work.segments.drop_index(name)
    return maintain(work)
