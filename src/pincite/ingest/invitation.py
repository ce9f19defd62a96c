"""Invitations in mail (iCalendar) to lines that a person reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAMES = {
    "SUMMARY": "Event",
    "DTSTART": "Start",
    "DTEND": "End",
    "LOCATION": "Place",
    "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendee",
    "DESCRIPTION": "Description",
}
_LINE = re.compile(r"([A-Z-]+)((?:;[^:;=]+=(?:\"[^\"]*\"|[^:;]*))*):(.*)", re.DOTALL)
_COMMON_NAME = re.compile(r";CN=(?:\"([^\"]*)\"|([^;:]*))", re.IGNORECASE)
_ZONE = re.compile(r";TZID=\"?([^\";:]*)", re.IGNORECASE)
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def invitation_text(source: str) -> str:
    r"""Return the events of a calendar, a property a line, events parted by an empty line.

    Example:
        >>> print(invitation_text("BEGIN:VEVENT\nSUMMARY:Tea\nDTSTART:20250601T143000Z\n"))
        Event: Tea
        Start: 2025-06-01 14:30 UTC
    """
    unfolded = re.sub(r"\r?\n[ \t]", "", source)
    return "\n".join(_lines(unfolded.splitlines())).strip()


def _lines(lines: list[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        name, _, value = line.strip().upper().partition(":")
        if name in ("BEGIN", "END"):
            inside = name == "BEGIN" and value in ("VEVENT", "VTODO")
            if inside:
                yield ""
        elif inside and (words := _read(line)):
            yield words


def _read(line: str) -> str:
    match = _LINE.match(line)
    words = _value(*match.groups()) if match and match[1] in _NAMES else ""
    return f"{_NAMES[match[1]]}: {words}" if match and words else ""


def _value(name: str, parameters: str, value: str) -> str:
    if name in ("ORGANIZER", "ATTENDEE"):
        match = _COMMON_NAME.search(parameters)
        address = re.sub(r"^mailto:", "", value.strip(), flags=re.IGNORECASE)
        known = (match[1] or match[2] or "").strip() if match else ""
        return f"{known} <{address}>" if known and known != address else address
    if name in ("DTSTART", "DTEND"):
        return _moment(value.strip(), parameters)
    plain = _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)
    return "\n".join(" ".join(part.split()) for part in plain.splitlines() if part.strip())


def _moment(value: str, parameters: str) -> str:
    match = _MOMENT.fullmatch(value)
    if match is None:
        return value
    day = f"{match[1]}-{match[2]}-{match[3]}"
    if match[4] is None:
        return day
    zone = _ZONE.search(parameters)
    named = "UTC" if match[6] else zone[1] if zone else ""
    return f"{day} {match[4]}:{match[5]} {named}".strip()
