"""People rate what runs said: blind, on this machine only, and nothing they said is lost."""

import http.client
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest

from pincite.errors import UsageError
from pincite.evaluate import runs
from pincite.evaluate.figures import Figure
from pincite.evaluate.outcome import Outcome
from pincite.evaluate.rating import Rated, Ratings, rater_name, sheet, summary
from pincite.evaluate.rating_server import RatingServer

BAD = "<script>document.title='broken'</script><img src=x onerror=alert(1)>"


def made(name, answers, digest="d"):
    """A run whose answers are these, by item."""
    outcomes = tuple(
        Outcome(
            item,
            query={"text": f"question {item}"},
            found={"answer": text, "citations": [{"title": "a.txt", "quote": f"quote {text}"}]},
        )
        for item, text in answers.items()
    )
    return runs.Run(
        name, "qa", {"digest": digest, "name": "n"}, {}, {}, {}, {}, {"F1": Figure(1, 1, 1, 1)},
        {}, {}, (), {}, outcomes, {"F1": [1.0] * len(answers)},
    )  # fmt: skip


ITEMS = [f"i{n}" for n in range(12)]
ONE = made("alpha-system", {item: f"one says {item}" for item in ITEMS})
OTHER = made("beta-system", {item: f"other says {item}" for item in ITEMS})


@pytest.fixture
def ratings(tmp_path):
    return Ratings(tmp_path / "ratings.jsonl", sheet([ONE, OTHER], seed=1))


@pytest.fixture
def server(ratings):
    with RatingServer(ratings) as found:
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


class Client:
    """A browser without scripts: follows redirects and fills forms."""

    def __init__(self, server):
        self.url = server.url

    def get(self, path="", **headers):
        return self.send(urllib.request.Request(self.url + path, headers=headers))

    def post(self, path, fields, **headers):
        data = urllib.parse.urlencode(fields).encode()
        return self.send(urllib.request.Request(self.url + path, data, headers))

    def send(self, request):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers


def hidden(page):
    return dict(re.findall(r"type='hidden' name='(\w+)' value='([^']*)'", page))


def systems(page):
    """The texts of A and B as they are shown."""
    return re.findall(r"<p class='said'>(\w+) says (\w+)</p>", page)


def begin(client, rater):
    _, page, _ = client.get()
    return client.post("start", {**hidden(page), "rater": rater})[1]


# -- over HTTP -------------------------------------------------------------------------------


def test_a_rater_goes_through_all_items_and_each_rating_is_on_the_disk_at_once(server, ratings):
    client = Client(server)
    page = begin(client, "Ada")
    for done in range(len(ITEMS)):
        assert f"{done} of {len(ITEMS)} rated" in page
        fields = hidden(page) | {"grade0": "4", "grade1": "2", "choice": "A"}
        _, page, _ = client.post("rate", fields)
        assert len(ratings.path.read_text().splitlines()) == done + 1
    assert "Thank you, Ada: 12 items" in page


def test_a_choice_is_kept_for_the_run_that_was_shown_there(server, ratings):
    client = Client(server)
    page = begin(client, "Ada")
    while "All rated" not in page:
        shown = [who for who, _ in systems(page)]
        fields = hidden(page) | {"grade0": "5", "grade1": "1", "choice": "A"}
        item = fields["item"]
        _, page, _ = client.post("rate", fields)
        said = ratings.of("Ada")[item]
        first = 0 if shown[0] == "one" else 1
        assert said.better == first
        assert said.grades[first] == 5
        assert said.grades[1 - first] == 1


def test_the_order_varies_by_item_and_no_page_names_a_system(server):
    client = Client(server)
    page = begin(client, "Ada")
    firsts = set()
    while "All rated" not in page:
        assert "alpha-system" not in page
        assert "beta-system" not in page
        firsts.add(systems(page)[0][0])
        fields = hidden(page) | {"grade0": "3", "grade1": "3", "choice": "equal"}
        _, page, _ = client.post("rate", fields)
    assert firsts == {"one", "other"}


def test_the_order_is_that_of_the_seed():
    def orders(seed):
        made_sheet = sheet([ONE, OTHER], seed=seed)
        return [made_sheet.order(item) for item in ITEMS]

    assert orders(1) == orders(1)
    assert orders(1) != orders(2)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "127.0.0.1", ""])
def test_another_host_is_refused(server, host):
    status, body, _ = Client(server).get(Host=host)
    assert status == 403
    assert "question" not in body
    assert server.form_key not in body


def test_another_token_finds_nothing(server):
    port = server.server_address[1]
    for path in ("/", "/wrong/", "/wrong/rate?rater=Ada", f"/{server.token}x/"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 404
        assert server.form_key not in answer.read().decode()
        connection.close()


def test_a_form_of_another_site_or_without_our_key_is_refused(server, ratings):
    client = Client(server)
    fields = hidden(begin(client, "Ada")) | {"grade0": "3", "grade1": "3", "choice": "equal"}
    assert client.post("rate", fields, Origin="http://evil.example")[0] == 403
    assert client.post("rate", fields, Origin="null")[0] == 403
    assert client.post("rate", fields | {"key": "guessed"})[0] == 403
    assert client.post("rate", {**fields, "item": "x" * 20_000})[0] == 413
    assert not ratings.path.exists()
    own = server.url.rstrip("/").rpartition("/")[0]
    assert client.post("rate", fields, Origin=own)[0] == 200
    assert len(ratings.given) == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"grade0": "6"}, "a grade from 1 to 5"),
        ({"grade1": ""}, "a grade from 1 to 5"),
        ({"choice": "C"}, "say which is better"),
        ({"item": "nowhere"}, "there is no such item"),
        ({"rater": ""}, "a name has 1 to 40"),
    ],
)
def test_a_form_that_is_not_filled_in_is_refused_with_a_sentence(server, ratings, wrong, says):
    client = Client(server)
    fields = hidden(begin(client, "Ada")) | {"grade0": "3", "grade1": "3", "choice": "A"}
    status, body, _ = client.post("rate", fields | wrong)
    assert (status, ratings.given) == (400, [])
    assert says in body


def test_pages_may_load_and_run_nothing(server):
    for path in ("", "rate?rater=Ada", "nowhere"):
        _, body, headers = Client(server).get(path)
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'nonce-")
        assert "script-src" not in policy
        assert "<script" not in body
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


def test_what_runs_and_raters_say_is_escaped(tmp_path):
    bad = made(BAD, {BAD: BAD})
    ratings = Ratings(tmp_path / "r.jsonl", sheet([bad]))
    with RatingServer(ratings) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            page = begin(Client(server), "<b>Ada</b>")
            dumped = _in_chromium(server.url + "rate?rater=Ada", tmp_path)
        finally:
            server.shutdown()
            thread.join()
    assert "<script>" not in page
    assert "<img" not in page
    assert "<b>Ada" not in page
    assert "&lt;script&gt;" in page
    if dumped is not None:
        assert "<title>Rating</title>" in dumped
        assert "<img" not in dumped
        assert "question" in dumped


def _in_chromium(url, folder):
    """The page as a real browser has it after its scripts, or None where there is no browser."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        return None
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
         f"--user-data-dir={folder}/browser", url],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.stdout if done.returncode == 0 and done.stdout else None


# -- the file --------------------------------------------------------------------------------


def test_a_rater_goes_on_after_a_crash_and_a_torn_line_is_passed_over(tmp_path):
    path = tmp_path / "r.jsonl"
    first = Ratings(path, sheet([ONE, OTHER]))
    first.add(Rated("Ada", "i0", (4, 2), 0))
    with path.open("a") as file:
        file.write('{"rater": "Ada", "item": "i1", "gra')
    again = Ratings(path, sheet([ONE, OTHER]))
    assert (again.unread, again.next_item("Ada"), again.next_item("Ben")) == (1, "i1", "i0")
    again.add(Rated("Ada", "i1", (3, 3)))
    third = Ratings(path, sheet([ONE, OTHER]))
    assert set(third.of("Ada")) == {"i0", "i1"}


def test_the_last_rating_of_an_item_counts(ratings):
    ratings.add(Rated("Ada", "i0", (4, 2), 0))
    ratings.add(Rated("Ada", "i0", (1, 5), 1))
    assert [said.grades for said in ratings.given] == [(1, 5)]
    again = Ratings(ratings.path, ratings.sheet)
    assert [said.grades for said in again.given] == [(1, 5)]


def test_ratings_of_other_runs_are_not_mixed_in(ratings):
    ratings.add(Rated("Ada", "i0", (4, 2), 0))
    with pytest.raises(UsageError, match="holds ratings of alpha-system, beta-system, not of"):
        Ratings(ratings.path, sheet([ONE]))


def test_runs_of_other_data_and_without_a_common_item_are_refused():
    with pytest.raises(UsageError, match="are of different data"):
        sheet([ONE, made("x", {"i0": "a"}, digest="other")])
    with pytest.raises(UsageError, match="no item to rate"):
        sheet([ONE, made("x", {"elsewhere": "a"})])
    with pytest.raises(UsageError, match="one run is rated, or two are compared; got 3"):
        sheet([ONE, OTHER, ONE])


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\x00b", "a\u202eb"])
def test_names_that_cannot_be_shown_are_refused(name):
    with pytest.raises(UsageError, match="1 to 40 printable"):
        rater_name(name)


def test_agreement_and_wins_are_those_of_the_ratings(ratings):
    """Ada and Ben agree on all but one of four items; alpha wins 5 of 8, loses 2, ties 1."""
    choices = {"i0": (0, 0), "i1": (0, 0), "i2": (1, 1), "i3": (0, -1)}
    for item, (ada, ben) in choices.items():
        ratings.add(Rated("Ada", item, (4, 2), ada))
        ratings.add(Rated("Ben", item, (4, 2), ben))
    found = summary(ratings)
    assert (found.raters, found.ratings, found.means) == (("Ada", "Ben"), 8, (4.0, 2.0))
    assert (found.wins.wins, found.wins.losses, found.wins.ties) == (5, 2, 1)
    # agreement 3/4; by chance 3/4 * 2/4 (first) + 1/4 * 1/4 (second) = 7/16; kappa 5/9
    assert found.choice_kappa == pytest.approx((3 / 4 - 7 / 16) / (1 - 7 / 16))
    assert found.grades_kappa == 1.0
    assert summary(ratings).to_json()["wins"]["rate"] == pytest.approx(5.5 / 8)


def test_nobody_rated_is_no_number(ratings):
    found = summary(ratings).to_json()
    assert (found["ratings"], found["means"], found["grades_alpha"]) == (0, [None, None], None)


# -- the command -----------------------------------------------------------------------------


def test_ctrl_c_ends_the_server_keeps_the_ratings_and_sums_up(tmp_path):
    folder = tmp_path / "run"
    ONE.save(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "pincite", "eval", "rate", str(folder), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        started = json.loads(process.stdout.readline())

        class At:
            url = started["url"]

        client = Client(At)
        fields = hidden(begin(client, "Ada")) | {"grade0": "5"}
        assert client.post("rate", fields)[0] == 200
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert json.loads(out)["means"] == [5.0]
    [line] = (folder / "ratings.jsonl").read_text().splitlines()
    assert json.loads(line)["grades"] == [5]
