"""A hub on this machine: a real HTTP server that serves, cuts, redirects and lies as told."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pincite.encode.entry import Model


class Hub:
    """What the server does.

    Attributes:
        files: Content by path.
        cut_after: Bytes after which a connection is closed, once for each number in the list.
        redirects: Where a path sends the client instead.
        ranges: Whether it honours Range.
        announces: Whether it says how long an answer is.
        asked: (path, Range header) of every request so far.
        large: Paths of files that lie elsewhere, as the hub keeps large ones: a HEAD states their
            SHA-256 and where they are; of the others it states the name git gives them.
        tags: What is stated of a path instead of the truth.
        stated: Paths that were asked for what is known of them.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut_after: list[int] = []
        self.redirects: dict[str, str] = {}
        self.ranges = self.announces = True
        self.asked: list[tuple[str, str]] = []
        self.url = ""
        self.large: set[str] = set()
        self.tags: dict[str, str] = {}
        self.stated: list[str] = []

    def offer(self, model: Model, contents: dict[str, bytes]) -> None:
        """Serve the files of a model where the hub has them."""
        for name, data in contents.items():
            self.files[self.path(model, name)] = data

    def path(self, model: Model, name: str) -> str:
        """Where the hub has a file of a model, in the commit it is taken from."""
        commits = {file.name: file.revision for file in model.files}
        return f"/{model.repository}/resolve/{commits.get(name) or model.revision}/{name}"

    def headers(self, path: str) -> dict[str, str]:
        """What the hub states of a file."""
        data = self.files[path]
        if path in self.large:
            tag = self.tags.get(path, hashlib.sha256(data).hexdigest())
            linked = {"X-Linked-Etag": f'"{tag}"', "X-Linked-Size": str(len(data))}
            return {**linked, "ETag": '"0f"', "Location": "http://bytes.invalid/of-the-file"}
        blob = hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()
        tag = self.tags.get(path, blob)
        return {"ETag": f'"{tag}"', "Content-Length": str(len(data))}


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub that listens on a free port of this machine."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

        def do_HEAD(self) -> None:
            hub.stated.append(self.path)
            code, headers = 404, {}
            if self.path in hub.redirects:
                code, headers = 307, {"Location": hub.redirects[self.path]}
                headers |= {"ETag": f'"{"e" * 40}"', "Content-Length": "9"}  # of the answer itself
            elif self.path in hub.files:
                headers = hub.headers(self.path)
                code = 302 if "Location" in headers else 200
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            hub.asked.append((self.path, wanted))
            if self.path in hub.redirects:
                self.send_response(302)
                self.send_header("Location", hub.redirects[self.path])
                self.end_headers()
                return
            if self.path not in hub.files:
                self.send_error(404)
                return
            self._send(hub.files[self.path], wanted)

        def _send(self, data: bytes, wanted: str) -> None:
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and hub.ranges else 0
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            if hub.announces:
                self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            left = data[start:]
            self.wfile.write(left[: hub.cut_after.pop(0)] if hub.cut_after else left)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
