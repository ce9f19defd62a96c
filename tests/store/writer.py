"""A process that writes to a knowledge base until it is done or killed.

    python -m tests.store.writer KB FILES [STEP]

Says on standard output which files are safely in. STEP is `MODULE:NAME:before|after:N`: the
process kills itself at the N-th call of that function.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys

from pincite.store.tables import Store
from tests.store.making import ids, numbered

BATCH = 4


def die_at(step: str) -> None:
    """Arrange for SIGKILL at a named step."""
    module_name, name, when, number = step.split(":")
    owner = importlib.import_module(module_name)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    inner, calls = getattr(owner, last), [0]

    def wrapped(*args, **options):
        calls[0] += 1
        if calls[0] == int(number) and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = inner(*args, **options)
        if calls[0] == int(number):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, last, wrapped)


def write(uri: str, count: int) -> None:
    """Take in what is missing of `count` files, in batches; every batch renews an old file."""
    store = Store.open(uri, create=True)
    present = store.ledger()
    print("ready", flush=True)
    missing = [n for n in range(count) if ids(numbered(n, 1))[0] not in present]
    for turn, start in enumerate(range(0, len(missing), BATCH)):
        batch = [item for n in missing[start : start + BATCH] for item in numbered(n, 1)]
        store.commit([*batch, *numbered(0, 1)] if missing[start] else batch)
        print(*ids(batch), flush=True)
        if turn % 2:
            store.optimize(purge=bool(turn % 4 == 3))
    store.optimize()
    print("done", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        die_at(sys.argv[3])
    write(sys.argv[1], int(sys.argv[2]))
