"""The set `speech`: pulled from a hub on this machine, and what ingest hears with ever after."""

import dataclasses
import hashlib

import pytest

from pincite.config import load_config
from pincite.encode import catalog
from pincite.encode.entry import ModelFile
from pincite.errors import MissingExtra, ModelMismatch
from pincite.ingest.speech import choose_recogniser, recognisers
from pincite.registry import Plugin
from tests.encode.server import serving
from tests.ingest.recordings import tone
from tests.ingest.test_speech import tiny_whisper  # noqa: F401

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def converted(tiny_whisper, tmp_path_factory):  # noqa: F811
    """The files of a small recogniser, as faster-whisper has them."""
    converters = pytest.importorskip("ctranslate2", reason="the extra asr is absent").converters
    pytest.importorskip("faster_whisper", reason="the extra asr is not installed")
    folder = tmp_path_factory.mktemp("converted") / "ct2"
    copied = ["tokenizer.json", "processor_config.json"]
    converters.TransformersConverter(str(tiny_whisper), copy_files=copied).convert(str(folder))
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def hub(folder, converted, monkeypatch):
    files = tuple(
        ModelFile(name, len(data), hashlib.sha256(data).hexdigest())
        for name, data in converted.items()
    )
    model = dataclasses.replace(catalog.WHISPER, files=files)
    monkeypatch.setattr(catalog, "MODELS", {"whisper-small": model})
    with serving() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(folder / "no-hub-cache"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        server.offer(model, converted)
        yield server


def heard_by(**flags):
    return choose_recogniser(load_config(flags))


def test_what_was_pulled_is_what_hears(hub, pincite):
    assert type(heard_by()).__name__ == "PocketSphinx"
    code, out, _ = pincite("models", "pull", "speech")
    assert (code, "pincite sync --again" in out) == (0, True)
    recogniser = heard_by()
    assert (type(recogniser).__name__, recogniser.draft) == ("FasterWhisper", False)
    assert all(0 <= word.start_s <= 2 for word in recogniser.transcribe(tone(2.0), 0.0, "zh"))
    assert type(heard_by(asr="whisper-small")).__name__ == "FasterWhisper"
    assert type(heard_by(language="zh")).__name__ == "FasterWhisper"
    assert type(heard_by(asr="pocketsphinx")).__name__ == "PocketSphinx", "what is named is taken"
    pincite("models", "remove", "speech")
    assert type(heard_by()).__name__ == "PocketSphinx"


def test_without_what_runs_it_the_one_of_the_package_hears(hub, pincite, monkeypatch):
    absent = Plugin("no_such_package.x:Y", package="no_such_package", extra="asr")
    plugins = recognisers._plugins | {"faster-whisper": absent}
    monkeypatch.setitem(vars(recognisers), "_plugins", plugins)
    model = dataclasses.replace(catalog.find("speech"), packages=("no_such_package",))
    monkeypatch.setattr(catalog, "MODELS", {"whisper-small": model})
    assert "pip install 'pincite[asr]'" in pincite("models", "pull", "speech")[1]
    assert type(heard_by()).__name__ == "PocketSphinx"
    with pytest.raises(MissingExtra, match=r"pincite\[asr\]"):
        heard_by(asr="whisper-small")


def test_a_changed_file_is_never_heard_with(hub, pincite, folder):
    pincite("models", "pull", "speech", "--quiet")
    file = folder.parent / "cache" / "models" / "whisper-small" / "model.bin"
    data = file.read_bytes()
    file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    from pincite.ingest import speech

    speech._checked.cache_clear()  # as another process would see it
    with pytest.raises(ModelMismatch, match="pincite models pull whisper-small"):
        heard_by()
