"""What the setting `encoder` may be: a name, a name with a model, or a model alone."""

import importlib.util
import json
import shutil
import subprocess
import sys

import pytest

from pincite.config import load_config
from pincite.encode import default_encoder, encoders
from pincite.encode.backends import backend_of
from pincite.encode.family import BY_TYPE, FAMILIES, OTHER, family_of
from pincite.encode.making import is_model, make_encoder
from pincite.encode.model_files import locate
from pincite.errors import MissingExtra, ModelMismatch, NotFound, UnknownPlugin, UsageError
from tests.encode import tiny_models


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return tiny_models.clip(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture
def hub(clip, tmp_path, monkeypatch):
    """A cache of the hub that holds one model and no more."""
    cache = tmp_path / "hub"
    place = cache / "models--someone--tiny-clip"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text("1234")
    shutil.copytree(clip, place / "snapshots" / "1234")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    monkeypatch.setattr("huggingface_hub.file_download.HF_HUB_CACHE", str(cache), raising=False)
    return place / "snapshots" / "1234"


def config(**settings):
    return load_config(settings, environ={})


@pytest.mark.parametrize("prefix", ["", "clip:"])
def test_a_directory_is_enough_and_a_name_may_stand_before_it(clip, prefix):
    made = make_encoder(f"{prefix}{clip}", config())
    assert made.name == f"clip:{clip}"
    assert default_encoder(config(encoder=f"{prefix}{clip}")).space == made.space


@pytest.mark.parametrize("prefix", ["", "clip:"])
def test_an_id_of_the_hub_is_read_from_the_cache_of_this_machine(clip, hub, prefix):
    made = make_encoder(f"{prefix}someone/tiny-clip", config())
    assert made.name == "clip:someone/tiny-clip"
    assert made.space == make_encoder(str(clip), config()).space
    assert locate("someone/tiny-clip") == hub


def test_an_id_that_is_not_in_the_cache_says_how_to_fetch_it(hub):
    with pytest.raises(NotFound, match=r"fetch it with: hf download someone/else"):
        make_encoder("someone/else", config())


@pytest.mark.parametrize(
    "model", ["../tiny-clip", "someone/../tiny", "someone/..", "a..b/c", "a/b/c"]
)
def test_an_id_cannot_climb_out_of_the_cache(hub, model):
    with pytest.raises(NotFound, match="no such directory"):
        locate(model)


def test_a_name_that_is_neither_encoder_nor_model_is_told():
    with pytest.raises(UnknownPlugin, match="Did you mean 'siglip'"):
        make_encoder("siglp:./x", config())
    with pytest.raises(UnknownPlugin, match="no encoder named 'clipp'"):
        make_encoder("clipp", config())
    assert not is_model("clipp")


def test_an_encoder_that_needs_a_model_says_so():
    with pytest.raises(UsageError, match="'clip' needs the directory of a model"):
        make_encoder("clip", config())


def described(folder, **files):
    for name, said in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(exist_ok=True, parents=True)
        path.with_suffix(".json").write_text(json.dumps(said))
    return folder


@pytest.mark.parametrize(("kind", "name"), sorted(BY_TYPE.items()))
def test_each_type_of_model_has_its_encoder_and_that_exists(tmp_path, kind, name):
    assert family_of(described(tmp_path, config={"model_type": kind})) == name
    assert name in encoders


def test_no_type_belongs_to_two_encoders():
    assert len(BY_TYPE) == sum(map(len, FAMILIES.values()))


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"config": {"model_type": "bert"}}, OTHER),
        ({"config": {"architecture": "vgg16", "num_classes": 0}}, "timm"),
        ({"encoder": {"application": "ResNet50"}}, "keras"),
        ({"pincite_dpr": {"format": 1}, "config": {"model_type": "bert"}}, "dpr"),
        ({"modules": [{"type": "x.Transformer"}], "config": {"model_type": "bert"}}, None),
        ({"modules": [{"type": "x.CLIPModel"}]}, "multimodal"),
        ({"modules": [{"type": "x.T"}], "config": {"model_type": "qwen3_vl"}}, "multimodal"),
        ({"modules": [{"type": "x.T"}], "0_Transformer__config": {"model_type": "bert"}}, None),
    ],
)
def test_other_directories_are_known_by_their_files(tmp_path, files, name):
    assert family_of(described(tmp_path, **files)) == (name or "sentence-transformers")


def test_a_directory_without_a_model_is_told(tmp_path):
    with pytest.raises(NotFound, match=r"whose kind can be told: no config\.json"):
        make_encoder(str(tmp_path), config())
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(ModelMismatch, match="holds no settings"):
        make_encoder(str(tmp_path), config())


@pytest.mark.parametrize(
    ("files", "wanted", "found"),
    [
        (("a.safetensors", "onnx/g.onnx"), "auto", "torch"),
        (("a.safetensors", "onnx/g.onnx"), "onnx", "onnx"),
        (("g.onnx",), "auto", "onnx"),
        (("sub/a.safetensors",), "torch", "torch"),
    ],
)
def test_torch_is_taken_where_it_can_run_what_is_there(tmp_path, files, wanted, found):
    put(tmp_path, files)
    assert backend_of(config(backend=wanted), "clip", tmp_path, ("g",)) == found


def put(folder, files):
    for name in files:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()


def without_torch(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "pincite.encode.backends.find_spec", lambda name: None if name == "torch" else found(name)
    )


def test_without_torch_the_exported_graphs_are_run(tmp_path, monkeypatch):
    without_torch(monkeypatch)
    put(tmp_path, ("a.safetensors", "onnx/g.onnx"))
    assert backend_of(config(), "clip", tmp_path, ("g",)) == "onnx"
    with pytest.raises(MissingExtra, match=r"'clip' needs 'torch'.*pincite\[torch\]"):
        backend_of(config(backend="torch"), "clip", tmp_path, ("g",))
    (tmp_path / "onnx" / "g.onnx").unlink()
    with pytest.raises(MissingExtra, match="needs 'torch'"):
        backend_of(config(), "clip", tmp_path, ("g",))


@pytest.mark.parametrize(
    ("files", "wanted", "told"),
    [
        ((), "auto", r"looked for \*\.safetensors or g\.onnx"),
        (("g.onnx",), "torch", r"looked for \*\.safetensors\. Save"),
        (("a.safetensors",), "onnx", r"looked for g\.onnx\. Save"),
        (("pytorch_model.bin",), "auto", r"other formats .* never loaded"),
    ],
)
def test_a_directory_with_nothing_to_run_is_told(tmp_path, files, wanted, told):
    put(tmp_path, files)
    with pytest.raises(NotFound, match=told):
        backend_of(config(backend=wanted), "clip", tmp_path, ("g",))


def test_listing_and_making_import_no_torch_until_something_is_encoded(clip):
    code = """
import sys
from pincite.config import load_config
from pincite.encode import encoders
from pincite.encode.making import make_encoder
list(encoders)
made = make_encoder(sys.argv[1], load_config())
made.space
print("torch" in sys.modules, "transformers" in sys.modules)
"""
    command = [sys.executable, "-c", code, str(clip)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "False False\n", done.stderr
