"""Encoders without weights: pictures by look, copies by hash, sounds by timbre."""

import io
from itertools import pairwise

import cv2
import numpy as np
import pytest
from PIL import Image, ImageEnhance

from pincite.content import Footage, Picture, Sound
from pincite.encode import encoders
from pincite.encode.descriptors import looks
from pincite.encode.descriptors.perceptual_hash import (
    COPY_BITS,
    PerceptualHashEncoder,
    hamming,
    perceptual_hash,
)
from pincite.encode.descriptors.visual import VisualEncoder
from pincite.testing.encoders import EncoderContract


class TestVisual(EncoderContract):
    def encoder(self):
        return encoders.create("visual")


class TestPerceptualHash(EncoderContract):
    def encoder(self):
        return encoders.create("perceptual-hash")


def scene(seed, size=(320, 240)):
    """A made-up landscape: a sky, a ground and some shapes, smooth as photos are."""
    rng = np.random.default_rng(seed)
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    horizon = int(rng.uniform(0.3, 0.7) * size[1])
    canvas[:horizon], canvas[horizon:] = rng.integers(40, 255, 3), rng.integers(20, 200, 3)
    for _ in range(12):
        at = (int(rng.integers(size[0])), int(rng.integers(size[1])))
        radius, colour = int(rng.integers(8, 60)), rng.integers(0, 255, 3).tolist()
        if rng.random() < 0.5:
            cv2.circle(canvas, at, radius, colour, -1)
        else:
            cv2.rectangle(canvas, at, (at[0] + radius, at[1] + 2 * radius), colour, -1)
    return Image.fromarray(cv2.GaussianBlur(canvas, (0, 0), 1.5))


def recompressed(image):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=25)
    return Image.open(file).convert("RGB")


CHANGES = {
    "half the size": lambda i: i.resize((160, 120)),
    "three times the size": lambda i: i.resize((960, 720)),
    "squeezed": lambda i: i.resize((200, 240)),
    "recompressed": recompressed,
    "brighter": lambda i: ImageEnhance.Brightness(i).enhance(1.3),
    "darker": lambda i: ImageEnhance.Brightness(i).enhance(0.6),
    "greyer": lambda i: ImageEnhance.Contrast(i).enhance(0.7),
}
CROPPED = {"a little cropped": lambda i: i.crop((16, 6, 310, 234))}


def encoded(encoder, images):
    return encoder.encode([Picture(np.asarray(image)) for image in images])


@pytest.fixture(scope="module")
def scenes():
    return [scene(seed) for seed in range(24)]


@pytest.mark.parametrize("change", [*CHANGES, *CROPPED])
def test_a_picture_looks_most_like_itself_however_it_was_changed(scenes, change):
    kept = encoded(VisualEncoder(), scenes)
    changed = encoded(VisualEncoder(), [(CHANGES | CROPPED)[change](image) for image in scenes])
    assert (changed @ kept.T).argmax(axis=1).tolist() == list(range(len(scenes)))


@pytest.mark.parametrize("change", CHANGES)
def test_the_hash_of_a_copy_differs_in_few_bits(scenes, change):
    kept = encoded(PerceptualHashEncoder(), scenes)
    copies = encoded(PerceptualHashEncoder(), [CHANGES[change](image) for image in scenes])
    bits = [hamming(cosine) for cosine in (kept * copies).sum(axis=1)]
    assert max(bits) <= COPY_BITS
    strangers = kept @ kept.T - 2 * np.eye(len(kept))
    assert hamming(strangers.max()) > COPY_BITS


def test_the_cosine_of_two_hashes_counts_the_bits_that_differ():
    one, other = (np.asarray(scene(seed)) for seed in (1, 2))
    by_bits = np.count_nonzero(perceptual_hash(one) != perceptual_hash(other))
    vectors = PerceptualHashEncoder().encode([Picture(one), Picture(other)])
    assert 0 < by_bits < 64
    assert float(vectors[0] @ vectors[1]) == pytest.approx(1 - 2 * by_bits / 64)
    assert hamming(float(vectors[0] @ vectors[1])) == by_bits


def test_the_hash_is_the_signs_of_low_frequencies_about_their_median():
    fft = pytest.importorskip("scipy.fft", reason="scipy, which computes it otherwise, is absent")
    grey = np.random.default_rng(3).integers(0, 256, (32, 32), dtype=np.uint8)
    low = fft.dctn(grey.astype(float), type=2, norm="ortho")[1:9, 1:9].ravel()
    expected = low > np.median(low)
    assert (perceptual_hash(np.repeat(grey[..., None], 3, axis=2)) == expected).all()
    assert expected.sum() == 32


def test_footage_has_the_hash_of_its_middle_frame_and_the_mean_look_of_all():
    frames = np.stack([np.asarray(scene(seed)) for seed in range(3)])
    footage = Footage(frames, np.arange(3.0))
    pictures = [Picture(frame) for frame in frames]
    hashed = PerceptualHashEncoder().encode([footage, pictures[1]])
    assert (hashed[0] == hashed[1]).all()
    look, *alone = VisualEncoder().encode([footage, *pictures])
    mean = np.mean(alone, axis=0)
    np.testing.assert_allclose(look, mean / np.linalg.norm(mean), atol=1e-6)


def test_a_picture_of_the_same_colours_elsewhere_is_less_alike(scenes):
    """Layout and edges say where things are; colours alone would not tell these apart."""
    image = scenes[0]
    turned = image.transpose(Image.Transpose.ROTATE_180)
    original, upside_down, darker = encoded(
        VisualEncoder(), [image, turned, CHANGES["darker"](image)]
    )
    assert original @ upside_down < original @ darker - 0.1


def test_grain_does_not_change_the_hash_of_a_picture(scenes):
    rng = np.random.default_rng(0)
    large = [np.asarray(image.resize((640, 480))) for image in scenes]
    grainy = [
        np.clip(pixels + rng.normal(0, 40, pixels.shape), 0, 255).astype(np.uint8)
        for pixels in large
    ]
    kept, copies = (
        PerceptualHashEncoder().encode([Picture(p) for p in some]) for some in (large, grainy)
    )
    assert max(hamming(cosine) for cosine in (kept * copies).sum(axis=1)) <= COPY_BITS


def test_the_parts_of_a_look_weigh_what_was_said(scenes):
    (look,) = encoded(VisualEncoder(), scenes[:1])
    parts = np.split(look, np.cumsum([4 * 4 * 3, 4 * 6 * 6, 21 * 8]))
    shares = [float((part**2).sum()) for part in parts]
    assert shares == pytest.approx([0.2, 0.2, 0.4, 0.2], abs=1e-4)


# -- the parts, against figures worked out by hand ------------------------------------------------


def test_a_picture_made_small_keeps_the_mean_of_its_pixels():
    board = (np.indices((512, 512)).sum(axis=0) % 2 * 255).astype(np.uint8)
    small = looks.scaled(np.repeat(board[..., None], 3, axis=2))
    assert small.shape == (128, 128, 3)
    assert np.abs(small - 127.5).max() < 1, "four by four squares, black and white by turns"


def test_layout_is_the_mean_colour_of_each_cell():
    halves = np.zeros((128, 128, 3), np.float32)
    halves[:, 64:] = 1.0  # white is L* 100, black 0; both without colour
    cells = looks.layout(halves).reshape(4, 4, 3)
    assert cells[:, :2, 0] == pytest.approx(-25.0, abs=0.1)
    assert cells[:, 2:, 0] == pytest.approx(25.0, abs=0.1)
    assert cells[..., 1:] == pytest.approx(0.0, abs=0.1)


def test_colours_are_shares_that_sum_to_one_and_move_smoothly():
    rng = np.random.default_rng(0)
    picture = rng.random((128, 128, 3), dtype=np.float32)
    assert (looks.colours(picture) ** 2).sum() == pytest.approx(1.0, abs=1e-5)
    steps = [
        looks.colours(np.full((64, 64, 3), grey / 255, np.float32)) for grey in range(0, 255, 3)
    ]
    near = [float(one @ other) for one, other in pairwise(steps)]
    assert min(near) > 0.75, "a step of one percent of lightness keeps most of the histogram"
    assert float(steps[0] @ steps[-1]) == pytest.approx(0.0, abs=1e-6)


def test_vertical_stripes_have_edges_across_and_horizontal_ones_down():
    wave = (127 + 100 * np.sin(np.arange(128) / 3)).astype(np.uint8)
    across = looks.edges(np.tile(wave, (128, 1)))[:8]
    down = looks.edges(np.tile(wave[:, None], (1, 128)))[:8]
    assert across.argmax() == 0, "the gradient points along x: 0 degrees"
    assert down.argmax() == 4, "the gradient points along y: 90 of 180 degrees"
    assert across[0] == pytest.approx(down[4], rel=0.01)


def test_each_level_of_the_pyramid_weighs_the_same():
    noise = np.random.default_rng(0).integers(0, 256, (128, 128), dtype=np.uint8)
    whole, quarters, sixteenths = np.split(looks.edges(noise), [8, 40])
    assert np.linalg.norm(quarters) == pytest.approx(np.linalg.norm(whole), rel=0.02)
    assert np.linalg.norm(sixteenths) == pytest.approx(np.linalg.norm(whole), rel=0.02)


def test_texture_counts_uniform_patterns():
    flat = looks.texture(np.full((64, 64), 90, np.uint8))
    assert flat[0] == pytest.approx(1.0), "no neighbour is lighter: pattern 0"
    noise = looks.texture(np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8))
    assert (noise**2).sum() == pytest.approx(1.0, abs=1e-5)
    assert len(np.unique(looks._UNIFORM)) == 59
    assert np.count_nonzero(looks._UNIFORM == 58) == 256 - 58


def test_exposure_is_evened_within_bounds():
    grey = np.full((4, 4, 3), 100, np.uint8)
    assert looks.evened(grey).mean() == pytest.approx(0.42, abs=1e-3)
    night = np.full((4, 4, 3), 10, np.uint8)
    assert looks.evened(night).mean() == pytest.approx(10 / 255 * 1.7, abs=1e-3)


def test_a_sound_is_no_picture():
    from pincite.errors import WrongModality

    with pytest.raises(WrongModality, match="visual"):
        VisualEncoder().encode([Sound(np.ones(9, np.float32), 8000)])
