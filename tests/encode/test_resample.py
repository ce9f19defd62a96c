"""Sounds at another rate, against the sine they were made from and SciPy's own filter."""

import numpy as np
import pytest
from scipy.signal import resample_poly

from pincite.content import Sound
from pincite.encode.resample import resampled, windows
from pincite.errors import UsageError


def tone(rate_hz, seconds, hertz=440.0):
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return Sound(np.sin(2 * np.pi * hertz * t).astype(np.float32), rate_hz)


@pytest.mark.parametrize(
    ("rate_hz", "wanted"), [(8_000, 48_000), (11_025, 16_000), (44_100, 16_000), (48_000, 16_000)]
)
def test_a_tone_stays_the_same_tone_at_the_same_time(rate_hz, wanted):
    """A delay of one sample would show: a sine moves by 0.06 a sample here."""
    found, meant = resampled(tone(rate_hz, 1.0), wanted), tone(wanted, 1.0).samples
    assert found.shape == meant.shape
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[200:-200], meant[200:-200], atol=1e-4)


def test_what_the_new_rate_cannot_hold_is_left_out():
    """A tone of 10 kHz is above half of 16 kHz: it must vanish, not come back as 6 kHz."""
    found = resampled(tone(48_000, 1.0, 10_000.0), 16_000)
    assert float(np.abs(found[200:-200]).max()) < 0.01


def test_a_band_limited_sound_agrees_with_scipy():
    draw = np.random.default_rng(0)
    t = np.arange(48_000) / 48_000
    parts = [np.sin(2 * np.pi * f * t + draw.uniform(0, 6)) for f in draw.uniform(50, 5000, 12)]
    samples = (sum(parts) / 12).astype(np.float32)
    other = resample_poly(samples, 1, 3)
    found = resampled(Sound(samples, 48_000), 16_000)
    np.testing.assert_allclose(found[500:-500], other[500:-500], atol=2e-3)


@pytest.mark.parametrize("length", [1, 5, 100, 511, 513])
@pytest.mark.parametrize(("rate_hz", "wanted"), [(8_000, 48_000), (48_000, 16_000), (7, 16_000)])
def test_the_shortest_sound_has_its_length_too(length, rate_hz, wanted):
    found = resampled(Sound(np.full(length, 0.5, np.float32), rate_hz), wanted)
    assert len(found) == -(-length * wanted // rate_hz)
    assert np.isfinite(found).all()


def test_samples_that_are_no_numbers_are_silence():
    found = resampled(Sound(np.array([0.5, np.nan, np.inf], np.float32), 16_000), 16_000)
    assert found.tolist() == [0.5, 0.0, 1.0]


@pytest.mark.parametrize(
    ("length", "lengths"), [(1, [1]), (10, [10]), (11, [6, 5]), (30, [10] * 3), (31, [8, 8, 8, 7])]
)
def test_windows_are_even_and_hold_every_sample_once(length, lengths):
    samples = np.arange(length, dtype=np.float32)
    found = windows(samples, 10)
    assert [len(piece) for piece in found] == lengths
    np.testing.assert_array_equal(np.concatenate(found), samples)


def test_a_window_without_samples_is_refused():
    with pytest.raises(UsageError, match="at least one sample, got 0"):
        windows(np.zeros(3, np.float32), 0)
