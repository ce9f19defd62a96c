"""The pages on which runs are rated: plain HTML forms that work without scripts.

Everything that comes from a run or a rater is escaped; the systems are never named.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from pincite.evaluate.outcome import Outcome
from pincite.evaluate.rating import CHOICES, GRADES, Ratings

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 1.5rem auto;
  padding: 0 1rem; color: #1b1b1b; background: #fff }
.pair { display: flex; gap: 1rem; flex-wrap: wrap } .system { flex: 1 1 22rem;
  border: 1px solid #bbb; border-radius: 6px; padding: .6rem 1rem; overflow-wrap: anywhere }
.said { white-space: pre-wrap } blockquote { margin: .4rem 0; padding-left: .7rem;
  border-left: 3px solid #9bb; color: #333; white-space: pre-wrap }
fieldset { border: 0; padding: .4rem 0; margin: 0 } label { margin-right: .9rem }
button { font: inherit; padding: .4rem 1.2rem } .note { color: #555 }
.problem { color: #a00 }
"""
_QUERY_CHARACTERS = 2000
_GRADED = {1: "1 (wrong, useless)", 5: "5 (right, complete)"}


def page(title: str, body: str, nonce: str) -> str:
    """Return a page around a body that is HTML already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<title>{_escape(title)}</title><style nonce="{nonce}">{STYLE}</style></head>'
        f"<body>{body}</body></html>\n"
    )


def welcome(token: str, form_key: str, problem: str = "") -> str:
    """Return the form that asks who is rating."""
    said = f'<p class="problem">{_escape(problem)}</p>' if problem else ""
    return (
        f"<h1>Rating</h1>{said}<form method='post' action='/{token}/start'>"
        f"<input type='hidden' name='key' value='{form_key}'>"
        "<label>Your name <input name='rater' maxlength='40' required autofocus></label>"
        "<button>Start</button></form>"
        "<p class='note'>Each rating is kept at once. Under the same name you go on where you "
        "were.</p>"
    )


def finished(rater: str, count: int) -> str:
    """Return what a rater sees who has rated everything."""
    return f"<h1>All rated</h1><p>Thank you, {_escape(rater)}: {count} items. Close this page.</p>"


def refused(sentence: str) -> str:
    """Return a sentence as a body."""
    return f"<h1>Not done</h1><p>{_escape(sentence)}</p>"


def rating_form(ratings: Ratings, rater: str, item: str, token: str, form_key: str) -> str:
    """Return an item with what the runs made of it, and the questions."""
    sheet = ratings.sheet
    outcomes = sheet.outcomes[item]
    order = sheet.order(item)
    done = len([i for i in ratings.of(rater) if i in sheet.outcomes])
    systems = "".join(
        _system(outcomes[place], name if len(order) > 1 else "", index)
        for index, (place, name) in enumerate(zip(order, "AB", strict=False))
    )
    choice = ""
    if len(order) > 1:
        options = "".join(_radio("choice", value, _CHOICE[value]) for value in CHOICES)
        choice = f"<fieldset><legend>Which is better?</legend>{options}</fieldset>"
    hidden = "".join(
        f"<input type='hidden' name='{name}' value='{_escape(value)}'>"
        for name, value in (("key", form_key), ("rater", rater), ("item", item))
    )
    return (
        f"<p class='note'>{_escape(rater)}: {done} of {len(sheet.items)} rated</p>"
        f"<progress max='{len(sheet.items)}' value='{done}'></progress>"
        f"<h1>{_query(outcomes[0].query)}</h1>"
        f"<form method='post' action='/{token}/rate'>{hidden}"
        f"<div class='pair'>{systems}</div>{choice}<button>Save and go on</button></form>"
    )


_CHOICE: Mapping[str, str] = {"A": "A", "B": "B", "equal": "equally good"}


def _query(query: Mapping[str, Any]) -> str:
    said = [str(v) if k == "text" else f"{k}: {v}" for k, v in query.items()]
    return _escape(" · ".join(said)[:_QUERY_CHARACTERS])


def _system(outcome: Outcome, name: str, index: int) -> str:
    grades = "".join(
        _radio(f"grade{index}", str(grade), _GRADED.get(grade, str(grade))) for grade in GRADES
    )
    head = f"<h2>{name}</h2>" if name else ""
    return (
        f"<div class='system'>{head}{_said(outcome.found)}"
        f"<fieldset><legend>Grade</legend>{grades}</fieldset></div>"
    )


def _said(found: Mapping[str, Any]) -> str:
    """Return an answer with the passages it cites, or the passages that were found."""
    parts = []
    if "answer" in found:
        parts.append(f"<p class='said'>{_escape(found['answer'] or 'No answer.')}</p>")
    for key in ("text", "label", "status"):
        if key in found:
            parts.append(f"<p class='said'>{_escape(found[key] or 'Nothing.')}</p>")
    quotes = [(c.get("title", ""), c.get("quote", "")) for c in found.get("citations", ())]
    if "answer" not in found and "text" not in found:
        quotes = [(h.get("unit", ""), h.get("text", "")) for h in found.get("hits", ())]
    parts += [
        f"<blockquote><span class='note'>{_escape(title)}</span><br>{_escape(quote)}</blockquote>"
        for title, quote in quotes
    ]
    return "".join(parts) or "<p>Nothing was found.</p>"


def _radio(name: str, value: str, label: str) -> str:
    return f"<label><input type='radio' name='{name}' value='{value}' required> {label}</label>"


def _escape(text: Any) -> str:
    return html.escape(str(text), quote=True)
