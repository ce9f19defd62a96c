"""Files without a digest of their own: taken as the hub states them, and kept to ever after."""

import dataclasses
import hashlib
import pickle

import pytest

from pincite import receipts
from pincite.config import load_config
from pincite.encode import hub
from pincite.encode.entry import ModelFile
from pincite.errors import MissingModel, ModelMismatch, PullFailed
from tests.encode import tiny
from tests.encode.server import serving

CONTENTS = tiny.files()
WEIGHTS, TOKENIZER = CONTENTS["model.safetensors"], CONTENTS["tokenizer.json"]
COMMIT = "1" * 40
UNPINNED = (
    ModelFile("model.safetensors", len(WEIGHTS) - 7, revision=COMMIT),
    ModelFile("tokenizer.json", 1),
)
MODEL = tiny.entry(CONTENTS, packaged=None, files=UNPINNED)
AT = f"/publisher/tiny/resolve/{COMMIT}/model.safetensors"
SMALL_AT = f"/publisher/tiny/resolve/{'0' * 40}/tokenizer.json"


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
        running.large.add(AT)
        yield running


def pull(config, model=MODEL):
    return hub.pull(config, model, lambda *_: None)


def altered(data):
    return data[:-1] + bytes([data[-1] ^ 1])


def kept(config):
    """Files of any content under the cache."""
    return [p.name for p in config.cache_dir.rglob("*") if p.is_file() and p.stat().st_size]


def test_the_receipt_has_the_digest_of_every_file(server, config):
    folder = pull(config).folder
    receipt = receipts.read(folder)
    assert {f.name: f.sha256 for f in receipt.files} == {
        name: hashlib.sha256(data).hexdigest() for name, data in CONTENTS.items()
    }
    assert (receipt.source, receipt.kind, receipt.runs) == (server.url, "text", "minilm")
    assert receipt.revision == f"{'0' * 40}+{COMMIT}", "files may be of several commits"
    assert hub.verified(config, MODEL) == folder
    assert not MODEL.pinned


def test_what_is_known_beforehand_is_not_asked_for(server, config):
    pinned = dataclasses.replace(tiny.entry(CONTENTS, packaged=None).files[1])
    pull(config, dataclasses.replace(MODEL, files=(UNPINNED[0], pinned)))
    assert server.stated == [AT]


@pytest.mark.parametrize("path", [AT, SMALL_AT], ids=["SHA-256", "git SHA-1"])
def test_other_bytes_than_the_hub_states_are_refused_and_none_is_kept(server, config, path):
    server.tags[path] = "f" * (64 if path == AT else 40)
    with pytest.raises(ModelMismatch, match=r"expected \d+ bytes with (SHA-256|git SHA-1) ffff"):
        pull(config)
    assert path.rpartition("/")[2] not in kept(config)
    with pytest.raises(MissingModel):
        hub.require(config, MODEL)


@pytest.mark.parametrize("tag", ["", "abc", "f" * 39, "F" * 64])
def test_without_a_digest_nothing_is_fetched(server, config, tag):
    server.tags[AT] = tag
    with pytest.raises(PullFailed, match=r"states no digest of model\.safetensors"):
        pull(config)
    assert server.asked == []


def test_where_the_bytes_lie_is_not_asked_what_they_should_be(server, config):
    """Their host could state whatever it serves; only the hub's own word counts."""
    server.large.discard(AT)
    server.redirects[AT] = f"http://localhost:{server.url.rpartition(':')[2]}/elsewhere"
    server.files["/elsewhere"] = WEIGHTS
    with pytest.raises(PullFailed, match="states no digest"):
        pull(config)
    assert "/elsewhere" not in server.stated


def test_a_redirect_within_the_hub_is_followed(server, config):
    server.files["/api/resolve-cache/tokenizer.json"] = server.files.pop(SMALL_AT)
    server.redirects[SMALL_AT] = "/api/resolve-cache/tokenizer.json"
    assert pull(config).present


def test_a_redirect_without_end_is_left(server, config):
    server.redirects[SMALL_AT] = SMALL_AT
    with pytest.raises(PullFailed, match="states no digest"):
        pull(config)


def test_a_cut_download_goes_on_where_it_stopped(server, config):
    server.cut_after = [1000]
    pull(config)
    assert server.asked[:2] == [(AT, ""), (AT, "bytes=1000-")]


def test_offline_is_told_with_what_to_do(server, config, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(PullFailed) as caught:
        pull(config)
    assert str(caught.value) == (
        "model.safetensors of model 'tiny' could not be fetched: HF_HUB_OFFLINE is set. Connect "
        "this machine and run again (what has arrived is kept): pincite models pull tiny"
    )


def test_a_hub_that_is_not_there_is_told(config, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(PullFailed, match=r"127\.0\.0\.1:9: .*refused"):
        pull(config)


def test_a_model_the_hub_does_not_have_is_told(server, config):
    del server.files[AT]
    with pytest.raises(PullFailed, match="answered 404"):
        pull(config)


@pytest.mark.parametrize("name", list(CONTENTS))
def test_a_file_that_changed_since_is_named_when_it_is_used(server, config, name):
    folder = pull(config).folder
    (folder / name).write_bytes(altered(CONTENTS[name]))
    assert hub.damaged(config, MODEL) == [name]
    with pytest.raises(ModelMismatch, match=rf"{name} has changed since it was pulled"):
        hub.verified(config, MODEL)


def test_a_shorter_file_counts_as_not_pulled(server, config):
    (pull(config).folder / "model.safetensors").write_bytes(WEIGHTS[:-1])
    assert not hub.is_pulled(config, MODEL)


def test_a_later_pull_takes_the_bytes_of_the_first_and_no_others(server, config):
    """Whoever took the hub over since cannot exchange a model that is in use."""
    folder = pull(config).folder
    (folder / "model.safetensors").write_bytes(altered(WEIGHTS))
    server.files[AT] = altered(altered(WEIGHTS)[:-1] + b"x")
    server.stated.clear()
    with pytest.raises(ModelMismatch, match="is not the file that was named"):
        pull(config)
    server.files[AT] = WEIGHTS
    assert pull(config).present
    assert server.stated == [], "what is known is not asked for"
    hub.remove(config, MODEL)
    server.files[AT] = altered(WEIGHTS)
    assert pull(config).present, "after remove it is a first pull again"


def test_another_commit_is_another_first_use(server, config):
    pull(config)
    newer = (dataclasses.replace(UNPINNED[0], revision="2" * 40), UNPINNED[1])
    model = dataclasses.replace(MODEL, files=newer)
    server.offer(model, CONTENTS | {"model.safetensors": altered(WEIGHTS)})
    hub.pull(config, model, lambda *_: None)
    assert hub.verified(config, model)
    assert server.asked[-2][0] == AT.replace(COMMIT, "2" * 40)


class Code:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("config.json", pickle.dumps(Code())),
        ("model.bin", b"PK\x03\x04archive/data.pkl"),
        ("model.safetensors", pickle.dumps(Code(), protocol=4)),
    ],
    ids=["pickle", "torch.save", "no safetensors"],
)
def test_a_pickle_under_another_name_is_refused(server, config, name, data, capsys):
    model = dataclasses.replace(MODEL, files=(ModelFile(name, len(data)),))
    server.offer(model, {name: data})
    with pytest.raises(ModelMismatch, match="is a pickle or no safetensors"):
        pull(config, model)
    assert kept(config) == []
    assert capsys.readouterr().out == ""


def test_weights_whose_header_has_any_length_are_none(server, config):
    """The length of a header comes first, and may begin as a pickle does."""
    data = (0x0480).to_bytes(8, "little") + b"{" + b" " * 0x47E + b"}"
    model = dataclasses.replace(MODEL, files=(ModelFile("model.safetensors", len(data)),))
    server.offer(model, {"model.safetensors": data})
    assert pull(config, model).present


def test_a_file_below_a_folder_is_put_in_place(server, config):
    deep = ModelFile("1_Pooling/config.json", 2, hashlib.sha256(b"{}").hexdigest())
    model = dataclasses.replace(MODEL, files=(deep,))
    server.offer(model, {deep.name: b"{}"})
    folder = pull(config, model).folder
    assert (folder / "1_Pooling" / "config.json").read_bytes() == b"{}"
    assert hub.verified(config, model)


def test_a_damaged_receipt_is_told_and_can_be_removed(server, config):
    folder = pull(config).folder
    (folder / "pulled.json").write_text("{")
    with pytest.raises(ModelMismatch, match="pincite models remove tiny"):
        hub.is_pulled(config, MODEL)
    assert hub.remove(config, MODEL) > len(WEIGHTS)
    assert not hub.is_pulled(config, MODEL)


def test_room_is_looked_for_before_the_hub_is_asked(server, config, monkeypatch):
    monkeypatch.setattr(hub, "_ROOM_FACTOR", 1 << 50)
    with pytest.raises(PullFailed, match="Make room"):
        pull(config)
    assert server.stated == server.asked == []


def test_a_disk_that_fills_up_is_told_and_what_has_arrived_is_kept(server, config):
    resource = pytest.importorskip("resource", reason="this system limits no file's length")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, before[1]))
    try:
        with pytest.raises(PullFailed, match=r"File too large after 40000 of \d+ bytes"):
            pull(config)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    server.asked.clear()
    assert pull(config).present
    assert server.asked[0] == (AT, "bytes=40000-")
