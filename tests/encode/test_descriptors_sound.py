"""The acoustic encoder: what it measures, and what does not matter to it."""

from itertools import pairwise

import numpy as np
import pytest

from pincite.content import Footage, Sound
from pincite.encode import encoders
from pincite.encode.descriptors import mel, timbre
from pincite.encode.descriptors.acoustic import AcousticEncoder
from pincite.testing.encoders import EncoderContract

RATE = mel.RATE_HZ


class TestAcoustic(EncoderContract):
    def encoder(self):
        return encoders.create("acoustic")


def made_up(seed):
    """A tone, a chord, coloured noise or bursts, filtered, swelling, with a faint hiss."""
    rng = np.random.default_rng(seed)
    count = RATE * int(rng.integers(1, 4))
    time = np.arange(count) / RATE
    match seed % 5:
        case 0:
            wave = rng.normal(size=count)
        case 1:
            wave = np.sin(2 * np.pi * np.exp(rng.uniform(np.log(80), np.log(6000))) * time)
        case 2:
            hz, fall = np.exp(rng.uniform(np.log(80), np.log(1500))), rng.uniform(0.5, 2)
            tones = [h for h in range(1, 12) if hz * h < RATE / 2]
            wave = sum(np.sin(2 * np.pi * hz * h * time) / h**fall for h in tones)
        case 3:
            wave = filtered(rng.normal(size=count), lambda hz: hz ** -rng.uniform(0.3, 1.5))
        case _:
            wave = bursts(rng, count)
    middle, breadth = np.exp(rng.uniform(np.log(150), np.log(5000))), rng.uniform(0.5, 2)
    wave = filtered(wave, lambda hz: np.exp(-0.5 * (np.log(hz / middle) / breadth) ** 2))
    if rng.random() < 0.6:
        swell = np.abs(np.sin(np.pi * rng.uniform(0.2, 6) * time)) ** rng.uniform(0.5, 6)
        wave = wave * (0.05 + swell)
    hiss = rng.normal(size=count) * 10 ** rng.uniform(-4, -2)
    return wave / np.abs(wave).max() * 0.5 + hiss


def filtered(wave, gain):
    hz = np.fft.rfftfreq(len(wave), 1 / RATE) + 20
    return np.fft.irfft(np.fft.rfft(wave) * gain(hz), len(wave))


def bursts(rng, count):
    wave = np.zeros(count)
    for _ in range(int(rng.integers(1, 30))):
        at = int(rng.integers(0, count))
        length = min(count - at, int(RATE * rng.uniform(0.01, 0.3)))
        wave[at : at + length] += rng.normal(size=length) * np.exp(
            -4 * np.arange(length) / max(length, 1)
        )
    return wave


def sounds(seeds):
    return [Sound(np.clip(made_up(seed), -1, 1).astype(np.float32), RATE) for seed in seeds]


@pytest.fixture(scope="module")
def twenty():
    heard = sounds(range(20))
    return heard, AcousticEncoder().encode(heard)


def changed(sound, how):
    samples, rng = sound.samples, np.random.default_rng(0)
    match how:
        case "quieter":
            return Sound(samples * np.float32(0.1), RATE)
        case "its middle":
            return Sound(samples[len(samples) // 8 : -len(samples) // 8], RATE)
        case "at 44.1 kHz":
            from pincite.encode.resample import resampled

            return Sound(resampled(sound, 44_100), 44_100)
        case "with a faint hiss":
            hiss = rng.normal(size=len(samples)) * samples.std() * 0.02
            return Sound((samples + hiss).astype(np.float32), RATE)
    raise ValueError(how)


@pytest.mark.parametrize("how", ["quieter", "its middle", "at 44.1 kHz", "with a faint hiss"])
def test_a_sound_is_most_like_itself_however_it_was_changed(twenty, how):
    heard, kept = twenty
    found = AcousticEncoder().encode([changed(sound, how) for sound in heard]) @ kept.T
    assert np.mean(found.argmax(axis=1) == np.arange(20)) >= 0.9


def test_how_loud_it_is_does_not_matter(twenty):
    heard, kept = twenty
    quiet = AcousticEncoder().encode([Sound(s.samples * np.float32(1e-3), RATE) for s in heard])
    np.testing.assert_allclose((quiet * kept).sum(axis=1), 1.0, atol=1e-4)


def test_a_constant_offset_of_the_recorder_does_not_matter(twenty):
    heard, kept = twenty
    shifted = [Sound(sound.samples * np.float32(0.5) + np.float32(0.2), RATE) for sound in heard]
    np.testing.assert_allclose((AcousticEncoder().encode(shifted) * kept).sum(1), 1.0, atol=1e-3)


def test_sounds_of_one_kind_are_more_alike_than_of_others():
    def noise(seed):
        return np.random.default_rng(seed).normal(size=RATE) * 0.1

    def clicks(rate_hz):
        wave = np.zeros(2 * RATE)
        wave[:: RATE // rate_hz] = 0.9
        return wave

    def chord(hz):
        time = np.arange(RATE) / RATE
        return sum(np.sin(2 * np.pi * hz * h * time) / h for h in range(1, 6)) * 0.2

    waves = [noise(0), noise(1), clicks(3), clicks(4), chord(220), chord(262)]
    vectors = AcousticEncoder().encode([Sound(w.astype(np.float32), RATE) for w in waves])
    nearest = (vectors @ vectors.T - 2 * np.eye(6)).argmax(axis=1)
    assert nearest.tolist() == [1, 0, 3, 2, 5, 4]


def test_footage_is_what_is_heard_in_it_and_without_sound_like_silence():
    frames, times = np.zeros((2, 4, 4, 3), np.uint8), np.arange(2.0)
    (sound,) = sounds([2])
    silence = Sound(np.zeros(RATE, np.float32), RATE)
    items = [Footage(frames, times, sound), sound, Footage(frames, times), silence]
    seen, heard, mute, silent = AcousticEncoder().encode(items)
    assert (seen == heard).all()
    assert (mute == silent).all()
    assert abs(float(mute @ heard)) < 1e-6, "silence is like no sound"


def test_a_long_sound_is_described_piece_by_piece_as_in_one():
    samples = np.concatenate([made_up(seed) for seed in range(40)])
    assert len(samples) > 2 * timbre._BLOCK
    pieces = [mel.power(block) for block in timbre._blocks(samples)]
    np.testing.assert_array_equal(np.concatenate(pieces), mel.power(samples))


def test_the_usual_values_are_those_of_made_up_sounds():
    """They were taken from sounds like these, and from no recording."""
    found = [timbre.parts(sound.samples.astype(float)) for sound in sounds(range(100, 180))]
    for name, usual in timbre.USUAL.items():
        values = np.stack([parts[name] for parts in found])
        alike = len(usual.value) == 1
        mean = values.mean() if alike else values.mean(axis=0)
        spread = values.std(axis=0).mean() if alike else values.std(axis=0)
        away = np.abs(mean - np.array(usual.value)) / np.array(usual.spread)
        assert away.max() < 0.35, name
        assert spread == pytest.approx(np.array(usual.spread), rel=0.5), name


# -- against formulas and scipy -------------------------------------------------------------------


def test_the_power_spectrum_is_that_of_scipy():
    signal = pytest.importorskip("scipy.signal", reason="scipy, the reference, is not installed")
    samples = made_up(3)
    _, _, other = signal.spectrogram(
        samples, RATE, "hann", mel.WINDOW, mel.WINDOW - mel.HOP, detrend=False, mode="complex"
    )
    scale = signal.get_window("hann", mel.WINDOW).sum() ** 2
    expected = np.abs(other.T) ** 2
    ours = mel.power(samples)
    ratio = ours.sum() / expected.sum()
    np.testing.assert_allclose(ours, expected * ratio, rtol=1e-9, atol=1e-9 * ours.max())
    assert scale == pytest.approx(mel._hann().sum() ** 2)


def test_the_cosine_transform_is_that_of_scipy():
    fft = pytest.importorskip("scipy.fft", reason="scipy, the reference, is not installed")
    bands = np.random.default_rng(0).normal(size=(5, mel.BANDS))
    expected = fft.dct(bands, type=2, norm="ortho")[:, :20]
    np.testing.assert_allclose(bands @ mel.cosines(20).T, expected, atol=1e-12)


def test_mel_filters_are_triangles_evenly_spaced_in_pitch():
    filters, hz = mel.bank(), mel.frequencies()
    assert filters.shape == (64, 513)
    np.testing.assert_allclose(filters.sum(axis=1), 1.0)
    wide = filters[30:]  # narrow ones fall between the places of the spectrum
    peaks = mel.mel(hz[wide.argmax(axis=1)])
    assert np.diff(peaks) == pytest.approx(np.diff(peaks).mean(), rel=0.35)
    for one, other in pairwise(wide):
        assert hz[np.nonzero(other)[0][0]] >= hz[one.argmax()] - hz[1], "it rises from the peak"
    assert not filters[:, hz < 50].any()


def test_pitch_in_mels_and_back():
    assert float(mel.mel(700.0)) == pytest.approx(2595 * np.log10(2))
    np.testing.assert_allclose(mel.hertz(mel.mel(np.array([50.0, 440.0]))), [50.0, 440.0])


def test_the_parts_of_a_tone_and_of_noise_are_what_they_must_be():
    time = np.arange(2 * RATE) / RATE
    tone = timbre.parts(np.sin(2 * np.pi * 1000 * time))
    noise = timbre.parts(np.random.default_rng(0).normal(size=2 * RATE) * 0.2)
    middle = mel.hertz(np.linspace(mel.mel(50.0), mel.mel(8000.0), 66))[1:-1]
    assert middle[tone["colour"].argmax()] == pytest.approx(1000, rel=0.05)
    assert noise["colour"].max() - noise["colour"].min() < 6, "white noise is as strong everywhere"
    # the logarithm of an exponentially distributed power has the mean -0.5772 (Euler's constant)
    assert noise["flatness"][0] == pytest.approx(-0.577, abs=0.05)
    assert tone["flatness"][0] < -8
    assert tone["contrast"][3] > 40, "800 to 1600 Hz holds the tone"
    assert tone["loudness"][0] == pytest.approx(0.0, abs=0.1)


def test_the_rhythm_of_swells_is_their_rate():
    time = np.arange(4 * RATE) / RATE
    noise = np.random.default_rng(0).normal(size=len(time)) * 0.1
    slow = timbre.parts(noise * (1.05 + np.sin(2 * np.pi * 1.5 * time)))["rhythm"]
    fast = timbre.parts(noise * (1.05 + np.sin(2 * np.pi * 6.0 * time)))["rhythm"]
    assert slow.argmax() == 1, "1 to 2 a second"
    assert fast.argmax() == 3, "4 to 8 a second"
    assert slow.sum() == pytest.approx(1.0)


def test_a_pause_is_told_by_loudness_and_leaves_the_colour_alone():
    tone = np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE)
    full, half = timbre.parts(tone), timbre.parts(np.concatenate([tone, np.zeros(RATE)]))
    assert half["loudness"][3] == pytest.approx(0.5, abs=0.03)
    assert np.abs(half["colour"] - full["colour"]).max() < 3
    assert np.abs(half["cepstral_step"] - full["cepstral_step"]).max() < 2, "not its edge"
