"""The pieces of benchmarks/sentiment_fusion.py, on posts made here."""

import json
from collections import Counter

import cv2
import numpy as np
import pytest
from benchmarks import sentiment_fusion
from benchmarks.sentiment_fusion import (
    Posts,
    Trial,
    balanced,
    chance,
    difference,
    folds,
    hashed,
    line,
    main,
    majority,
    out_of_fold,
    posts,
    regions,
    split,
    trials,
    windows,
    write_fold,
)

from pincite.models import fusion
from pincite.train.macro import macro_f1

REAL = sentiment_fusion.DATA / sentiment_fusion.NAME


def test_windows_cover_every_word_and_begin_with_the_whole():
    assert windows("a b") == ["a b", "a b"]
    assert windows("a b c d e f g") == ["a b c d e f g", "a b c d e", "d e f g"]
    assert windows("") == ["", ""]
    assert len(windows("a " * 100)) == 1 + sentiment_fusion.WINDOWS


def test_hashed_texts_have_unit_length_and_depend_on_the_words():
    vectors = hashed(["A fox", "a  FOX", "a dog", ""])
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 0])
    assert np.array_equal(vectors[0], vectors[1])
    assert vectors[0] @ vectors[2] < 0.9


def test_descriptors_tell_colour_edges_and_place_of_each_cell():
    picture = np.zeros((256, 128, 3), np.uint8)
    picture[:, 64:] = (0, 0, 255)  # the right half is red, in BGR
    found = regions(picture)
    assert found.shape == (17, 44)
    whole, black, red = found[0], found[1], found[4]
    assert (whole[0], black[0], red[0]) == (0.5, 0.0, 1.0)  # share of the first hue
    assert (black[18], red[18]) == (1.0, 0.0)  # share of the darkest of six values
    assert found[2, -5] > 0.0 == red[-5]  # edges where the colours meet, none inside
    assert whole[-3:].tolist() == [0.5, 0.5, 1.0]
    assert red[-3:].tolist() == [0.125, 0.875, 0.25]
    assert np.array_equal(found, regions(picture))
    assert np.isfinite(regions(np.full((1, 1, 3), 9, np.uint8))).all()


IDS = [f"{i}.jpg" for i in range(60)]
LABELS = ["good"] * 31 + ["bad"] * 21 + ["neither"] * 8


def test_folds_are_fixed_stratified_and_apart():
    dealt = folds(IDS, LABELS)
    assert sorted(i for fold in dealt for i in fold) == list(range(60))
    assert {len(fold) for fold in dealt} == {12}
    for name in set(LABELS):
        counts = [sum(LABELS[i] == name for i in fold) for fold in dealt]
        assert max(counts) - min(counts) <= 1
    backward = folds(IDS[::-1], LABELS[::-1])
    assert [sorted(59 - i for i in fold) for fold in backward] == dealt
    for tested in range(5):
        learned, checked, held_back = split(dealt, tested)
        assert held_back == dealt[tested]
        assert sorted([*learned, *checked, *held_back]) == list(range(60))


def test_rarer_classes_are_repeated_in_training():
    rows = balanced([0, 1, 2, 40, 41, 55], LABELS)
    assert Counter(LABELS[i] for i in rows) == {"good": 3, "bad": 3, "neither": 3}
    assert set(rows) == {0, 1, 2, 40, 41, 55}


def made(informative):
    """Posts whose class is told by one modality alone."""
    generator = np.random.default_rng(0)
    arrays = {
        name: [generator.normal(size=(2, 8)).astype(np.float32) for _ in IDS]
        for name in ("texts", "regions")
    }
    for i, label in enumerate(LABELS):
        arrays[informative][i][:, ["good", "bad", "neither"].index(label)] += 6
    return Posts(IDS, LABELS, arrays["texts"], arrays["regions"], "made")


def written(tmp_path, found, count=5):
    parts = folds(IDS, LABELS)
    places = [tmp_path / str(k) for k in range(count)]
    for k, place in enumerate(places):
        place.mkdir()
        write_fold(found, parts, k, place)
    return places


def test_features_are_scaled_by_the_training_rows_alone(tmp_path):
    found = made("texts")
    places = written(tmp_path, found, 1)
    learned, _, held_back = split(folds(IDS, LABELS), 0)
    read = np.concatenate([np.load(places[0] / f"text{i}.npy") for i in learned])
    assert np.allclose(read.mean(axis=0), 0, atol=1e-5)
    assert np.allclose(read.std(axis=0), 1, atol=1e-4)
    before = np.load(places[0] / f"image{learned[0]}.npy")
    for i in held_back:
        found.regions[i][:] = 1e3
    (tmp_path / "again").mkdir()
    again = written(tmp_path / "again", found, 1)
    assert np.array_equal(before, np.load(again[0] / f"image{learned[0]}.npy"))
    train = [json.loads(x)["features"] for x in (again[0] / "train.jsonl").read_text().splitlines()]
    assert not {f"image{i}.npy" for i in held_back} & set(train)


def test_a_class_is_found_by_the_modality_that_tells_it(tmp_path):
    places = written(tmp_path, made("regions"), 2)
    short = {"max_steps": 18, "lr": 0.01}
    image = out_of_fold(Trial("image", "features", "concat"), places, **short)
    text = out_of_fold(Trial("text", "text", "concat"), places[:1], **short)
    both = out_of_fold(Trial("fused: cross", "both", "cross"), places[:1], **short)
    assert np.array_equal(image[0][:12], text[0])
    assert len(image[0]) == 24
    assert macro_f1(*image) > 0.9
    assert macro_f1(*both) > 0.9
    assert macro_f1(*text) < 0.6


def test_rows_of_the_table_are_every_fusion_and_each_modality_alone():
    names = [trial.name for trial in trials()]
    assert names == ["text", "image", *(f"fused: {name}" for name in fusion.names())]


def test_differences_are_paired():
    wanted = np.array([0, 1] * 30)
    noisy = np.where(np.arange(60) % 4 == 0, 1 - wanted, wanted)
    assert difference(wanted, noisy, noisy) == (0.0, 0.0, 0.0)
    gain, low, high = difference(wanted, wanted, noisy)
    assert gain == pytest.approx(1 - macro_f1(wanted, noisy))
    assert 0 < low < gain < high
    # By chance alone the two figures overlap by far more than their difference does.
    unpaired = difference(wanted, noisy, np.roll(noisy, 2))
    assert unpaired[2] - unpaired[1] > 0.1


def test_majority_and_chance_by_hand():
    wanted = np.array([0] * 3 + [1])
    assert majority(wanted).tolist() == [0, 0, 0, 0]
    assert macro_f1(wanted, majority(wanted)) == pytest.approx((6 / 7) / 2)
    mean, low, high = chance(wanted)
    # A quarter of the orders puts the 1 right (1.0), the others miss it: (4/6 + 0) / 2.
    assert mean == pytest.approx(0.25 + 0.75 / 3, abs=0.03)
    assert (low, high) == (pytest.approx(1 / 3), 1.0)
    assert line("x", wanted, wanted, None) == "| x | 1.000 [1.000, 1.000] | 1.000 | |"


def test_features_are_kept_for_the_next_run(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    generator = np.random.default_rng(1)
    rows = [{"file_name": f"{i}.png", "text": f"post {i}", "label": "good"} for i in range(2)]
    for row in rows:
        picture = generator.integers(256, size=(40, 30, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / row["file_name"]), picture)
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    first = posts(folder, tmp_path / "cache", hashed, "hashed")
    for row in rows:
        (folder / row["file_name"]).unlink()
    again = posts(folder, tmp_path / "cache", hashed, "hashed")
    assert [x.shape for x in again.regions] == [(17, 44)] * 2
    assert all(np.array_equal(a, b) for a, b in zip(first.texts, again.texts, strict=True))
    with pytest.raises(SystemExit, match=r"0\.png is no picture"):
        posts(folder, tmp_path / "other", hashed, "hashed")


def test_without_the_data_it_says_so_and_ends(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sentiment_fusion, "DATA", tmp_path)
    main([])
    assert capsys.readouterr().out.startswith("no image-text-sentiment at")


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no {sentiment_fusion.NAME} beside the project")
def test_the_real_posts_have_a_picture_and_a_class_each():
    lines = (REAL / "metadata.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(text) for text in lines]
    assert {row["label"] for row in rows} == {"positive", "negative", "neutral"}
    assert all((REAL / row["file_name"]).is_file() and row["text"].strip() for row in rows)
    assert regions(cv2.imread(str(REAL / rows[0]["file_name"]))).shape == (17, 44)
