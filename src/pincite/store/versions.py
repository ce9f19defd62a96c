"""Going back: versions of the knowledge base, names for them, and their restoration.

A version of the knowledge base is a version of its ledger, whose head names the versions of the
other tables. To go back, only the ledger is restored; the tables follow at the next write.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import lance

from pincite.errors import NotFound, UsageError
from pincite.store.engine import LEDGER, Interfered, explained, open_table
from pincite.store.view import View

_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


UPKEEP = "upkeep"
"""What a version is called that changed no row."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a knowledge base.

    Attributes:
        number: What `rollback` takes.
        created: When it was made.
        change: What made it, in a few words.
        files: How many files it holds.
        names: Snapshots that keep it.
    """

    number: int
    created: datetime
    change: str
    files: int
    names: tuple[str, ...] = ()


def versions(view: View) -> list[Version]:
    """Return the versions that can be gone back to, oldest first."""
    names = snapshots(view)
    with explained(view.uri, "listing the versions"):
        found = view.ledger.versions()
    listed: list[Version] = []
    for item in sorted(found, key=lambda item: item["version"]):
        number = int(item["version"])
        named = tuple(sorted(name for name, n in names.items() if n == number))
        change = at(view, number).head.change
        files = int(item["metadata"]["total_rows"]) - 1  # less the head
        if change == UPKEEP and listed and listed[-1].change == UPKEEP:  # one for its many steps
            named = (*listed.pop().names, *named)
        listed.append(Version(number, item["timestamp"].astimezone(UTC), change, files, named))
    return listed


def snapshots(view: View) -> dict[str, int]:
    """Return the version each snapshot names."""
    with explained(view.uri, "listing the snapshots"):
        tags = view.ledger.tags.list()
    return {_name(tag): int(data["version"]) for tag, data in tags.items()}


def snapshot(view: View, name: str) -> None:
    """Name the version of `view`."""
    if not name.strip():
        raise UsageError("a snapshot needs a name")
    if name in snapshots(view):
        raise UsageError(f"there is a snapshot {name!r} already; remove it or choose another name")
    with explained(view.uri, "naming a version"):
        view.ledger.tags.create(_tag(name), view.version)


def remove_snapshot(view: View, name: str) -> None:
    """Take a name from its version."""
    if name not in snapshots(view):
        raise _unknown(view, name)
    with explained(view.uri, "removing a snapshot"):
        view.ledger.tags.delete(_tag(name))


def at(view: View, number: int) -> View:
    """Return another version of the knowledge base that `view` belongs to."""
    if number == view.version:
        return view
    return View(view.uri, open_table(view.uri, LEDGER, number))


def rollback(view: View, version: int | str) -> View:
    """Restore a version and return the new newest one, which equals it."""
    number = snapshots(view).get(version) if isinstance(version, str) else version
    if number is None:
        raise _unknown(view, version)
    with explained(view.uri, "listing the versions"):
        known = {int(item["version"]) for item in view.ledger.versions()}
    if number not in known:
        raise _unknown(view, version)
    old = at(view, number)
    for table in (old.segments, old.evidence):  # raises StoreError if they are not there
        _ = table.version
    with explained(view.uri, "going back"):
        ledger = lance.dataset(old.ledger.uri, version=number)
        ledger.restore()
    if ledger.version != view.version + 1:
        raise Interfered
    return View(view.uri, ledger)


def _unknown(view: View, version: int | str) -> NotFound:
    names = ", ".join(sorted(snapshots(view))) or "none"
    return NotFound(
        f"no version {version!r} of the knowledge base {view.uri} is kept; see "
        f"`pincite kb info` for the numbers. Snapshots: {names}."
    )


def _tag(name: str) -> str:
    """Return a name in the few letters Lance allows; plain ones stay readable."""
    plain = set(name) <= _PLAIN
    return f"p.{name}" if plain else f"x.{name.encode('utf-8', 'surrogatepass').hex()}"


def _name(tag: str) -> str:
    kind, _, rest = tag.partition(".")
    return bytes.fromhex(rest).decode("utf-8", "surrogatepass") if kind == "x" else rest or tag
