"""One file over https: resumable, no larger than promised, and the promised bytes or none.

This is the only module that opens a connection for a model, and only `pull` calls it.
"""

from __future__ import annotations

import hashlib
import http
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from pincite.encode.entry import ModelFile
from pincite.errors import ModelMismatch, PullFailed
from pincite.receipts import digest, holds

OnProgress = Callable[[str, int, int], None]
"""Told the file's name, the bytes that are there and the bytes expected."""

TIMEOUT_S = 20.0
_CHUNK = 1 << 20
_ATTEMPTS = 4


def is_intact(path: Path, file: ModelFile) -> bool:
    """Whether `path` holds exactly the bytes of `file`."""
    if file.git_sha1 and not file.sha256:
        return path.is_file() and _git_sha1(path) == file.git_sha1
    return holds(path, file.size_bytes, file.sha256)


def verify(path: Path, file: ModelFile, source: str) -> None:
    """Delete `path` unless it holds exactly the bytes of `file`, and is no pickle.

    Raises:
        ModelMismatch: It does not, or is one; nothing of it is kept.
    """
    if not is_intact(path, file):
        kind, expected = ("SHA-256", file.sha256) if file.sha256 else ("git SHA-1", file.git_sha1)
        found = digest(path) if file.sha256 else _git_sha1(path)
        found = f"{path.stat().st_size} bytes with {kind} {found}"
        path.unlink()
        raise ModelMismatch(
            f"{file.name} from {source} is not the file that was named: expected "
            f"{file.size_bytes} bytes with {kind} {expected}, found {found}. Nothing of it was "
            "kept; if a mirror or proxy is set (HF_ENDPOINT, https_proxy), try without it."
        )
    if _could_be_pickle(path):
        path.unlink()
        raise ModelMismatch(
            f"{file.name} from {source} is a pickle or no safetensors, and a pickle can run code "
            "when it is opened. Nothing of it was kept; name a revision that has safetensors."
        )


def _git_sha1(path: Path) -> str:
    """Return the name git gives to the content of a file."""
    found = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _could_be_pickle(path: Path) -> bool:
    """Whether a file begins as torch.save and pickle begin theirs, or is named safetensors falsely.

    A safetensors file begins with the length of its header, which may look like anything, and
    then with the brace of the header itself.
    """
    with path.open("rb") as stream:
        start = stream.read(9)
    if path.suffix == ".safetensors":
        return start[8:9] != b"{"
    return start[:4] == b"PK\x03\x04" or (start[:1] == b"\x80" and start[1:2] in b"\2\3\4\5")


def fetch(url: str, file: ModelFile, path: Path, on_progress: OnProgress) -> None:
    """Make `path` the file at `url`, going on where an earlier call was cut off.

    Raises:
        PullFailed: The server cannot be reached, or the connection kept breaking; what has
            arrived stays in `path` and the next call goes on from there.
        ModelMismatch: The bytes are not those of `file`; they are deleted.
    """
    checked_url(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    cause = "the connection was closed early"
    for _ in range(_ATTEMPTS):
        before = _size(path)
        try:
            _receive(url, file, path, on_progress)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                path.unlink(missing_ok=True)
            raise PullFailed(f"{url} answered {error.code} {error.reason}") from error
        except (OSError, http.client.HTTPException) as error:
            cause = _cause(error)
        if _size(path) >= file.size_bytes:
            return verify(path, file, url)
        if _size(path) <= before:
            break  # nothing came at all: asking again at once would not help
    raise PullFailed(
        f"{urlsplit(url).netloc}: {cause} after {_size(path)} of {file.size_bytes} bytes"
    )


def _receive(url: str, file: ModelFile, path: Path, on_progress: OnProgress) -> None:
    have = _size(path)
    if have >= file.size_bytes:
        return
    request = urllib.request.Request(url, headers={"User-Agent": "pincite"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with _opener().open(request, timeout=TIMEOUT_S) as answer:
        goes_on = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(
            f"bytes {have}-"
        )
        have = have if goes_on else 0
        _check_length(answer, have, file, path, url)
        with path.open("ab" if goes_on else "wb") as stream:
            on_progress(file.name, have, file.size_bytes)
            # One byte more than promised is read, so that a longer file is seen and refused.
            while have <= file.size_bytes and (
                chunk := answer.read(min(_CHUNK, file.size_bytes + 1 - have))
            ):
                stream.write(chunk)
                have += len(chunk)
                on_progress(file.name, have, file.size_bytes)


def _check_length(
    answer: http.client.HTTPResponse, have: int, file: ModelFile, path: Path, url: str
) -> None:
    announced = answer.headers.get("Content-Length", "")
    if announced.isdigit() and have + int(announced) != file.size_bytes:
        path.unlink(missing_ok=True)
        raise ModelMismatch(
            f"{file.name} from {url} is not the file that was named: expected "
            f"{file.size_bytes} bytes, the server announced {have + int(announced)}. Nothing of "
            "it was kept; if a mirror or proxy is set (HF_ENDPOINT, https_proxy), try without it."
        )


class _SameOrSafer(urllib.request.HTTPRedirectHandler):
    """Follows a redirect to http(s) only, and never from https to http."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: object,
        code: int,
        msg: str,
        headers: object,
        newurl: str,
    ) -> urllib.request.Request | None:
        checked_url(newurl)
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise PullFailed(f"{req.full_url} redirects to {newurl}, which is not encrypted")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_SameOrSafer)


def checked_url(url: str) -> None:
    """Refuse what is no http(s) address.

    Raises:
        PullFailed: It is none.
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        raise PullFailed(f"{url} is no http(s) address; nothing else is fetched")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _cause(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return str(reason) or type(reason).__name__
