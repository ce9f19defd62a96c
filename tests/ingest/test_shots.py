"""Where a shot ends. Times are those at which the pictures were made to change."""

import numpy as np
import pytest
from PIL import Image

from pincite.ingest.ink import STEP_S, sample
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
    detector, found, looked_s = ShotDetector(), [], -1.0
    for at, picture in enumerate(pictures):
        ink = None
        if at / RATE >= looked_s + STEP_S:
            looked_s = at / RATE
            ink = sample(np.asarray(Image.fromarray(picture).convert("L")), looked_s)
        small = np.asarray(Image.fromarray(picture).resize(SMALL, Image.Resampling.BILINEAR))
        cut_s = detector.push(look_at(small, at / RATE), ink)
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


TEMPLATE = ("Village workshop", "Hillside Society")
OIL = slide(TEMPLATE[0], "Oil the hinge", "Never paint it", ground=(250, 250, 245))
KILN = slide(TEMPLATE[0], "Fire at 1240 degrees", "Cool nine hours", ground=(250, 250, 245))
HEADER = slide(TEMPLATE[0], ground=(250, 250, 245))


def test_slides_of_one_template_are_told_apart_by_their_words():
    assert seconds(noisy(held(OIL, 3) + held(KILN, 3) + held(OIL, 3), 2.0)) == [3.0, 6.0]


def test_slides_of_a_second_each_are_all_found():
    pair = [OIL, KILN] * 3
    found = seconds([p for one in pair for p in held(one, 1.0)])
    assert found == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_one_other_number_is_another_slide():
    cheap, dear = (slide("Tour of the mill", f"{n} francs each") for n in (14, 29))
    assert seconds(held(cheap, 3) + held(dear, 3)) == [3.0]


def test_a_fade_between_slides_is_cut_within_the_fade():
    [cut_s] = seconds(noisy(held(OIL, 3) + blended(OIL, KILN, 1.0) + held(KILN, 3), 2.0))
    assert 3.0 <= cut_s <= 4.0


def test_a_slide_that_is_built_up_is_one_shot_until_the_next():
    half = slide(TEMPLATE[0], "Oil the hinge", ground=(250, 250, 245))
    built = held(HEADER, 2) + held(half, 2) + held(OIL, 2)
    assert seconds(built + held(HEADER, 2) + held(KILN, 2)) == [6.0]


def test_darker_or_flickering_words_are_the_same_words():
    gains = [1.0 - 0.25 * np.sin(i / 3) ** 2 for i in range(3 * RATE)]
    flickering = [(OIL * gain).astype(np.uint8) for gain in gains]
    assert seconds(flickering + held((OIL * 0.5).astype(np.uint8), 3)) == []


def test_a_pointer_that_rests_on_words_is_no_slide():
    pictures = []
    for rest in range(5):
        picture = OIL.copy()
        picture[110 + rest * 3 : 122 + rest * 3, 60 + rest * 40 : 68 + rest * 40] = 0
        pictures += held(picture, 2)
    assert seconds(pictures) == []


def moving_corner(picture, at_s):
    """The picture with somebody in stripes who never stands still in a corner."""
    shown = picture.copy()
    stripes = np.arange(200) * 0.3 + 40 * np.sin(2.2 * at_s)
    shown[240:, 440:] = (120 + 100 * np.sign(np.sin(stripes)))[None, :, None]
    return shown


def test_somebody_who_moves_beside_the_slides_is_no_slide():
    talk = [moving_corner(p, i / RATE) for i, p in enumerate(held(OIL, 4) + held(KILN, 4))]
    assert seconds(talk) == [4.0]


def test_a_page_that_scrolls_by_lines_is_not_cut_at_each():
    page = np.concatenate([slide(f"Row {n} of {n * 37}", f"{n * 91} grams") for n in range(1, 5)])
    pictures = [p for n in range(6) for p in held(page[n * 20 : n * 20 + 360], 1)]
    assert seconds(pictures) == []


def test_a_page_that_scrolls_out_of_sight_is_cut_before_its_lines_are_lost():
    page = np.concatenate([slide(f"Row {n} of {n * 37}", f"{n * 91} grams") for n in range(1, 9)])
    found = seconds([p for n in range(24) for p in held(page[n * 20 : n * 20 + 360], 1)])
    assert 1 <= len(found) <= 4
    assert all(b - a <= 12 for a, b in zip([0, *found], [*found, 24], strict=True))


def test_a_notice_that_slips_aside_by_a_few_pixels_is_no_slide():
    wide = np.concatenate([OIL, OIL], axis=1)
    assert seconds([p for x in range(0, 15, 3) for p in held(wide[:, x : x + 640], 1.5)]) == []


def test_a_notice_that_drifts_slowly_is_no_slide():
    """A sixth of a pixel a frame: half a second apart it is the same, after a while it is not."""
    wide = Image.fromarray(np.concatenate([OIL, KILN], axis=1))
    pictures = []
    for frame in range(8 * RATE):
        view = (1, 0, frame / 6, 0, 1, 0)
        moved = wide.transform((640, 360), Image.Transform.AFFINE, view, Image.Resampling.BILINEAR)
        pictures.append(np.asarray(moved))
    assert seconds(pictures) == []


def test_shots_are_at_least_a_second_long():
    video = [p for seed in range(12) for p in held(scene(seed), 0.4)]
    found = seconds(video)
    assert all(b - a >= 1.0 for a, b in zip([0.0, *found], found, strict=False))


def test_one_still_picture_is_one_shot():
    assert seconds(noisy(held(scene(9), 6))) == []
