"""Where a shot ends. Times are those at which the pictures were made to change."""

import numpy as np
import pytest
from PIL import Image

from pincite.ingest.shots import DELAY_S, SMALL, ShotDetector, look_at
from tests.ingest.recordings import slide

RATE = 25


def scene(seed, size=(320, 180)):
    """A picture of coloured boxes, unlike that of another seed."""
    rng = np.random.default_rng(seed)
    picture = np.empty((size[1], size[0], 3), dtype=np.uint8)
    picture[:] = rng.integers(0, 256, 3)
    for _ in range(12):
        x, y = rng.integers(0, size[0]), rng.integers(0, size[1])
        picture[y : y + 50, x : x + 70] = rng.integers(0, 256, 3)
    return picture


def cuts(pictures):
    """(second the cut was put at, second it was known) for pictures shown at RATE."""
    detector, found = ShotDetector(), []
    for at, picture in enumerate(pictures):
        small = np.asarray(Image.fromarray(picture).resize(SMALL, Image.Resampling.BILINEAR))
        cut_s = detector.push(look_at(small, at / RATE))
        if cut_s is not None:
            found.append((cut_s, at / RATE))
    return found


def seconds(pictures):
    return [cut_s for cut_s, _ in cuts(pictures)]


def held(picture, length_s):
    return [picture] * round(length_s * RATE)


def noisy(pictures, level=3.0):
    rng = np.random.default_rng(1)
    return [np.clip(p + rng.normal(0, level, p.shape), 0, 255).astype(np.uint8) for p in pictures]


def blended(a, b, length_s):
    steps = round(length_s * RATE)
    return [(a * (1 - i / steps) + b * (i / steps)).astype(np.uint8) for i in range(1, steps + 1)]


def panned(seed, length_s, speed=4):
    """A camera that moves over a wide scene."""
    wide = scene(seed, (320 + speed * round(length_s * RATE), 180))
    return [wide[:, i * speed : i * speed + 320] for i in range(round(length_s * RATE))]


@pytest.mark.parametrize("seed", range(5))
def test_a_hard_cut_is_found_at_its_frame(seed):
    found = cuts(noisy(held(scene(seed), 3) + held(scene(seed + 50), 3)))
    assert [cut_s for cut_s, _ in found] == [3.0]


def test_a_cut_is_known_soon():
    video = held(scene(1), 3) + blended(scene(1), scene(2), 1) + held(scene(2), 3)
    assert all(known - cut_s <= DELAY_S for cut_s, known in cuts(video))


@pytest.mark.parametrize("seed", range(5))
def test_a_dissolve_is_one_cut_inside_it(seed):
    a, b = scene(seed), scene(seed + 50)
    [cut_s] = seconds(noisy(held(a, 3) + blended(a, b, 1.0) + held(b, 3)))
    assert 3.0 <= cut_s <= 4.3


def test_a_fade_through_black_to_another_scene_is_one_cut():
    a, b, black = scene(3), scene(4), np.zeros_like(scene(3))
    video = held(a, 3) + blended(a, black, 1) + held(black, 0.5) + blended(black, b, 1) + held(b, 3)
    [cut_s] = seconds(video)
    assert 3.0 <= cut_s <= 5.6


def test_a_fade_to_black_and_back_is_no_cut():
    a, black = scene(3), np.zeros_like(scene(3))
    video = held(a, 3) + blended(a, black, 1) + held(black, 1) + blended(black, a, 1) + held(a, 3)
    assert seconds(video) == []


def test_lights_that_go_down_are_no_cut():
    a = scene(3)
    dim = (a * 0.3).astype(np.uint8)
    assert seconds(held(a, 3) + blended(a, dim, 1) + held(dim, 3)) == []


@pytest.mark.parametrize("frames", [1, 2, 4])
def test_a_flash_is_no_cut(frames):
    flash = np.clip(scene(5).astype(int) + 150, 0, 255).astype(np.uint8)
    assert seconds(held(scene(5), 3) + [flash] * frames + held(scene(5), 3)) == []


def test_a_moving_camera_is_no_cut_but_a_cut_within_movement_is():
    assert seconds(panned(6, 4)) == []
    assert seconds(panned(6, 3) + panned(8, 3)) == [3.0]


def test_the_next_slide_is_a_cut_although_only_words_change():
    one = slide("Maintenance plan", "Pump building 7")
    two = slide("Pressure limits", "Maximum 50 bar", "Normal 42.5 bar")
    assert seconds(noisy(held(one, 4) + held(two, 4), 2.0)) == [4.0]


def test_another_line_on_the_same_slide_is_no_cut():
    one = slide("Pressure limits", "Maximum 50 bar", "Normal 42.5 bar")
    more = slide("Pressure limits", "Maximum 50 bar", "Normal 42.5 bar", "Alarm 48 bar")
    assert seconds(held(one, 4) + held(more, 4)) == []


def test_shots_are_at_least_a_second_long():
    video = [p for seed in range(12) for p in held(scene(seed), 0.4)]
    found = seconds(video)
    assert all(b - a >= 1.0 for a, b in zip([0.0, *found], found, strict=False))


def test_one_still_picture_is_one_shot():
    assert seconds(noisy(held(scene(9), 6))) == []
