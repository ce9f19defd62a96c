"""The built-in encoder, and the one of the plugin guide, by the rules given to plugin authors."""

import pytest

from pincite.encode.onnx_text import OnnxTextEncoder
from pincite.testing import EncoderContract
from tests.encode import tiny
from tests.testing.guide import from_the_guide


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
