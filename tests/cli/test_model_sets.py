"""The whole way of a set of models: pulled from a hub, listed, used by ingest, search and doctor.

The models are small and of random weights, and lie on a hub of this machine as the real ones do.
"""

import dataclasses
import hashlib
import json

import numpy as np
import pytest
from PIL import Image

from pincite.cli.checkup import examine
from pincite.config import load_config
from pincite.content import Sound
from pincite.encode import catalog, default_encoder
from pincite.encode.chosen import chosen
from pincite.encode.entry import ModelFile
from pincite.encode.making import make_encoder
from pincite.encode.onnx_text import OnnxTextEncoder
from pincite.errors import (
    MissingExtra,
    MissingModel,
    ModelMismatch,
    UsageError,
    WrongModality,
)
from pincite.ingest.speech import choose_recogniser
from tests.encode import tiny
from tests.encode.server import serving

pytest.importorskip("transformers", reason="the extra torch is not installed")
from tests.encode import tiny_models

MINILM_FILES = tiny.files()
MINILM = tiny.entry(MINILM_FILES, name="minilm", aliases=("text",), packaged=None)


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def pinned(files):
    return tuple(
        ModelFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Files of each model by its name in the catalogue."""
    folder = tmp_path_factory.mktemp("made")
    e5 = tiny.files(tiny.tensors(seed=1))
    return {
        "minilm": MINILM_FILES,
        "e5": e5,
        "siglip2": contents(tiny_models.siglip(folder / "siglip")),
        "whisper-small": {"model.bin": b"\6\0\0\0weights", "config.json": b"{}"},
    }


@pytest.fixture
def hub(folder, made, monkeypatch):
    """A hub that has them all; weights of siglip2 are not known beforehand."""
    with serving() as server:
        models = {"minilm": MINILM}
        for name in ("e5", "siglip2", "whisper-small"):
            files = pinned(made[name])
            if name == "siglip2":
                files = tuple(
                    ModelFile(f.name, f.size_bytes) if f.name == "model.safetensors" else f
                    for f in files
                )
            models[name] = dataclasses.replace(catalog.find(name), files=files)
        shape = {"heads": tiny.HEADS, "max_tokens": tiny.WINDOW}
        shape |= {"query_prompt": "how ", "document_prompt": "is "}  # words that it knows
        models["e5"] = dataclasses.replace(models["e5"], **shape)
        for name, model in models.items():
            server.offer(model, made[name])
        server.large.add(server.path(models["siglip2"], "model.safetensors"))
        monkeypatch.setattr(catalog, "MODELS", models)
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(folder / "no-hub-cache"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield server


@pytest.fixture
def without(monkeypatch):
    """Pretend that the packages of a model are not installed."""

    def pretend(name):
        model = dataclasses.replace(catalog.MODELS[name], packages=("no_such_package",))
        monkeypatch.setattr(catalog, "MODELS", {**catalog.MODELS, name: model})

    return pretend


def listed(pincite):
    lines = pincite("models", "list", "--json")[1].splitlines()
    return {record["name"]: record for record in map(json.loads, lines)}


def test_vision_is_pulled_listed_encodes_and_finds(hub, pincite, folder, monkeypatch):
    monkeypatch.setenv("PINCITE_OCR", "off")
    monkeypatch.setenv("PINCITE_ENCODERS", "acoustic")
    for colour in ("red", "blue"):
        Image.new("RGB", (32, 32), colour).save(folder / f"{colour}.png")
    pincite("sync", folder)

    code, out, err = pincite("models", "pull", "vision")
    assert code == 0
    assert "siglip2 is ready, from http://127.0.0.1" in out
    assert "Finds pictures and shots by words" in out
    assert "pincite kb encode --with siglip2 --kb" in out
    assert "model.safetensors of siglip2: no digest of it is known beforehand" in err
    record = listed(pincite)["siglip2"]
    assert (record["state"], record["pinned"], record["missing_packages"]) == ("ready", False, [])

    code, out, _ = pincite("kb", "encode", "--with", "siglip2", "--kb", folder, "--json")
    assert (code, json.loads(out.splitlines()[-1])["encoded"]) == (0, 2)
    [space] = json.loads(pincite("kb", "info", "--kb", folder, "--json")[1])["spaces"]
    assert (space["encoder"], space["segments"]) == ("siglip2", 2), "its name, not its directory"

    Image.new("RGB", (32, 32), (250, 5, 5)).save(folder.parent / "query.png")
    code, out, _ = pincite(
        "search", "--image", folder.parent / "query.png", "--kb", folder, "--json"
    )
    assert code == 0
    assert "red.png" in out.splitlines()[0]


def test_a_pulled_model_of_pictures_fills_what_is_ingested_later(hub, pincite, folder, monkeypatch):
    pincite("models", "pull", "siglip2")
    assert "siglip2" in [encoder.name for encoder in chosen(load_config())]
    assert type(choose_recogniser(load_config())).__name__ == "PocketSphinx", "it hears nothing"
    sound = Sound(np.zeros(100, np.float32), 100)
    with pytest.raises(WrongModality, match="encoder 'siglip2' reads image, text, video"):
        make_encoder("siglip2", load_config()).encode([sound])
    monkeypatch.setenv("PINCITE_OCR", "off")
    Image.new("RGB", (32, 32), "red").save(folder / "red.png")
    pincite("sync", folder)
    spaces = json.loads(pincite("kb", "info", "--kb", folder, "--json")[1])["spaces"]
    assert ("siglip2", 1) in [(s["encoder"], s["segments"]) for s in spaces]


def test_every_set_is_listed_with_what_it_enables(hub, pincite):
    code, out, err = pincite("models", "list")
    assert code == 0
    for model in catalog.MODELS.values():
        [line] = [line for line in out.splitlines() if line.startswith(f"{model.name}, ")]
        assert model.aliases[0] in line
        assert model.enables in line
    assert "pincite models pull minilm" in err


def test_many_languages_have_their_prompts_and_a_name_of_their_own(hub, pincite):
    assert pincite("models", "pull", "multilingual")[0] == 0
    encoder = make_encoder("multilingual", load_config())
    assert encoder.name == make_encoder("e5", load_config()).name == "e5"
    assert encoder.space == "multilingual-e5-small", (
        "in full precision, as its cost is not measured"
    )
    assert make_encoder("e5", load_config({"precision": "int8"})).space.endswith("-int8")
    bare = dataclasses.replace(catalog.MODELS["e5"], query_prompt="", document_prompt="")
    plain = OnnxTextEncoder(load_config(), bare)
    for role, prompt in (("query", "how "), ("document", "is ")):
        assert np.array_equal(encoder.encode(["pump"], role), plain.encode([f"{prompt}pump"]))
    assert not np.array_equal(encoder.encode(["pump"], "query"), encoder.encode(["pump"]))


def test_the_text_encoder_is_minilm_where_it_is_and_else_what_was_pulled(hub, pincite, without):
    assert default_encoder(load_config()) is None
    out = pincite("models", "pull", "e5")[1]
    assert "pincite kb encode --with e5" in out
    assert default_encoder(load_config()).name == "e5"
    pincite("models", "pull", "minilm")
    assert default_encoder(load_config()).name == "minilm"
    assert "minilm stays the text encoder" in pincite("models", "pull", "e5")[1]
    pincite("models", "remove", "minilm")
    assert default_encoder(load_config()).name == "e5"
    without("e5")
    assert default_encoder(load_config()) is None, "what cannot run is not chosen unasked"


def test_a_model_can_be_pulled_before_what_runs_it_is_installed(hub, pincite, without, monkeypatch):
    without("siglip2")
    code, out, _ = pincite("models", "pull", "vision")
    assert code == 0
    assert "needs 'no_such_package', which is not installed: pip install 'pincite[torch]'" in out
    line = next(line for line in pincite("models", "list")[1].splitlines() if "siglip2" in line)
    assert "pip install 'pincite[torch]'" in line
    with pytest.raises(MissingExtra, match=r"pip install 'pincite\[torch\]'"):
        make_encoder("siglip2", load_config())
    assert "siglip2" not in [encoder.name for encoder in chosen(load_config())]
    [found] = [f for f in examine(load_config()) if f.name == "model siglip2"]
    assert (found.state, "pincite[torch]" in found.next_step) == ("hint", True)


def test_a_model_that_was_not_pulled_says_how(hub):
    with pytest.raises(MissingModel, match="pincite models pull siglip2"):
        make_encoder("vision", load_config())


def test_a_changed_file_is_told_by_use_list_and_doctor(hub, pincite, folder):
    pincite("models", "pull", "siglip2")
    weights = folder.parent / "cache" / "models" / "siglip2" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(ModelMismatch, match="pincite models pull siglip2"):
        make_encoder("siglip2", load_config()).encode(["a"])
    code, out, _ = pincite("models", "list", "--verify")
    assert (code, "damaged" in out) == (1, True)
    [found] = [f for f in examine(load_config()) if f.name == "model siglip2"]
    assert (found.state, found.found) == ("broken", "damaged model.safetensors")
    pincite("models", "pull", "siglip2")
    [found] = [f for f in examine(load_config()) if f.name == "model siglip2"]
    assert found.state == "ok"


def test_no_weights_are_opened_to_know_a_model_by_name_and_space(hub, pincite, folder):
    """Every search asks for them, of all that was pulled."""
    pincite("models", "pull", "siglip2")
    weights = folder.parent / "cache" / "models" / "siglip2" / "model.safetensors"
    length = weights.stat().st_size
    before = make_encoder("siglip2", load_config())
    weights.write_bytes(bytes(length))
    encoder = make_encoder("siglip2", load_config())
    assert (encoder.name, encoder.space) == ("siglip2", before.space)
    assert before.space.startswith("siglip2-")


def test_other_files_are_another_space(hub, pincite, made):
    pincite("models", "pull", "siglip2")
    space = make_encoder("siglip2", load_config()).space
    pincite("models", "remove", "siglip2")
    model = catalog.MODELS["siglip2"]
    path = hub.path(model, "model.safetensors")
    data = hub.files[path]
    hub.files[path] = data[:-1] + bytes([data[-1] ^ 1])
    pincite("models", "pull", "siglip2")
    assert make_encoder("siglip2", load_config()).space != space


def test_a_recogniser_is_no_encoder(hub):
    with pytest.raises(UsageError, match="recognises speech and is no encoder"):
        make_encoder("speech", load_config())


def test_a_knowledge_base_that_names_a_pulled_model_is_filled_by_it(hub, pincite):
    from pincite.encode.chosen import recorded

    pincite("models", "pull", "vision")
    space = make_encoder("siglip2", load_config()).space
    config = load_config({"encoders": "acoustic"})
    found = recorded({space: "siglip2"}, (), config)
    assert ([e.name for e in found.encoders], found.warnings) == (["siglip2"], ())
