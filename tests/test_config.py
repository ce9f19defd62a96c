"""Settings: precedence, types and unknown names."""

import pytest

from pincite.config import SETTINGS, load_config
from pincite.errors import UnknownSetting, UsageError


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / "config"))


def user_file(tmp_path, text):
    path = tmp_path / "home" / "config" / "pincite" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_a_flag_beats_a_variable_beats_the_folder_beats_the_user_beats_the_default(tmp_path):
    def k(flags=None, environ=None):
        config = load_config(flags or {}, environ=environ or {}, folder=tmp_path)
        return config["k"], config.origins["k"]

    assert k() == (SETTINGS["k"].default, "default")
    user_file(tmp_path, "k = 3")
    assert k()[0] == 3
    (tmp_path / "pincite.toml").write_text("k = 4")
    assert k() == (4, "pincite.toml")
    assert k(environ={"PINCITE_K": "5"}) == (5, "PINCITE_K")
    assert k({"k": 6}, {"PINCITE_K": "5"}) == (6, "flag")


def test_an_option_not_given_is_no_flag(tmp_path):
    assert load_config({"k": None}, environ={}, folder=tmp_path).origins["k"] == "default"


def test_an_unknown_name_is_refused_with_a_suggestion(tmp_path):
    (tmp_path / "pincite.toml").write_text("genrator = 'x'")
    with pytest.raises(UnknownSetting, match=r"pincite.toml. Did you mean 'generator'"):
        load_config(environ={}, folder=tmp_path)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"PINCITE_K": "many"}, "must be int, got 'many'"),
        ({"PINCITE_OCR": "sometimes"}, "must be one of auto, off, force"),
    ],
)
def test_a_wrong_value_names_its_origin(environ, message, tmp_path):
    with pytest.raises(UsageError, match=message):
        load_config(environ=environ, folder=tmp_path)


def test_broken_toml_is_a_sentence(tmp_path):
    (tmp_path / "pincite.toml").write_text("k = = 3")
    with pytest.raises(UsageError, match="not valid TOML"):
        load_config(environ={}, folder=tmp_path)
