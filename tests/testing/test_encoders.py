"""The built-in encoder, that of the guide and one of everything, by the rules for plugins."""

import pytest

from pincite.encode.onnx_text import OnnxTextEncoder
from pincite.testing import EncoderContract, LateEncoderContract
from pincite.testing.samples import SAMPLES
from tests.encode import tiny
from tests.testing.guide import from_the_guide
from tests.testing.sensing import Sensing


class TestOnnxFp32(EncoderContract):
    precision = "fp32"

    @pytest.fixture(autouse=True)
    def _model(self, tmp_path):
        self.folder = tmp_path

    def encoder(self):
        config = tiny.install(self.folder, precision=self.precision)
        return OnnxTextEncoder(config, tiny.entry(tiny.files()))


class TestOnnxInt8(TestOnnxFp32):
    precision = "int8"


TestHashingEncoder = from_the_guide("TestHashingEncoder")


class TestSensing(LateEncoderContract):
    """Reads everything; the rules of late interaction are those of any encoder and more."""

    def encoder(self):
        return Sensing()


class TestSeeing(EncoderContract):
    def encoder(self):
        made = Sensing()
        made.modalities = frozenset({"image", "video"})
        return made


def test_samples_differ_in_size_and_rate():
    """Else a rule about batches would not see padding, resizing or resampling at work."""
    for modality in ("image", "video"):
        items = SAMPLES[modality]
        shapes = {(i.pixels if modality == "image" else i.frames).shape for i in items}
        assert len(shapes) == len(items)
    sounds = SAMPLES["audio"]
    assert len({len(sound.samples) for sound in sounds}) == len(sounds)
    assert len({sound.rate_hz for sound in sounds}) > 1
