"""The command line as people and scripts meet it: wrong use, exit codes, JSON forms, odd names."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

NOTE = "The pump runs at 3 bar. The station lies 42 km north of the pass."
QUESTION = "How far is the station from the pass?"
LOCATORS = {
    "text": {"kind", "start", "end"},
    "cells": {"kind", "sheet", "range"},
    "region": {"kind", "box"},
}


@pytest.fixture
def read(folder, pincite):
    """The folder with one note in it, read."""
    (folder / "note.txt").write_text(NOTE)
    assert pincite("sync", folder)[0] == 0
    return folder


# -- wrong use: exit code 2, a sentence with the remedy, nothing on stdout ---------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["ask", "nowhere", "far?"], "no folder 'nowhere'", id="ask a path"),
        pytest.param(["ask", "folder"], 'pincite ask folder "your question"', id="no question"),
        pytest.param(["ask", "folder", " "], "the question is empty", id="blank question"),
        pytest.param(["ask", "how", "far", "is it"], "in quotes", id="unquoted question"),
        pytest.param(["ask"], "the question is empty", id="ask nothing"),
        pytest.param(["ingest", "nowhere"], "no such file or folder", id="ingest a path"),
        pytest.param(["sync", "nowhere"], "no folder 'nowhere'", id="sync a path"),
        pytest.param(["ask", "far?", "--genrator", "x"], "--generator", id="option of ask"),
        pytest.param(["search", "x", "--modalty", "text"], "--modality", id="option of search"),
        pytest.param(["serch", "x"], "Did you mean 'search'? See: pincite --help", id="command"),
        pytest.param(["kb", "lst"], "'list'? See: pincite kb --help", id="command of a group"),
        pytest.param(["kb", "info", "-x"], "See: pincite kb info --help", id="option of a group"),
        pytest.param(["search", "x", "-k", "0"], "k must be at least 1, got 0", id="k 0"),
        pytest.param(["search", "x", "-k", "-1"], "k must be at least 1, got -1", id="k -1"),
        pytest.param(["ask", "far?", "--k", "0"], "k must be at least 1, got 0", id="ask k 0"),
        pytest.param(["search", "x", "-k", "1e9"], "valid integer", id="k 1e9"),
        pytest.param(["search", "x", "--modality", "smell"], "text, image, audio", id="modality"),
        pytest.param(["search", "x", "--after", "soon"], "a date such as", id="date"),
        pytest.param(["search", "x", "--where", "no such"], "no such", id="condition"),
        pytest.param(["search", "  "], "the query is empty", id="blank query"),
        pytest.param(["show", "nonsense"], "'nonsense'", id="citation id"),
        pytest.param(["ask", "far?", "--generator", "x"], "known: ", id="generator"),
        pytest.param(["sync", "folder", "--ocr", "maybe"], "auto, off, force", id="choice"),
        pytest.param(["kb", "remove"], "pincite kb list", id="remove which"),
    ],
)
def test_wrong_use_says_what_to_do(folder, pincite, arguments, says):
    code, out, err = pincite(*arguments)
    assert (code, out) == (2, "")
    assert says in err.splitlines()[-1]
    assert err.splitlines()[-1].startswith("pincite: ")


@pytest.mark.parametrize("command", [["search", "pump"], ["ask", QUESTION], ["kb", "info"]])
def test_a_knowledge_base_that_is_not_there_is_not_made_by_looking(read, pincite, command):
    """A slip of the pen must not answer from an empty one."""
    pincite("ingest", read, "--kb", "notes")
    code, out, err = pincite(*command, "--kb", "note")
    assert (code, out) == (2, "")
    assert "no knowledge base 'note'" in err
    assert "Did you mean 'notes'?" in err
    names = [line.split()[0] for line in pincite("kb", "list")[1].splitlines()]
    assert "note" not in names


def test_a_folder_that_was_never_read_is_named_with_the_remedy(folder, pincite):
    (folder / "note.txt").write_text(NOTE)
    code, _, err = pincite("search", "pump", "--kb", "folder")
    assert (code, "pincite sync folder" in err) == (2, True)


def test_an_unknown_setting_is_wrong_use_with_a_suggestion(folder, pincite, tmp_path, monkeypatch):
    (tmp_path / "pincite.toml").write_text("generatr = 'extractive'\n")
    code, _, err = pincite("config", "show")
    assert (code, "'generatr' in pincite.toml. Did you mean 'generator'?" in err) == (2, True)
    (tmp_path / "pincite.toml").unlink()
    monkeypatch.setenv("PINCITE_WORKRS", "2")
    code, _, err = pincite("config", "show")
    assert (code, "PINCITE_WORKRS. Did you mean 'workers'?" in err) == (2, True)


# -- asking -----------------------------------------------------------------------------------


def test_an_empty_knowledge_base_says_so(folder, pincite):
    code, out, _ = pincite("ask", QUESTION)
    assert (code, "the knowledge base is empty" in out) == (4, True)
    code, out, err = pincite("search", "pump")
    assert (code, out, "the knowledge base is empty" in err) == (0, "", True)


def test_an_empty_folder_says_so(folder, pincite):
    assert pincite("sync", folder) == (0, "", "nothing to do: no file was found\n")
    (folder / ".hidden").write_text("x")
    said = "nothing to do: no file was found (passed over: 1 hidden)\n"
    assert pincite("sync", folder) == (0, "", said)
    code, out, _ = pincite("ask", folder, QUESTION)
    assert (code, "the knowledge base is empty" in out) == (4, True)


def test_what_the_sources_do_not_hold_exits_4(read, pincite):
    code, out, _ = pincite("ask", read, "Who painted the chapel ceiling?")
    assert code == 4
    assert out.startswith("No answer in the sources.")


def test_a_single_file_can_be_asked(folder, pincite):
    (folder / "note.txt").write_text(NOTE)
    (folder / "other.txt").write_text("The station lies 7 km south of the pass.")
    code, out, _ = pincite("ask", folder / "note.txt", QUESTION)
    assert (code, "42 km" in out, "7 km" in out) == (0, True, False)


def test_more_hits_than_there_are_can_be_asked_for(read, pincite):
    code, out, _ = pincite("ask", read, QUESTION, "-k", 1_000_000_000)
    assert (code, "42 km" in out) == (0, True)


def test_the_citation_printed_can_be_shown(read, pincite):
    _, out, _ = pincite("ask", read, QUESTION)
    citation = out.split("pincite show ")[1].split()[0]
    code, out, _ = pincite("show", citation)
    assert code == 0
    assert "note.txt, characters" in out
    assert "The station lies 42 km north of the pass." in out


def test_global_flags_stand_before_or_behind_the_command(read, pincite):
    pincite("ingest", read, "--kb", "notes")
    before = pincite("--kb", "notes", "--json", "--quiet", "search", "pump")
    behind = pincite("search", "pump", "--kb=notes", "--quiet", "--json")
    hits = [json.loads(out)["hits"] for _, out, _ in (before, behind)]
    assert hits[0] == hits[1] != []
    assert before[2] == behind[2] == ""


def test_a_ctrl_c_while_a_folder_is_read_gives_no_answer(folder, pincite):
    """What was read is kept and the exit code is 130; half a folder is not answered from."""
    for number in range(300):
        (folder / f"{number:03}.txt").write_text(f"Note {number}. {NOTE}")
    ordinary = signal.getsignal(signal.SIGINT)

    def interrupt():
        deadline = time.monotonic() + 60
        while signal.getsignal(signal.SIGINT) is ordinary and time.monotonic() < deadline:
            time.sleep(0.001)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    code, out, err = pincite("ask", folder, QUESTION)
    assert (code, out) == (130, "")
    assert err.startswith("stopped early: ")
    assert pincite("ask", folder, QUESTION)[0] == 0


# -- the forms that scripts read --------------------------------------------------------------


def assert_citation(citation, answer):
    names = {"n", "id", "span", "asset", "locator", "quote", "support", "posterior"}
    assert names == set(citation)
    assert set(citation["asset"]) == {"id", "uri", "media_type", "title"}
    assert set(citation["locator"]) == LOCATORS[citation["locator"]["kind"]]
    start, end = citation["span"]
    assert 0 <= start < end <= len(answer)
    assert 0 <= citation["support"] <= 1
    assert 0 <= citation["posterior"] <= 1


def assert_hit(hit):
    names = {"rank", "score", "segment_id", "modality", "asset", "locator", "text", "channels"}
    assert names <= set(hit)
    assert set(hit["asset"]) == {"id", "uri", "media_type", "title"}
    assert set(hit["locator"]) == LOCATORS[hit["locator"]["kind"]]
    assert "lexical" in hit["channels"]


def test_ask_json(read, pincite):
    code, out, _ = pincite("ask", read, QUESTION, "--json")
    [line] = out.splitlines()
    answer = json.loads(line)
    assert set(answer) == {
        "question", "answer", "abstained", "confidence", "citations", "evidence", "generator",
        "timings_ms", "warnings",
    }  # fmt: skip
    assert (code, answer["question"], answer["abstained"]) == (0, QUESTION, False)
    assert answer["generator"] == "extractive"
    assert 0 <= answer["confidence"] <= 1
    assert answer["citations"]
    for citation in answer["citations"]:
        assert_citation(citation, answer["answer"])
    for hit in answer["evidence"]:
        assert_hit(hit)


def test_ask_json_without_an_answer(read, pincite):
    code, out, _ = pincite("ask", read, "Who painted the chapel ceiling?", "--json")
    answer = json.loads(out)
    assert (code, answer["answer"], answer["abstained"]) == (4, None, True)
    assert answer["citations"] == []


def test_search_json(read, pincite):
    (read / "fuel.csv").write_text("day,litres\nMonday,41\nTuesday,39\n")
    pincite("sync", read)
    code, out, _ = pincite("search", "litres Monday pump", "--kb", read, "--json")
    found = json.loads(out)
    assert code == 0
    assert {"query", "hits", "timings_ms"} <= set(found)
    assert found["query"]["text"] == "litres Monday pump"
    assert [hit["rank"] for hit in found["hits"]] == list(range(1, len(found["hits"]) + 1))
    for hit in found["hits"]:
        assert_hit(hit)
    assert {hit["locator"]["kind"] for hit in found["hits"]} == {"text", "cells"}


def test_show_json(read, pincite):
    _, out, _ = pincite("ask", read, QUESTION, "--json")
    [citation] = json.loads(out)["citations"]
    code, out, _ = pincite("show", citation["id"], "--json")
    shown = json.loads(out)
    assert (code, shown["id"], shown["quote"]) == (0, citation["id"], citation["quote"])
    assert shown["locator"] == citation["locator"]
    assert shown["asset"] == citation["asset"]


def test_sync_json(read, pincite):
    (read / "b.txt").write_text("The crane lifts 2 t.")
    (read / "empty.txt").write_text("")
    code, out, err = pincite("sync", read, "--json")
    events = [json.loads(line) for line in out.splitlines()]
    files = {Path(e["uri"]).name: e for e in events if e["event"] == "file"}
    assert (code, err) == (3, "")
    for event in files.values():
        assert {"uri", "status", "segments", "codes", "message", "next_step", "seconds"} <= set(
            event
        )
    statuses = {name: event["status"] for name, event in files.items()}
    assert statuses == {"note.txt": "same", "b.txt": "complete", "empty.txt": "failed"}
    assert files["empty.txt"]["codes"]
    assert files["empty.txt"]["next_step"]
    done = events[-1]
    counts = ("files", "added", "changed", "same", "removed", "partial", "failed", "segments")
    assert [done[name] for name in counts] == [3, 1, 0, 1, 0, 0, 1, 1]
    assert (done["event"], done["seconds"] >= 0) == ("done", True)


def test_check_json(read, pincite):
    code, out, _ = pincite("kb", "check", "--kb", read, "--json")
    report = json.loads(out)
    assert code == 0
    assert {"ok", "assets", "segments", "problems"} <= set(report)
    assert (report["ok"], report["assets"], report["problems"]) == (True, 1, [])


# -- names and texts that are not harmless -----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("a note.txt", "a note.txt", id="space"),
        pytest.param("泵站.txt", "泵站.txt", id="Chinese"),
        pytest.param("-k.txt", "-k.txt", id="dash"),
        pytest.param("a\nb.txt", "a\\nb.txt", id="newline"),
        pytest.param("a\u202etxt.exe.txt", "a\\u202etxt.exe.txt", id="direction mark"),
        pytest.param("a\x1b[31m.txt", "a\\x1b[31m.txt", id="terminal command"),
    ],
)
def test_odd_names_are_read_and_printed_on_one_line(folder, pincite, name, shown):
    """JSON keeps the name as it is; the terminal gets it with what deceives escaped."""
    path = folder / name
    path.write_text(NOTE)
    code, out, _ = pincite("ask", path, QUESTION)
    assert code == 0
    assert f"[1] {shown}, characters" in out.splitlines()[2]
    _, out, _ = pincite("ask", path, QUESTION, "--json")
    assert json.loads(out)["citations"][0]["asset"]["uri"] == str(path)


def test_a_document_cannot_steer_the_terminal(folder, pincite):
    (folder / "note.html").write_text("<p>The station lies 42 km \x9b31m north &#155;2J.</p>")
    _, out, _ = pincite("ask", folder, "How far north does the station lie?")
    assert "42 km" in out
    assert not any((c < " " and c != "\n") or "\x7f" <= c <= "\x9f" for c in out)


# -- as a program -----------------------------------------------------------------------------


def test_the_program_keeps_data_and_talk_apart(folder):
    """stdout of a pipe holds one JSON object and nothing else; the exit code is the program's."""
    (folder / "note.txt").write_text(NOTE)
    command = [sys.executable, "-m", "pincite", "ask", str(folder), QUESTION, "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0
    assert json.loads(done.stdout)["answer"].startswith("42 km")
    assert done.stderr.startswith("done: 1 file (1 added)")
    done = subprocess.run([*command[:3], "ask", "nowhere", "x"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
