"""A web server for raters on this machine: loopback only, behind a random word in the address.

Each request must name this host and the word; a form must carry the key that only our own pages
hold, and come from them. Pages load nothing and run no script.
"""

from __future__ import annotations

import hmac
import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from pincite.errors import UsageError
from pincite.evaluate import rating_pages as pages
from pincite.evaluate.rating import CHOICES, GRADES, Rated, Ratings, rater_name

HOST = "127.0.0.1"
_BODY_BYTES = 16_384
_TIMEOUT_S = 20


class RatingServer(ThreadingHTTPServer):
    """Serves one sheet to raters.

    Attributes:
        ratings: Where ratings go.
        token: The word in the address.
        form_key: What our forms carry.
    """

    daemon_threads = True

    def __init__(self, ratings: Ratings, port: int = 0) -> None:
        self.ratings = ratings
        self.token = secrets.token_urlsafe(24)
        self.form_key = secrets.token_urlsafe(24)
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise UsageError(
                f"port {port} of {HOST} cannot be used: {error.strerror}; choose another with "
                "--port, or 0 for any that is free"
            ) from error

    @property
    def url(self) -> str:
        """The address that raters open."""
        return f"http://{HOST}:{self.server_address[1]}/{self.token}/"

    def hosts(self) -> set[str]:
        """Return the names by which this server may be called."""
        port = self.server_address[1]
        return {f"{HOST}:{port}", f"localhost:{port}"}


class _Handler(BaseHTTPRequestHandler):
    server: RatingServer
    timeout = _TIMEOUT_S
    server_version = "pincite"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer a page."""
        path = self._path()
        if path is None:
            return
        if path == "":
            self._page("Rating", pages.welcome(self.server.token, self.server.form_key))
        elif path == "rate":
            self._next(parse_qs(urlsplit(self.path).query).get("rater", [""])[0])
        else:
            self._refuse(404, "There is no such page.")

    def do_POST(self) -> None:
        """Take a form."""
        path = self._path()
        if path is None:
            return
        form = self._form()
        if form is None:
            return
        try:
            rater = rater_name(form.get("rater", ""))
            if path == "rate":
                self._keep(rater, form)
            elif path != "start":
                self._refuse(404, "There is no such page.")
                return
        except UsageError as error:
            self._refuse(400, str(error))
            return
        self._redirect(f"/{self.server.token}/rate?rater={quote(rater)}")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the address holds the word that lets people in."""

    # -- who may ask -------------------------------------------------------------------------

    def _path(self) -> str | None:
        """Return the page asked for, None when the request was refused."""
        if self.headers.get("Host", "") not in self.server.hosts():
            self._refuse(403, "This server answers only to its own address.")
            return None
        token, _, path = urlsplit(self.path).path.lstrip("/").partition("/")
        if not hmac.compare_digest(token.encode(), self.server.token.encode()):
            self._refuse(404, "There is nothing here; open the address that was printed.")
            return None
        return path

    def _form(self) -> dict[str, str] | None:
        """Return the fields of a form of our own, None when it was refused."""
        origin = self.headers.get("Origin")
        ours = {f"http://{host}" for host in self.server.hosts()}
        if origin is not None and origin not in ours:
            self._refuse(403, "This form was sent from another site.")
            return None
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > _BODY_BYTES:
            self._refuse(413, "The form is too long.")
            return None
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        form = {name: values[0] for name, values in parse_qs(body, max_num_fields=20).items()}
        if not hmac.compare_digest(form.get("key", "").encode(), self.server.form_key.encode()):
            self._refuse(403, "This form is not one of this server's pages; open it again.")
            return None
        return form

    # -- what is answered --------------------------------------------------------------------

    def _next(self, name: str) -> None:
        try:
            rater = rater_name(name)
        except UsageError as error:
            body = pages.welcome(self.server.token, self.server.form_key, str(error))
            self._page("Rating", body)
            return
        ratings = self.server.ratings
        item = ratings.next_item(rater)
        if item is None:
            self._page("All rated", pages.finished(rater, len(ratings.sheet.items)))
            return
        form = pages.rating_form(ratings, rater, item, self.server.token, self.server.form_key)
        self._page("Rating", form)

    def _keep(self, rater: str, form: dict[str, str]) -> None:
        """Keep a rating, with A and B turned back into runs."""
        sheet = self.server.ratings.sheet
        item = form.get("item", "")
        if item not in sheet.outcomes:
            raise UsageError("there is no such item; open the page again")
        order = sheet.order(item)
        grades = dict(zip(order, (_grade(form, i) for i in range(len(order))), strict=True))
        better = -1
        if len(order) > 1:
            choice = form.get("choice", "")
            if choice not in CHOICES:
                raise UsageError("say which is better, or that they are equal; go back")
            better = -1 if choice == "equal" else order["AB".index(choice)]
        said = Rated(rater, item, tuple(grades[place] for place in sorted(grades)), better)
        self.server.ratings.add(said)

    def _page(self, title: str, body: str, status: int = 200) -> None:
        nonce = secrets.token_urlsafe(16)
        data = pages.page(title, body, nonce).encode("utf-8", "replace")
        self.send_response(status)
        self._headers(nonce)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _headers(self, nonce: str) -> None:
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.close_connection = True

    def _refuse(self, status: int, sentence: str) -> None:
        self._page("Not done", pages.refused(sentence), status)

    def _redirect(self, place: str) -> None:
        self.send_response(303)
        self._headers("none")
        self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _grade(form: dict[str, str], index: int) -> int:
    text = form.get(f"grade{index}", "")
    if text not in map(str, GRADES):
        raise UsageError("give each answer a grade from 1 to 5; go back")
    return int(text)
