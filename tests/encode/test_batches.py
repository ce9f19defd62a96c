"""Items go through a model in good company, and each vector comes back in its place."""

import numpy as np
import pytest

from pincite.content import Footage, Picture
from pincite.encode.batches import by_length, by_modality, frame_means, unit
from pincite.errors import UsageError, WrongModality
from pincite.testing.samples import SAMPLES


def recorded(width=2):
    """A model that gives a number its own vector, and what it was given."""
    seen = []

    def encode(numbers):
        seen.append(list(numbers))
        return np.array([[n, 1] for n in numbers], np.float32)

    return encode, seen


def test_the_longest_go_first_and_each_vector_comes_back_in_place():
    encode, seen = recorded()
    vectors = by_length([3, 9, 5, 7], [3, 9, 5, 7], 2, encode, batch=3)
    assert seen == [[9, 7, 5], [3]]
    assert vectors[:, 0].tolist() == [3, 9, 5, 7]


@pytest.mark.parametrize(
    ("most", "batches"),
    [
        (None, [[50, 40, 30, 5, 5]]),
        (100, [[50, 40], [30, 5, 5]]),
        (10, [[50], [40], [30], [5, 5]]),
    ],
)
def test_what_goes_together_is_bounded_with_its_padding(most, batches):
    encode, seen = recorded()
    lengths = [5, 50, 40, 5, 30]
    by_length(lengths, lengths, 2, encode, most=most)
    assert seen == batches


def test_items_without_length_go_together_too():
    encode, seen = recorded()
    by_length([1, 2], [0, 0], 2, encode, most=4)
    assert seen == [[1, 2]]


def test_nothing_is_not_given_to_a_model():
    encode, seen = recorded()
    assert by_length([], [], 2, encode).shape == (0, 2)
    assert seen == []


def test_each_modality_goes_to_its_own_part():
    parts = {
        "text": lambda texts: np.array([[len(text), 0] for text in texts], np.float32),
        "image": lambda pictures: np.array([[0, p.pixels.shape[0]] for p in pictures], np.float32),
    }
    picture = Picture(np.zeros((3, 4, 3), np.uint8))
    found = by_modality("tests", 2, parts, [picture, "ab", picture, "abc"])
    assert found.tolist() == [[0, 3], [2, 0], [0, 3], [3, 0]]
    with pytest.raises(WrongModality, match="'tests' reads image, text, but item 1 is audio"):
        by_modality("tests", 2, parts, ["a", SAMPLES["audio"][0]])
    with pytest.raises(UsageError, match="got one string"):
        by_modality("tests", 2, parts, "ab")


def test_footage_is_the_unit_mean_of_its_frames():
    """Brightness of each frame, by hand: (0.6, 0.8) and (1, 0) have the mean (0.8, 0.4)."""
    vectors = {0: [0.6, 0.8], 255: [1.0, 0.0]}

    def encode(frames):
        return np.array([vectors[int(frame[0, 0, 0])] for frame in frames], np.float32)

    frames = np.stack([np.full((2, 2, 3), light, np.uint8) for light in (0, 255)])
    [found] = frame_means([Footage(frames, np.array([0.0, 1.0]))], encode)
    np.testing.assert_allclose(found, np.array([0.8, 0.4]) / np.sqrt(0.8), rtol=1e-6)


def test_a_vector_of_zeros_becomes_an_axis_and_what_is_no_number_stays_to_be_seen():
    rows = unit(np.array([[0, 0], [3, 4], [np.nan, 1]], np.float32))
    np.testing.assert_allclose(rows[:2], [[1, 0], [0.6, 0.8]], rtol=1e-6)
    assert np.isnan(rows[2]).all()
