"""A tiny CLAP model, with and without feature fusion, against plain calls of Transformers."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
import transformers

from pincite.content import Sound
from pincite.encode import encoders
from pincite.encode.clap import ClapEncoder
from pincite.encode.resample import resampled
from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.testing import EncoderContract
from pincite.testing.samples import SAMPLES, hiss, tone
from tests.encode.tiny_models import VOCABULARY, letter_tokenizer, noisy, save

RATE = 16_000


def extractor(fusion):
    """Windows of one second, of 16 bands; ten seconds of 64 in published models."""
    return transformers.ClapFeatureExtractor(
        feature_size=16,
        sampling_rate=RATE,
        hop_length=160,
        max_length_s=1,
        frequency_max=8_000,
        truncation="fusion" if fusion else "rand_trunc",
    )


def save_clap(folder, fusion=False, seed=0):
    text = {
        "vocab_size": VOCABULARY,
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 24,
        "max_position_embeddings": 40,
        "pad_token_id": 0,
    }
    audio = {
        "num_mel_bins": 16,
        "spec_size": 64,
        "window_size": 4,
        "patch_size": 4,
        "patch_stride": [4, 4],
        "hidden_size": 32,
        "patch_embeds_hidden_size": 16,
        "depths": [1, 1],
        "num_attention_heads": [2, 2],
        "enable_fusion": fusion,
        "aff_block_r": 2,
    }
    config = transformers.ClapConfig(text_config=text, audio_config=audio, projection_dim=12)
    torch.manual_seed(seed)
    model = noisy(transformers.ClapModel(config), seed)
    processor = transformers.ClapProcessor(extractor(fusion), letter_tokenizer(window=38))
    save(folder, model, processor)
    return model


@pytest.fixture(scope="module", params=[False, True], ids=["unfused", "fused"])
def clap(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clap")
    return folder, save_clap(folder, request.param), extractor(request.param)


class TestClap(EncoderContract):
    @pytest.fixture(autouse=True)
    def saved(self, clap):
        self.folder = clap[0]

    def encoder(self):
        return encoders.create("clap", directory=self.folder)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def plain(model, features, samples):
    """What Transformers gives for one window."""
    inputs = features(samples, sampling_rate=RATE, return_tensors="pt")
    inputs["is_longer"] = torch.zeros(1, 1, dtype=torch.bool)
    with torch.no_grad():
        return model.get_audio_features(**inputs).pooler_output[0].numpy()


def test_texts_are_those_of_transformers(clap):
    folder, model, _ = clap
    texts = list(EncoderContract.texts)
    with torch.no_grad():
        inputs = letter_tokenizer(window=38)(
            texts, padding=True, truncation=True, return_tensors="pt"
        )
        vectors = model.get_text_features(inputs["input_ids"], inputs["attention_mask"])
    found = ClapEncoder(folder).encode(texts)
    np.testing.assert_allclose(found, unit(vectors.pooler_output.numpy()), atol=1e-5)


def test_a_short_sound_is_that_of_transformers(clap):
    folder, model, features = clap
    sound = SAMPLES["audio"][0]
    [found] = ClapEncoder(folder).encode([sound])
    np.testing.assert_allclose(found, unit(plain(model, features, sound.samples)), atol=1e-5)


def test_a_sound_of_another_rate_is_resampled_first(clap):
    folder, model, features = clap
    sound = SAMPLES["audio"][1]
    assert sound.rate_hz != RATE
    [found] = ClapEncoder(folder).encode([sound])
    there = plain(model, features, resampled(sound, RATE))
    np.testing.assert_allclose(found, unit(there), atol=1e-5)


def test_a_long_sound_is_the_mean_of_even_windows(clap):
    """2.4 seconds are three windows of 0.8; the extractor itself would cut at random."""
    folder, model, features = clap
    samples = np.concatenate([tone(300, 0.8).samples, hiss(0.8).samples, tone(900, 0.8).samples])
    thirds = [plain(model, features, part) for part in np.split(samples, 3)]
    [found] = ClapEncoder(folder).encode([Sound(samples, RATE)])
    np.testing.assert_allclose(found, unit(np.mean(thirds, axis=0)), atol=1e-5)


def test_a_model_that_cannot_be_had_says_why(clap, tmp_path):
    with pytest.raises(NotFound, match=r"no config\.json"):
        ClapEncoder(tmp_path)
    transformers.ViTConfig().save_pretrained(tmp_path)
    with pytest.raises(UsageError, match="loads models of type clap"):
        ClapEncoder(tmp_path)
    clap[1].save_pretrained(tmp_path)
    with pytest.raises(NotFound, match="there is no tokenizer"):
        ClapEncoder(tmp_path)
    letter_tokenizer().save_pretrained(tmp_path)
    with pytest.raises(NotFound, match=r"no preprocessor_config\.json"):
        ClapEncoder(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text("[")
    with pytest.raises(ModelMismatch, match=r"feature extractor in .* cannot be read"):
        ClapEncoder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(ModelMismatch, match="cannot be loaded"):
        ClapEncoder(tmp_path)
