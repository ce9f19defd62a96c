"""Pictures are prepared as Transformers prepares them, and without torch."""

import json
import tracemalloc

import numpy as np
import pytest
from transformers import AutoImageProcessor
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.siglip2.image_processing_pil_siglip2 import Siglip2ImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from pincite.encode.pictures import Preprocessing, patch_size
from pincite.errors import ModelMismatch, NotFound

SQUARE = {"height": 20, "width": 20}
CASES = {
    "clip": CLIPImageProcessorPil(size={"shortest_edge": 20}, crop_size=SQUARE),
    "clip, crop larger than the edge": CLIPImageProcessorPil(
        size={"shortest_edge": 15}, crop_size={"height": 22, "width": 19}
    ),
    "clip, nothing resized": CLIPImageProcessorPil(do_resize=False, crop_size=SQUARE),
    "clip, all as it comes": CLIPImageProcessorPil(),
    "siglip": SiglipImageProcessorPil(size=SQUARE),
    "vit": ViTImageProcessorPil(size={"height": 17, "width": 23}, do_normalize=False),
    "vit, numbers up to 255": ViTImageProcessorPil(size=SQUARE, do_rescale=False),
    "bit": BitImageProcessorPil(size={"shortest_edge": 24}, crop_size=SQUARE, resample=2),
    "convnext, small": ConvNextImageProcessorPil(size={"shortest_edge": 28}),
    "convnext, large": ConvNextImageProcessorPil(size={"shortest_edge": 384}),
    "siglip2": Siglip2ImageProcessorPil(patch_size=4, max_num_patches=20),
}
SHAPES = [(30, 41), (41, 30), (20, 20), (1, 1), (7, 33), (100, 64), (13, 90)]


def random_pictures():
    draw = np.random.default_rng(0)
    return [draw.integers(0, 256, (*shape, 3), dtype=np.uint8) for shape in SHAPES]


@pytest.mark.parametrize("case", CASES)
def test_they_are_what_transformers_makes_of_them(tmp_path, case):
    CASES[case].save_pretrained(tmp_path)
    theirs = AutoImageProcessor.from_pretrained(tmp_path)
    ours = Preprocessing.read(tmp_path)
    for pixels in random_pictures():
        expected = theirs(images=[pixels], input_data_format="channels_last", return_tensors="np")
        found = ours([pixels])
        assert found.keys() == expected.keys()
        for name, values in found.items():
            np.testing.assert_allclose(values, expected[name], atol=1e-4, err_msg=str(pixels.shape))


def test_a_line_of_pixels_takes_no_memory_to_enlarge(tmp_path):
    """Enlarged as a whole, 1 x 65,535 would be 224 x 14,679,840 pixels: 9.9 GB."""
    CLIPImageProcessorPil().save_pretrained(tmp_path)
    line = np.full((1, 65_535, 3), 200, np.uint8)
    tracemalloc.start()
    values = Preprocessing.read(tmp_path)([line])["pixel_values"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert values.shape == (1, 3, 224, 224)
    assert peak < 50e6


def test_a_processor_within_that_of_the_whole_model_is_found(tmp_path):
    said = {"image_processor": json.loads(CASES["clip"].to_json_string())}
    (tmp_path / "processor_config.json").write_text(json.dumps(said))
    assert Preprocessing.read(tmp_path).edge == 20


@pytest.mark.parametrize(
    "said",
    [
        {"feature_extractor_type": "CLIPFeatureExtractor", "size": 20, "crop_size": 20},
        {"image_processor_type": "CLIPImageProcessorFast", "size": 20, "crop_size": 20},
    ],
)
def test_files_of_older_versions_are_understood(tmp_path, said):
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(said))
    CASES["clip"].save_pretrained(tmp_path / "new")
    assert Preprocessing.read(tmp_path) == Preprocessing.read(tmp_path / "new")


def test_a_processor_that_is_not_known_is_named(tmp_path):
    said = {"image_processor_type": "SamImageProcessor"}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(said))
    with pytest.raises(ModelMismatch, match="prepared by SamImageProcessor, known are Bit"):
        Preprocessing.read(tmp_path)


@pytest.mark.parametrize(
    "wrong", [{"image_mean": "grey"}, {"do_center_crop": False}, {"resample": "sharp"}]
)
def test_settings_that_cannot_be_met_are_told(tmp_path, wrong):
    said = json.loads(CASES["clip"].to_json_string()) | wrong
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(said))
    with pytest.raises(ModelMismatch, match="says what cannot be done"):
        Preprocessing.read(tmp_path)


def test_no_processor_is_told(tmp_path):
    with pytest.raises(NotFound, match=r"no preprocessor_config\.json"):
        Preprocessing.read(tmp_path)


def test_no_picture_has_more_patches_than_the_model_takes():
    for height, width in [(1, 1), (1, 65_535), (9_000, 7), (480, 640)]:
        rows, columns = (side // 16 for side in patch_size(height, width, 16, 256))
        assert 1 <= rows * columns <= 256
