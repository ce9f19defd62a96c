"""Which encoders fill a knowledge base: those of the settings, and its own if they are safe."""

import dataclasses

import pytest

from pincite.config import load_config
from pincite.encode import catalog, encoders
from pincite.encode.chosen import chosen, made_of, recorded
from pincite.encode.descriptors.visual import VisualEncoder
from pincite.errors import MissingExtra, NotFound, UnknownPlugin, UsageError
from pincite.registry import Plugin

DESCRIPTORS = ["visual", "perceptual-hash", "acoustic"]


def settings(tmp_path, **flags):
    values = {"cache_dir": str(tmp_path / "cache"), "data_dir": str(tmp_path / "data")}
    return load_config(values | flags, environ={}, folder=tmp_path)


def names(made):
    return [encoder.name for encoder in made]


def test_without_any_model_pictures_and_sounds_have_their_descriptors(tmp_path):
    assert names(chosen(settings(tmp_path))) == DESCRIPTORS


def test_none_is_no_other_and_names_are_those_named(tmp_path):
    assert chosen(settings(tmp_path, encoders="none")) == ()
    named = settings(tmp_path, encoders="acoustic, visual,acoustic")
    assert names(chosen(named)) == ["acoustic", "visual"]


def test_the_text_encoder_comes_first(tmp_path):
    config = settings(tmp_path, encoder="visual", encoders="acoustic,visual")
    assert names(chosen(config)) == ["visual", "acoustic"]


@pytest.mark.parametrize(
    ("setting", "error", "says"),
    [
        ("visul", UnknownPlugin, "Did you mean 'visual'"),
        (" , ", UsageError, "names of encoders separated by commas"),
        ("clip:./nowhere", NotFound, "nowhere"),
    ],
)
def test_what_cannot_be_made_says_so(tmp_path, setting, error, says):
    with pytest.raises(error, match=says):
        chosen(settings(tmp_path, encoders=setting))
    with pytest.raises(error, match=says):
        made_of([setting], settings(tmp_path))


def test_a_pulled_model_that_cannot_run_here_stops_nothing_unless_it_is_named(
    tmp_path, monkeypatch
):
    model = dataclasses.replace(catalog.SIGLIP2, packages=("no_such_package",))
    monkeypatch.setattr(catalog, "MODELS", {"siglip2": model})
    monkeypatch.setattr("pincite.encode.hub.is_pulled", lambda config, model: True)
    assert names(chosen(settings(tmp_path, encoder="none"))) == DESCRIPTORS
    with pytest.raises(MissingExtra, match="no_such_package"):
        chosen(settings(tmp_path, encoder="none", encoders="siglip2"))


def test_what_filled_it_before_fills_it_again(tmp_path):
    config = settings(tmp_path, encoders="acoustic")
    have = chosen(config)
    found = recorded({"visual-1": "visual", "acoustic-1": "acoustic", "old": ""}, have, config)
    assert names(found.encoders) == ["visual"], "less what is chosen anyway, and what is unknown"
    assert found.warnings == ()


def test_the_settings_can_say_no(tmp_path):
    none = settings(tmp_path, encoders="none")
    assert recorded({"visual-1": "visual"}, (), none).encoders == ()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("clip:/not/here", "/not/here"),
        ("minilm", "pincite models pull minilm"),
        ("visul", "no encoder of Pincite's own"),
        ("openai/clip-vit-base-patch32", "clip-vit-base-patch32"),
        ("visual", "visual-1 now"),
    ],
)
def test_what_cannot_be_made_here_is_a_warning_with_a_way_out(tmp_path, name, why):
    found = recorded({"some-space": name}, (), settings(tmp_path, encoders="acoustic"))
    assert found.encoders == ()
    [warning] = found.warnings
    assert why in warning
    assert "pincite kb encode --drop some-space" in warning


def test_a_knowledge_base_from_elsewhere_starts_no_plugin_the_settings_do_not_name(
    tmp_path, monkeypatch
):
    """Somebody's plugin may send what it reads anywhere; only its user may choose it."""
    sender = encoders._plugins | {"sender": Plugin("tests.encode.test_chosen:Sender")}
    monkeypatch.setitem(vars(encoders), "_plugins", sender)
    found = recorded({"visual-1": "sender"}, (), settings(tmp_path))
    assert found.encoders == ()
    assert "used only when you name it" in found.warnings[0]
    assert names(made_of(["sender"], settings(tmp_path))) == ["visual"]


class Sender(VisualEncoder):
    """An encoder of another package."""
