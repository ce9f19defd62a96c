"""`pincite models` and `pincite doctor`, run as commands, on a small model of random weights."""

import json

import pytest

from pincite.cli import run
from pincite.cli.checkup import examine
from pincite.config import load_config
from pincite.encode import catalog
from tests.encode import tiny
from tests.encode.server import serving

CONTENTS = tiny.files()
MODEL = tiny.entry(CONTENTS, name="minilm", aliases=("text",), packaged=None)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A machine of its own: no settings, no models, a hub that listens here only."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PINCITE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PINCITE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "empty"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(catalog, "MODELS", {"minilm": MODEL})
    with serving() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        server.offer(MODEL, CONTENTS)
        yield tmp_path / "cache"


def pincite(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    code = run(list(arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_pull_list_remove(cache, capsys):
    """`text` is another name of the text encoder."""
    code, out, err = pincite(capsys, "models", "list")
    assert (code, "not pulled" in out) == (0, True)
    assert "pincite models pull minilm" in err

    code, out, err = pincite(capsys, "models", "pull", "text")
    assert (code, out.startswith("minilm is ready")) == (0, True)
    assert "CC0-1.0" in err
    assert list((cache / "models" / "minilm").glob("int8-*.onnx")), "the graph is built at once"

    code, out, _ = pincite(capsys, "models", "list", "--verify", "--json")
    [record] = [json.loads(line) for line in out.splitlines()]
    assert (code, record["state"], record["verified"]) == (0, "ready", True)
    assert record["disk_bytes"] > record["download_bytes"]

    code, out, _ = pincite(capsys, "models", "remove", "text", "--json")
    assert (code, json.loads(out)["freed_bytes"]) == (0, record["disk_bytes"])
    assert not (cache / "models" / "minilm").exists()


def test_stdout_is_data_only(cache, capsys):
    code, out, _ = pincite(capsys, "models", "pull", "minilm", "--json")
    assert code == 0
    assert json.loads(out)["name"] == "minilm"


def test_a_damaged_model_is_named_with_the_remedy(cache, capsys):
    pincite(capsys, "models", "pull", "minilm")
    weights = cache / "models" / "minilm" / "model.safetensors"
    weights.write_bytes(bytes(weights.stat().st_size))
    code, out, _ = pincite(capsys, "models", "list", "--verify")
    assert (code, "damaged" in out, "pincite models pull minilm" in out) == (1, True, True)
    [meaning] = [f for f in examine(load_config()) if f.name == "meaning"]
    assert (meaning.state, meaning.found) == ("broken", "minilm: damaged model.safetensors")


def test_an_unknown_model_fetches_nothing(cache, capsys):
    """Names are all looked up before the first byte is asked for."""
    code, out, err = pincite(capsys, "models", "pull", "minilm", "minilmm")
    assert (code, out) == (2, "")
    assert "Did you mean 'minilm'" in err
    assert not cache.exists()


def findings(*names):
    return {finding.name: finding for finding in examine(load_config()) if finding.name in names}


def test_doctor_without_a_model_is_content_and_hints(cache, capsys):
    code, out, _ = pincite(capsys, "doctor", "--json")
    report = json.loads(out)
    assert (code, report["ok"]) == (0, True), report
    states = {finding["name"]: finding["state"] for finding in report["findings"]}
    assert states["store"] == states["media"] == states["text in pictures"] == "ok"
    assert states["meaning"] == "hint"
    assert all(f["next_step"] for f in report["findings"] if f["state"] != "ok")
    assert not cache.exists(), "looking leaves no traces"


def test_doctor_tries_the_encoder(cache, capsys):
    pincite(capsys, "models", "pull", "minilm")
    meaning = findings("meaning")["meaning"]
    assert (meaning.state, "knows en" in meaning.found) == ("ok", True)


def test_doctor_fails_when_a_chosen_model_is_missing(cache, capsys, monkeypatch):
    """A choice that cannot be honoured is broken; `auto` without a model is not."""
    monkeypatch.setenv("PINCITE_ENCODER", "minilm")
    code, out, err = pincite(capsys, "doctor")
    assert (code, "FAIL  meaning: minilm is not here" in out) == (1, True)
    assert "pincite models pull minilm" in err


def test_doctor_fails_where_nothing_can_be_written(cache, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PINCITE_DATA_DIR", str(tmp_path / "file" / "data"))
    place = findings("directory of knowledge bases")["directory of knowledge bases"]
    assert place.state == "broken"
    assert "PINCITE_DATA_DIR" in place.next_step
