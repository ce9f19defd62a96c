"""Tiny speech models against plain calls of Transformers."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
import transformers

from pincite.content import Sound
from pincite.encode import encoders, speech
from pincite.encode.speech import Wav2Vec2Encoder, WhisperEncoder
from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.testing import EncoderContract
from pincite.testing.samples import SAMPLES, hiss, tone
from tests.encode.tiny_models import noisy, save

RATE = 16_000
SMALL = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "conv_dim": (8, 8),
    "conv_kernel": (10, 8),
    "conv_stride": (5, 40),
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
    "num_feat_extract_layers": 2,
}


def save_wav2vec2(folder, norm="group"):
    """The base models are normalised over time ("group"), the large ones over channels."""
    config = transformers.Wav2Vec2Config(**SMALL, feat_extract_norm=norm, vocab_size=9)
    model = noisy(transformers.Wav2Vec2ForCTC(config))
    save(folder, model, transformers.Wav2Vec2FeatureExtractor(do_normalize=True))
    return model


def save_whisper(folder):
    config = transformers.WhisperConfig(
        vocab_size=32,
        num_mel_bins=12,
        d_model=16,
        encoder_layers=2,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=24,
        decoder_ffn_dim=24,
        max_source_positions=50,
        max_target_positions=8,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=1,
    )
    model = noisy(transformers.WhisperForConditionalGeneration(config))
    extractor = transformers.WhisperFeatureExtractor(feature_size=12, chunk_length=1)
    save(folder, model, extractor)
    return model, extractor


@pytest.fixture(scope="module", params=["group", "layer"])
def wav2vec2(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wav2vec2")
    return folder, save_wav2vec2(folder, request.param)


@pytest.fixture(scope="module")
def whisper(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whisper")
    return folder, *save_whisper(folder)


class TestWav2Vec2(EncoderContract):
    @pytest.fixture(autouse=True)
    def saved(self, wav2vec2):
        self.folder = wav2vec2[0]

    def encoder(self):
        return encoders.create("wav2vec2", directory=self.folder)


class TestWhisper(EncoderContract):
    @pytest.fixture(autouse=True)
    def saved(self, whisper):
        self.folder = whisper[0]

    def encoder(self):
        return encoders.create("whisper", directory=self.folder)


def unit(vector):
    return vector / np.linalg.norm(vector)


def wav2vec2_states(model, samples):
    """What Transformers gives, with samples brought to mean 0 and variance 1: (t, d)."""
    normal = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
    with torch.no_grad():
        return model.wav2vec2(torch.tensor(normal)[None]).last_hidden_state[0].numpy()


def test_a_sound_is_the_mean_of_its_frames_by_wav2vec2(wav2vec2):
    """Sounds of three lengths in one batch: padding would change those of the base models."""
    folder, model = wav2vec2
    sounds = [tone(220, 0.6), hiss(0.31), hiss(0.6)]
    states = [wav2vec2_states(model, sound.samples) for sound in sounds]
    found = Wav2Vec2Encoder(folder).encode(sounds)
    np.testing.assert_allclose(found, [unit(s.mean(axis=0)) for s in states], atol=1e-5)


def test_a_long_sound_is_cut_into_even_windows(wav2vec2, monkeypatch):
    folder, model = wav2vec2
    monkeypatch.setattr(speech, "WINDOW_S", 1)
    samples = np.concatenate([tone(300, 0.8).samples, hiss(0.8).samples])
    halves = [wav2vec2_states(model, part).mean(axis=0) for part in np.split(samples, 2)]
    [found] = Wav2Vec2Encoder(folder).encode([Sound(samples, RATE)])
    np.testing.assert_allclose(found, unit(np.mean(halves, axis=0)), atol=1e-5)


def whisper_states(model, extractor, samples):
    inputs = extractor(samples, sampling_rate=RATE, return_tensors="pt")
    with torch.no_grad():
        return model.model.encoder(inputs["input_features"]).last_hidden_state[0].numpy()


@pytest.mark.parametrize(("seconds", "frames"), [(0.5, 25), (0.405, 21), (0.4, 20), (1.0, 50)])
def test_whisper_averages_what_was_heard_and_not_the_padding(seconds, frames, whisper):
    """A frame of its encoder is 20 ms; a window of this tiny one is padded to a second."""
    folder, model, extractor = whisper
    sound = hiss(seconds)
    states = whisper_states(model, extractor, sound.samples)
    assert len(states) == 50
    [found] = WhisperEncoder(folder).encode([sound])
    np.testing.assert_allclose(found, unit(states[:frames].mean(axis=0)), atol=1e-5)


def test_whisper_reads_a_long_sound_in_even_windows(whisper):
    folder, model, extractor = whisper
    samples = np.concatenate([tone(300, 0.8).samples, hiss(0.8).samples])
    halves = [whisper_states(model, extractor, part)[:40] for part in np.split(samples, 2)]
    [found] = WhisperEncoder(folder).encode([Sound(samples, RATE)])
    np.testing.assert_allclose(found, unit(np.concatenate(halves).mean(axis=0)), atol=1e-5)


def test_the_space_is_the_model_and_not_its_place(whisper, wav2vec2, tmp_path):
    save_whisper(tmp_path)
    assert WhisperEncoder(tmp_path).space == WhisperEncoder(whisper[0]).space
    assert WhisperEncoder(whisper[0]).space != Wav2Vec2Encoder(wav2vec2[0]).space


def test_a_model_that_cannot_be_had_says_why(whisper, tmp_path):
    with pytest.raises(NotFound, match=r"no config\.json"):
        WhisperEncoder(tmp_path)
    with pytest.raises(UsageError, match=r"encoder 'wav2vec2' loads .*'whisper'"):
        Wav2Vec2Encoder(whisper[0])
    whisper[1].save_pretrained(tmp_path)
    with pytest.raises(NotFound, match=r"no preprocessor_config\.json"):
        WhisperEncoder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(ModelMismatch, match="cannot be loaded"):
        WhisperEncoder(tmp_path)


def test_what_is_no_sound_is_refused_by_name(whisper):
    with pytest.raises(UsageError, match="reads audio, but item 1 is image"):
        WhisperEncoder(whisper[0]).encode([tone(200, 0.1), SAMPLES["image"][0]])
