"""Models of timm: tiny ones built here, saved by timm, against plain calls of it.

timm imports a few names of torchvision and uses none of them for what is tested here. Where
torchvision is installed, the tests run with it. Where it is not, they run in a process of their
own beside a stand-in that holds exactly these names and can do nothing.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from PIL import Image

from pincite.content import Picture
from pincite.encode import encoders
from pincite.encode.timm_vision import Preparation, TimmEncoder
from pincite.errors import MissingExtra, ModelMismatch, NotFound, UsageError
from pincite.testing import EncoderContract
from pincite.testing.samples import SAMPLES, dots

needs_timm = pytest.mark.skipif(
    not (find_spec("timm") and find_spec("torchvision")), reason="needs timm and torchvision"
)
STANDIN = {
    "__init__.py": "",
    "ops/__init__.py": "",
    "ops/misc.py": "class FrozenBatchNorm2d: ...\n",
    "transforms/__init__.py": "class ToTensor: ...\n",
    "transforms/functional.py": (
        "import enum\n"
        "names = 'NEAREST BILINEAR BICUBIC BOX HAMMING LANCZOS'\n"
        "InterpolationMode = enum.Enum('InterpolationMode', names)\n"
    ),
    "datasets.py": "".join(
        f"class {name}: ...\n"
        for name in ("CIFAR100", "CIFAR10", "MNIST", "KMNIST", "FashionMNIST", "ImageFolder")
    ),
}
"""Every name of torchvision without which timm 1.0.31 cannot be imported."""

CONFIG = {
    "input_size": [3, 32, 32],
    "crop_pct": 0.8,
    "interpolation": "bilinear",
    "mean": [0.4, 0.5, 0.6],
    "std": [0.2, 0.3, 0.4],
}


@pytest.mark.skipif(find_spec("torchvision") is not None, reason="the tests run with torchvision")
@pytest.mark.skipif(find_spec("timm") is None, reason="needs timm")
def test_timm_without_torchvision_in_a_process_of_its_own(tmp_path):
    for name, text in STANDIN.items():
        file = tmp_path / "torchvision" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    paths = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=short", __file__]
    done = subprocess.run(
        [*command, "-rs", f"--basetemp={tmp_path / 'inner'}"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "needs timm and torchvision" not in done.stdout


@pytest.mark.skipif(find_spec("torchvision") is not None, reason="torchvision is installed")
def test_without_torchvision_the_extra_is_named(tmp_path):
    with pytest.raises(MissingExtra, match=r"needs '(timm|torchvision)'.*pincite\[timm\]"):
        encoders.create("timm", directory=tmp_path)


def save(folder, architecture="test_resnet", seed=0, side=32, **arguments):
    import timm
    import torch

    torch.manual_seed(seed)
    said = CONFIG | {"input_size": [3, side, side]}
    model = timm.create_model(architecture, num_classes=3, pretrained_cfg_overlay=said, **arguments)
    timm.models.save_for_hf(model, folder, safe_serialization=True)
    return model.eval()


def by_hand(picture, side=32):
    """The shorter side to side / 0.8, so 40 pixels for 32, then the middle, normalised."""
    import torch

    short = int(side / 0.8)
    high, wide = picture.pixels.shape[:2]
    long = int(short * max(high, wide) / min(high, wide))
    size = (short, long) if high > wide else (long, short)
    image = Image.fromarray(picture.pixels).resize(size, Image.Resampling.BILINEAR)
    left, top = round((size[0] - side) / 2), round((size[1] - side) / 2)
    cut = np.asarray(image.crop((left, top, left + side, top + side)), np.float32) / 255
    normal = (cut - np.array(CONFIG["mean"], np.float32)) / np.array(CONFIG["std"], np.float32)
    return torch.tensor(normal).permute(2, 0, 1)[None]


@pytest.mark.parametrize("picture", [*SAMPLES["image"], Picture(dots(33, 200))])
def test_the_middle_of_the_resized_picture_is_seen(picture):
    read = Preparation.read(Path("m"), CONFIG)
    found = read(picture.pixels)
    np.testing.assert_allclose(found, by_hand(picture)[0].numpy(), atol=1e-6)


def test_a_squashed_picture_is_seen_whole():
    read = Preparation.read(Path("m"), CONFIG | {"crop_mode": "squash", "crop_pct": 1.0})
    picture = SAMPLES["image"][0]
    whole = Image.fromarray(picture.pixels).resize((32, 32), Image.Resampling.BILINEAR)
    seen = read(picture.pixels).transpose(1, 2, 0) * CONFIG["std"] + CONFIG["mean"]
    np.testing.assert_allclose(seen * 255, np.asarray(whole, np.float32), atol=1e-3)


@pytest.mark.parametrize(
    "said", [{"input_size": [1, 32, 32]}, {"crop_mode": "border"}, {"mean": 3}]
)
def test_a_preparation_that_is_not_known_is_refused(said):
    with pytest.raises(ModelMismatch, match=r"pretrained_cfg in 'm.config\.json'"):
        Preparation.read(Path("m"), CONFIG | said)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("timm")
    return folder, save(folder)


@needs_timm
class TestTimm(EncoderContract):
    @pytest.fixture(autouse=True)
    def of_directory(self, saved):
        self.folder = saved[0]

    def encoder(self):
        return encoders.create("timm", directory=self.folder)


def plain(model, pictures, side=32):
    """What timm itself gives before the classifier."""
    import torch

    model.reset_classifier(0)
    with torch.no_grad():
        vectors = np.concatenate([model(by_hand(picture, side)).numpy() for picture in pictures])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@needs_timm
@pytest.mark.parametrize(
    ("architecture", "arguments"),
    [("test_resnet", {}), ("test_vit", {"img_size": 32}), ("vgg11_bn", {"mlp_ratio": 0.005})],
)
def test_the_vector_is_what_the_classifier_would_read(architecture, arguments, tmp_path):
    model = save(tmp_path, architecture, **arguments)
    pictures = SAMPLES["image"]
    found = TimmEncoder(tmp_path).encode(pictures)
    np.testing.assert_allclose(found, plain(model, pictures), atol=1e-5)


@needs_timm
def test_inception_is_read_without_its_second_classifier(tmp_path):
    """Published weights hold one that only training asks for."""
    from safetensors.numpy import load_file, save_file

    model = save(tmp_path, "inception_v3", side=96)
    file = tmp_path / "model.safetensors"
    weights = load_file(file)
    save_file(weights | {"AuxLogits.fc.weight": np.ones((3, 8), np.float32)}, file)
    made = TimmEncoder(tmp_path)
    assert made.width == 2048
    np.testing.assert_allclose(
        made.encode(SAMPLES["image"][:1]), plain(model, SAMPLES["image"][:1], 96), atol=1e-5
    )


@needs_timm
def test_weights_of_another_architecture_are_refused(saved, tmp_path):
    folder, _ = saved
    settings = json.loads((folder / "config.json").read_text())
    (tmp_path / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    other = settings | {"architecture": "test_resnet", "model_args": {"layers": [1, 1, 1, 2]}}
    (tmp_path / "config.json").write_text(json.dumps(other))
    with pytest.raises(ModelMismatch, match=r"lack \['layer4\.1|cannot be loaded"):
        TimmEncoder(tmp_path)
    fewer = settings | {"model_args": {"layers": [1, 1, 1, 0]}}
    (tmp_path / "config.json").write_text(json.dumps(fewer))
    with pytest.raises(ModelMismatch, match=r"hold \['layer4|cannot be loaded"):
        TimmEncoder(tmp_path)


@needs_timm
def test_a_model_that_cannot_be_had_says_why(saved, tmp_path):
    with pytest.raises(NotFound, match=r"no config\.json"):
        TimmEncoder(tmp_path)
    (tmp_path / "config.json").write_text('{"architecture": "no_such_net"}')
    with pytest.raises(NotFound, match=r"no model\.safetensors.*never loaded"):
        TimmEncoder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(UsageError, match=r"architecture 'no_such_net', which timm .* does not"):
        TimmEncoder(tmp_path)
    (tmp_path / "config.json").write_bytes((saved[0] / "config.json").read_bytes())
    with pytest.raises(ModelMismatch, match="cannot be loaded"):
        TimmEncoder(tmp_path)


@needs_timm
def test_pictures_of_a_size_the_model_does_not_read_are_refused(tmp_path):
    save(tmp_path, "test_vit", img_size=32, dynamic_img_size=False)
    settings = json.loads((tmp_path / "config.json").read_text())
    settings["pretrained_cfg"]["input_size"] = [3, 48, 48]
    (tmp_path / "config.json").write_text(json.dumps(settings))
    with pytest.raises(ModelMismatch, match="does not read pictures of the input_size"):
        TimmEncoder(tmp_path)


@needs_timm
def test_other_weights_are_another_space(saved, tmp_path):
    save(tmp_path / "same")
    save(tmp_path / "other", seed=1)
    space = TimmEncoder(saved[0]).space
    assert TimmEncoder(tmp_path / "same").space == space
    assert TimmEncoder(tmp_path / "other").space != space
