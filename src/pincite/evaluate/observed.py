"""What was observed of items, as JSON and back: what a saved run can be measured by again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pincite.errors import UsageError
from pincite.evaluate import types as kinds
from pincite.evaluate.types import Cited, Place
from pincite.types import locator_from_json, locator_to_json

_TYPES: Mapping[str, type] = {
    name: getattr(kinds, name)
    for name in "Ranked Written Labelled Timed Boxed Abstained Believed Read".split()
}


def to_json(observed: Any) -> dict[str, Any]:
    """Return the JSON form of what was observed.

    Example:
        >>> to_json(kinds.Labelled("rain", "wind"))
        {'type': 'Labelled', 'predicted': 'rain', 'gold': 'wind'}
    """
    if isinstance(observed, Cited):
        places = {"cited": observed.cited, "gold": observed.gold}
        return {"type": "Cited", **{k: [_place(p) for p in v] for k, v in places.items()}}
    if isinstance(observed, kinds.Ranked):
        return {
            "type": "Ranked",
            "ids": list(observed.ids),
            "judgements": dict(observed.judgements),
        }
    return {"type": type(observed).__name__, **asdict(observed)}


def from_json(data: Mapping[str, Any]) -> Any:
    """Return what `to_json` wrote.

    Raises:
        UsageError: It is of no known type.
    """
    fields = {key: value for key, value in data.items() if key != "type"}
    if data.get("type") == "Cited":
        return Cited(**{k: tuple(_read_place(p) for p in v) for k, v in fields.items()})
    if data.get("type") not in _TYPES:
        raise UsageError(f"a run holds {data.get('type')!r}, which this version does not know")
    return _TYPES[data["type"]](**{k: _tuples(v) for k, v in fields.items()})


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def _place(place: Place) -> dict[str, Any]:
    locator = None if place.locator is None else locator_to_json(place.locator)
    return {"asset": place.asset_id, "locator": locator}


def _read_place(data: Mapping[str, Any]) -> Place:
    locator = data["locator"]
    return Place(data["asset"], None if locator is None else locator_from_json(locator))
