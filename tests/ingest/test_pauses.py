"""Where a recogniser listens."""

import numpy as np
import pytest

from pincite.ingest.pauses import LONGEST_S, utterances
from pincite.ingest.sound import RATE_HZ, Chunk
from tests.ingest.recordings import silence, tone

RNG = np.random.default_rng(7)


def chunks(samples, start_s=0.0, size=4096):
    return [
        Chunk(start_s + at / RATE_HZ, samples[at : at + size])
        for at in range(0, len(samples), size)
    ]


def noise(seconds, level):
    return (level * RNG.standard_normal(round(seconds * RATE_HZ))).astype(np.float32)


def spans(samples, **where):
    return [(u.start_s, u.end_s) for u in utterances(chunks(samples, **where))]


def test_two_bursts_with_a_pause_are_two_utterances_with_their_times():
    [(a, b), (c, d)] = spans(np.concatenate([silence(1), tone(2), silence(1), tone(2), silence(1)]))
    assert (a, b, c, d) == pytest.approx((1.0, 3.0, 4.0, 6.0), abs=0.25)
    assert a <= 1.0
    assert b >= 3.0


def test_a_breath_does_not_cut():
    assert len(spans(np.concatenate([tone(2), silence(0.15), tone(2), silence(2)]))) == 1


@pytest.mark.parametrize("level", [0.001, 0.02])
def test_speech_above_steady_noise_is_found(level):
    sound = np.concatenate([silence(2), tone(2), silence(3)]) + noise(7, level)
    [(start_s, end_s)] = spans(sound)
    assert (start_s, end_s) == pytest.approx((2.0, 4.0), abs=0.35)


def test_a_quiet_recording_is_heard_like_a_loud_one():
    sound = np.concatenate([silence(1), tone(2), silence(1)])
    [quiet], [loud] = spans(0.02 * sound), spans(sound)
    assert quiet == pytest.approx(loud, abs=0.05)


def test_silence_and_clicks_are_nothing():
    click = silence(10)
    click[80_000:80_400] = 0.5
    assert spans(silence(10)) == []
    assert spans(click) == []


def test_sound_without_pause_is_cut_in_bounded_pieces_that_lose_nothing():
    found = spans(noise(95, 0.1))
    assert max(end - start for start, end in found) <= LONGEST_S + 0.5
    assert sum(end - start for start, end in found) >= 95
    assert found[0][0] == 0.0
    assert found[-1][1] == pytest.approx(95.0, abs=0.05)


def test_times_count_from_the_start_of_the_recording():
    [(start_s, _)] = spans(np.concatenate([silence(1), tone(2)]), start_s=36_000.0)
    assert start_s == pytest.approx(36_001.0, abs=0.25)


def test_missing_sound_is_a_pause():
    found = list(utterances(chunks(tone(2)) + chunks(tone(2), start_s=100.0)))
    assert [round(u.start_s) for u in found] == [0, 100]


def test_nothing_in_nothing_out():
    assert spans(silence(0)) == []
