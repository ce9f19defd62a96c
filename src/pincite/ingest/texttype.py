"""Which kind of text a file of characters is.

The extension decides among text kinds, because a README may begin with HTML and a letter with
a list; only marks that nothing else begins with overrule it.
"""

from __future__ import annotations

import re

from pincite.ingest.kinds import EXTENSIONS, PARSERS, TEXT_PARSERS

_HTML = re.compile(r"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_HTML_LIKE = re.compile(r"</(?:p|div|table|a|span|h[1-6]|li|ul|body|title|td)>", re.I)
_XML = re.compile(r"<\?xml\b")
_SVG = re.compile(
    r"(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype svg.*?>\s*)?<svg\b", re.I | re.S
)
_XHTML = re.compile(r"<html\b", re.I)
_VALUE = r"(?:\"(?:[^\"\\]|\\.)*\"|-?\d[\d.eE+-]*|true|false|null)"
_JSON = re.compile(
    rf"(?:\[\s*)*\{{\s*(?:\"(?:[^\"\\]|\\.)*\"\s*:|\}})|\[\s*(?:\]\s*$|\[|{_VALUE}\s*[,\]])"
)
_JSON_SURE = re.compile(r"(?:\[\s*)?\{\s*\"(?:[^\"\\]|\\.)*\"\s*:\s*[\[{\"\d\-tfn]")
_JSON_LINE = re.compile(r"[^\n]*[}\]][ \t\r]*\n\s*[\[{]")
_NOTEBOOK = re.compile(r"\"(?:nbformat|cell_type)\"\s*:")
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]*):")
_MAIL_ONLY = frozenset({"from", "received", "return-path", "message-id", "mime-version"})
_MAIL_HEADERS = _MAIL_ONLY | {
    *("to", "cc", "subject", "date", "delivered-to", "sender", "reply-to", "references"),
    *("content-type", "content-transfer-encoding", "x-mailer", "dkim-signature"),
}
_MBOX = re.compile(r"From \S+.*\d{4}\s*\n[A-Za-z-]+:")
_SHEBANG = re.compile(r"#!\s*\S*?(?:/env\s+(?:-S\s+)?)?([a-z]+)[\d.]*(?:\s|$)")
_INTERPRETERS = {
    "python": "text/x-python",
    "bash": "text/x-shellscript",
    "sh": "text/x-shellscript",
    "zsh": "text/x-shellscript",
    "node": "text/javascript",
    "perl": "text/x-perl",
    "ruby": "text/x-ruby",
    "php": "text/x-php",
    "lua": "text/x-lua",
    "rscript": "text/x-r",
}


def text_type(head: str, extension: str, *, whole: bool) -> str:
    """Return the media type of a text.

    Args:
        head: Its first characters.
        extension: Lower case, without the dot; "" when the name has none.
        whole: True when `head` is all of it.
    """
    start = head.lstrip("\ufeff \t\r\n\x0c")
    promised = EXTENSIONS.get(extension, "")
    parser = PARSERS.get(promised, "")
    fixed = parser in ("code", "markdown", "csv")
    if not fixed and (sure := _sure_type(start)):
        return _closer(sure, promised)
    if parser in TEXT_PARSERS and _agrees(start, promised):
        return promised
    return _guessed(start, whole) if parser not in ("mail", "json") else "text/plain"


def _sure_type(start: str) -> str:
    """Return a kind whose beginning no other text shares, or an empty string."""
    if _SVG.match(start):
        return "image/svg+xml"
    if _XML.match(start):
        return "application/xhtml+xml" if _XHTML.search(start[:2000]) else "application/xml"
    if _HTML.match(start):
        return "text/html"
    if _MBOX.match(start):
        return "application/mbox"
    if _is_mail(start):
        return "message/rfc822"
    return _json_type(start) if _JSON_SURE.match(start) else ""


def _closer(found: str, promised: str) -> str:
    """Return the promised kind where it is a special case of the one found."""
    same = PARSERS[found] == PARSERS.get(promised)
    special = found in ("application/xml", "application/json") or promised == "application/mbox"
    if same and special:
        return promised
    if found == "application/xhtml+xml" and promised == "text/html":
        return promised
    # A mailbox of one message is often named as a message; the parser tells them apart.
    return promised if found == "application/mbox" and promised == "message/rfc822" else found


def _agrees(start: str, promised: str) -> bool:
    """True unless the text cannot be what its name promises."""
    match PARSERS[promised]:
        case "json":
            return not start or bool(_JSON.match(start) or re.match(r'["\d\-tfn]', start))
        case "mail":
            return bool(_HEADER.match(start))
        case "html":
            return "<" in start
    return True


def _guessed(start: str, whole: bool) -> str:
    """Return the kind of a text whose name promises nothing that fits."""
    if shebang := _SHEBANG.match(start):
        return _INTERPRETERS.get(shebang.group(1), "text/x-shellscript")
    if start.startswith("<") and _HTML_LIKE.search(start):
        return "text/html"
    if _JSON.match(start) and len(start) > 1 and (not whole or start.rstrip()[-1] in "]}"):
        return _json_type(start)
    return "text/plain"


def _json_type(start: str) -> str:
    if start.startswith("{") and _NOTEBOOK.search(start[:20_000]) and '"cells"' in start:
        return "application/x-ipynb+json"
    lines = start.startswith(("{", "[{")) and _JSON_LINE.match(start)
    return "application/x-ndjson" if lines else "application/json"


def _is_mail(start: str) -> bool:
    """True when the text begins with header lines, among them two that mail has."""
    names: set[str] = set()
    for line in start.split("\n", 60)[:60]:
        if not line.strip():
            break
        if line[0] in " \t" and names:
            continue
        match = _HEADER.match(line)
        if match is None:
            return False
        names.add(match.group(1).lower())
    return len(names & _MAIL_HEADERS) >= 2 and bool(names & _MAIL_ONLY)
