"""`kb encode --with`, `--drop`, `kb tag` and what `kb info` says of vector spaces."""

import json

import pytest
from PIL import Image

from pincite.encode import encoders
from pincite.registry import Plugin


@pytest.fixture
def pictures(folder, pincite, monkeypatch):
    """A folder with a red picture, read with an encoder of sounds only."""
    monkeypatch.setenv("PINCITE_ENCODERS", "acoustic")
    monkeypatch.setenv("PINCITE_OCR", "off")
    Image.new("RGB", (40, 30), "red").save(folder / "red.png")
    pincite("sync", folder)
    return folder


def spaces(pincite, folder):
    return json.loads(pincite("kb", "info", "--kb", folder, "--json")[1])["spaces"]


def test_what_is_added_once_is_filled_by_later_runs(pictures, pincite):
    assert spaces(pincite, pictures) == []
    code, out, _ = pincite(
        "kb", "encode", "--with", "visual,perceptual-hash", "--kb", pictures, "--json"
    )
    assert (code, json.loads(out.splitlines()[-1])["encoded"]) == (0, 1)
    Image.new("RGB", (40, 30), "blue").save(pictures / "blue.png")
    assert pincite("sync", pictures)[0] == 3, "OCR is off, so the file is called partial"
    found = {s["space"]: (s["encoder"], s["segments"]) for s in spaces(pincite, pictures)}
    assert found == {"visual-1": ("visual", 2), "perceptual-hash-1": ("perceptual-hash", 2)}
    said = pincite("kb", "info", "--kb", pictures)[1]
    assert "space perceptual-hash-1: 2 segments, " in said
    assert said.endswith(", encoder visual\n")


def test_a_space_is_dropped_by_its_name(pictures, pincite):
    pincite("kb", "encode", "--with", "visual", "--kb", pictures)
    code, out, _ = pincite("kb", "encode", "--drop", "visual-1", "--kb", pictures)
    assert (code, "pincite kb optimize --purge" in out) == (0, True)
    assert spaces(pincite, pictures) == []
    code, out, err = pincite("kb", "encode", "--drop", "visual-1", "--kb", pictures)
    assert (code, out, "no vector space 'visual-1'" in err) == (2, "", True)


def test_a_space_in_force_says_that_it_comes_back(pictures, pincite, monkeypatch):
    monkeypatch.setenv("PINCITE_ENCODERS", "visual")
    pincite("sync", pictures)
    out = pincite("kb", "encode", "--drop", "visual-1", "--kb", pictures)[1]
    assert "the next run fills it again" in out


def test_an_encoder_that_is_gone_is_a_warning_and_the_run_goes_on(pictures, pincite, monkeypatch):
    known = encoders._plugins
    monkeypatch.setitem(
        vars(encoders), "_plugins", known | {"mine": Plugin("tests.cli.test_kb_spaces:Mine")}
    )
    assert pincite("kb", "encode", "--with", "mine", "--kb", pictures)[0] == 0
    Image.new("RGB", (40, 30), "blue").save(pictures / "blue.png")
    monkeypatch.setitem(vars(encoders), "_plugins", known)
    _, out, _ = pincite("sync", pictures, "--json")
    events = [json.loads(line) for line in out.splitlines()]
    [warning] = [e for e in events if e["event"] == "warning"]
    assert "its encoder 'mine' cannot be used here" in warning["message"]
    assert events[-1]["added"] == 1


def test_pictures_are_tagged_and_found_by_the_words(pictures, pincite, monkeypatch, tmp_path):
    plugin = Plugin("tests.cli.test_kb_spaces:Colours")
    monkeypatch.setitem(vars(encoders), "_plugins", encoders._plugins | {"colours": plugin})
    (tmp_path / "labels.txt").write_text("red | crimson\nblue\n")
    arguments = ("kb", "tag", "--with", "colours", "--labels", tmp_path / "labels.txt")
    code, out, _ = pincite(*arguments, "--kb", pictures)
    assert (code, out) == (0, "1 of 1 pictures and shots have tags now\n")
    code, out, _ = pincite(*arguments, "--kb", pictures, "--json")
    assert json.loads(out) == {"event": "done", "segments": 1, "tagged": 1, "interrupted": False}
    hits = json.loads(pincite("search", "crimson", "--kb", pictures, "--json")[1])["hits"]
    assert [hit["asset"]["title"] for hit in hits] == ["red.png"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["encode", "--with", "visul"], "Did you mean 'visual'?"),
        (["encode", "--with", "visual", "--drop", "x"], "give one of the two"),
        (["tag", "--with", "visual"], "encoder 'visual' reads image, video"),
        (["tag"], "--with"),
    ],
)
def test_wrong_use_says_what_to_do(pictures, pincite, arguments, says):
    code, out, err = pincite("kb", *arguments, "--kb", pictures)
    assert (code, out) == (2, "")
    assert says in err


class Mine:
    """An encoder of another package."""

    def __new__(cls, config=None):
        from tests.store.seeing import Looks

        return Looks("mine", ("image",))


class Colours:
    """Knows colours in words and pictures."""

    def __new__(cls, config=None):
        from tests.store.test_tagging import Colours as Made

        return Made()
