"""A hub on this machine: a real HTTP server that serves, cuts, redirects and lies as told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pincite.encode.catalog import TextModel


class Hub:
    """What the server does.

    Attributes:
        files: Content by path.
        cut_after: Bytes after which a connection is closed, once for each number in the list.
        redirects: Where a path sends the client instead.
        ranges: Whether it honours Range.
        announces: Whether it says how long an answer is.
        asked: (path, Range header) of every request so far.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut_after: list[int] = []
        self.redirects: dict[str, str] = {}
        self.ranges = self.announces = True
        self.asked: list[tuple[str, str]] = []
        self.url = ""

    def offer(self, model: TextModel, contents: dict[str, bytes]) -> None:
        """Serve the files of a model where the hub has them."""
        for name, data in contents.items():
            self.files[f"/{model.repository}/resolve/{model.revision}/{name}"] = data


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub that listens on a free port of this machine."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Keep the tests' output clean."""

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
