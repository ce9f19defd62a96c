"""What the hub states of a file before it is fetched: its length and a digest of its content.

Of a large file the hub states the SHA-256 (`X-Linked-Etag`), of a small one the name git gives to
its content (`ETag`); both belong to one commit of the repository.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from dataclasses import replace
from email.message import Message
from urllib.parse import urljoin, urlsplit

from pincite.encode.entry import ModelFile
from pincite.encode.fetch import TIMEOUT_S, checked_url
from pincite.errors import PullFailed

_HOPS = 5
_SHA256, _GIT_SHA1 = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40}")
_REDIRECTS = (301, 302, 303, 307, 308)


def stated(url: str, file: ModelFile) -> ModelFile:
    """Return a file with the length and the digest that the hub states for it.

    Only the hub itself is asked: a redirect to where the bytes lie is not followed, one within
    the hub is.

    Raises:
        PullFailed: It cannot be reached, has no such file, or states no digest.
    """
    for _ in range(_HOPS):
        said, target = _head(url)
        size = said.get("X-Linked-Size") or said.get("Content-Length") or ""
        tag = _tag(said.get("X-Linked-Etag") or ("" if target else said.get("ETag")))
        if size.isdigit() and (_SHA256.fullmatch(tag) or _GIT_SHA1.fullmatch(tag)):
            known = {"sha256": tag} if len(tag) == 64 else {"git_sha1": tag}
            return replace(file, size_bytes=int(size), **known)
        if not target or urlsplit(target).netloc != urlsplit(url).netloc:
            break
        url = target
    raise PullFailed(
        f"{url} states no digest of {file.name}, and without one it cannot be told whether the "
        "right bytes arrive"
    )


def _head(url: str) -> tuple[Message, str]:
    """Return the headers of an answer, and where it redirects to, or ""."""
    checked_url(url)
    asked = {"User-Agent": "pincite", "Accept-Encoding": "identity"}
    request = urllib.request.Request(url, headers=asked, method="HEAD")
    try:
        with urllib.request.build_opener(_Stays).open(request, timeout=TIMEOUT_S) as answer:
            return answer.headers, ""
    except urllib.error.HTTPError as error:
        with error:
            if error.code not in _REDIRECTS:
                raise PullFailed(f"{url} answered {error.code} {error.reason}") from error
            return error.headers, urljoin(url, error.headers.get("Location", ""))
    except OSError as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise PullFailed(f"{urlsplit(url).netloc}: {reason}") from error


class _Stays(urllib.request.HTTPRedirectHandler):
    """Follows no redirect by itself."""

    def redirect_request(self, *_: object) -> None:
        """Leave the redirect to who asked."""


def _tag(header: str | None) -> str:
    """Return what an entity tag quotes.

    Example:
        >>> _tag('W/"abc"')
        'abc'
    """
    return (header or "").removeprefix("W/").strip('"')
