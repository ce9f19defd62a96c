"""A folder of several sets, such as the languages of one collection: each is run in turn.

A set that cannot be run (nothing here can answer it, or its files are broken) is said to be, with
the next step, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pincite.errors import MissingExtra, NotFound, UsageError
from pincite.evaluate.datasets import sets_in
from pincite.evaluate.runs import Run

NOT_RUNNABLE = (UsageError, NotFound, MissingExtra)
"""What keeps one set from being run, and says nothing of the others."""


@dataclass(frozen=True, slots=True)
class NotRun:
    """A set that was not run.

    Attributes:
        name: As it can be named: `FOLDER:PART`.
        why: A sentence with the next step.
    """

    name: str
    why: str


Ran: TypeAlias = tuple[str, Run | NotRun]


def run_each(name: str | Path, run: Callable[[str], Run]) -> Iterator[Ran]:
    """Yield what became of each set that `name` stands for: a folder with several, or one.

    Args:
        name: A folder, a file, `FOLDER:PART` or `hf:NAME[:SPLIT]`.
        run: Measures on the set of a name, as `evaluate` does.

    Raises:
        NotFound: There is no such dataset.
        UsageError: Its layout is unknown.

    Example:
        for one, ran in run_each("data/qa", evaluate):
            print(one, ran.why if isinstance(ran, NotRun) else ran.figures)
    """
    for one in sets_in(name):
        try:
            yield one, run(one)
        except NOT_RUNNABLE as error:
            yield one, NotRun(one, str(error))


def reasons(left_out: Sequence[NotRun]) -> list[str]:
    """Return a sentence for each reason, with the sets it keeps from being run.

    Example:
        >>> reasons([NotRun("t:a", "no model"), NotRun("t:b", "no model"), NotRun("t:c", "empty")])
        ['not run: t:a, t:b: no model', 'not run: t:c: empty']
    """
    by_reason: dict[str, list[str]] = {}
    for one in left_out:
        by_reason.setdefault(one.why, []).append(one.name)
    return [f"not run: {', '.join(names)}: {why}" for why, names in by_reason.items()]
