"""What a picture adds to the sentiment of a post: text, image and every fusion, cross-validated.

    PYTHONPATH=src python -m benchmarks.sentiment_fusion [--only NAME ...] [--cache FOLDER]

Data: `image-text-sentiment` (200 posts, three classes), outside the project like all collections
(`benchmarks.corpora`); without it this says so and ends. Features are frozen:

    text    MiniLM vectors of the post and of windows of its words, (t, 384); where that model has
            not been pulled, counts of words and trigrams of letters hashed to 256 places
    image   descriptors of the picture and of 4 x 4 cells: histograms of colour, gradients by
            direction, edges, place, (17, 44)

No pretrained image encoder can be fetched where this project is built, so the picture is told by
colours and edges alone: its figures say what such descriptors are worth, not what pictures are.

Small heads are trained by the recipe "classify" in the training loop itself. The folds are fixed
and stratified; of what is not tested on, a quarter (the next fold) ends training early and the
rest is trained on, rarer classes repeated. Numbers are scaled by the mean and spread of the
training rows. Nothing was chosen by looking at a test fold: all rows share the settings below.
Intervals are over the choice of posts; another seed moves a figure too, so that the order of
fusions whose intervals overlap means nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch

from benchmarks.corpora import DATA
from pincite.config import load_config
from pincite.encode.onnx_text import OnnxTextEncoder
from pincite.errors import MissingModel
from pincite.models import fusion
from pincite.train.classify import ClassifyObjective, ClassifyTask
from pincite.train.config import Settings, settings_from
from pincite.train.features import read_features
from pincite.train.loop import train
from pincite.train.macro import interval, macro_f1
from pincite.train.recipes import make_objective
from pincite.train.textside import TextSide

NAME, TASK, FOLDS, GRID, VERSION = "image-text-sentiment", "sentiment", 5, 4, 1
WINDOW, STEP, WINDOWS = 5, 3, 8  # words of a window, words to the next, windows at most
HASHED = 256
OPTIM = {
    "lr": 1e-3,
    "weight_decay": 0.05,
    "max_steps": 120,
    "batch_size": 32,
    "schedule": "constant",
}
RUN = {"evaluate_every": 6, "patience": 5, "keep": 1, "tensorboard": False, "device": "cpu"}
Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """Posts with their frozen features.

    Attributes:
        ids: n names of pictures.
        labels: n names of classes.
        texts: n arrays (t, d).
        regions: n arrays (17, e).
        space: What told the texts.
    """

    ids: Sequence[str]
    labels: Sequence[str]
    texts: Sequence[Array]
    regions: Sequence[Array]
    space: str


# -- features --------------------------------------------------------------------------------


def windows(text: str) -> list[str]:
    """Return a text and its overlapping windows of words, at most 1 + `WINDOWS`."""
    words = text.split()
    starts = range(0, max(len(words) - WINDOW + STEP, 1), STEP)
    return [text, *(" ".join(words[at : at + WINDOW]) for at in starts)][: 1 + WINDOWS]


def hashed(texts: Sequence[str]) -> Array:
    """Return counts of words and trigrams of letters hashed to places, of unit length: (n, 256)."""
    vectors = np.zeros((len(texts), HASHED), np.float32)
    for vector, text in zip(vectors, texts, strict=True):
        spaced = f" {' '.join(text.casefold().split())} "
        grams = [spaced[i : i + 3] for i in range(len(spaced) - 2)]
        for gram in [*spaced.split(), *grams]:
            digest = hashlib.blake2b(gram.encode("utf-8", "replace"), digest_size=4).digest()
            number = int.from_bytes(digest, "big")
            vector[number % HASHED] += 1.0 if number >> 31 else -1.0
        vector /= max(float(np.linalg.norm(vector)), 1e-9)
    return vectors


def text_encoder() -> tuple[Callable[[Sequence[str]], Array], str]:
    """Return what maps texts to vectors (n, d), and its name."""
    try:
        encoder = OnnxTextEncoder(load_config())
    except MissingModel:
        return hashed, f"hashed-{HASHED}"
    return encoder.encode, encoder.space


def regions(picture: npt.NDArray[np.uint8]) -> Array:
    """Return descriptors of a picture and of its 4 x 4 cells: uint8 BGR (h, w, 3) to (17, 44)."""
    scale = 256 / max(picture.shape[:2])
    size = [max(round(side * scale), 2 * GRID) for side in picture.shape[1::-1]]
    small: Any = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    planes = (
        cv2.cvtColor(small, cv2.COLOR_BGR2HSV),
        cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32) / 255,
        cv2.Sobel(grey, cv2.CV_32F, 1, 0) / 255,
        cv2.Sobel(grey, cv2.CV_32F, 0, 1) / 255,
        cv2.Canny(grey, 100, 200) > 0,
    )
    h, w = grey.shape
    boxes = [(0, h, 0, w)] + [
        (h * i // GRID, h * (i + 1) // GRID, w * j // GRID, w * (j + 1) // GRID)
        for i in range(GRID)
        for j in range(GRID)
    ]
    rows = [
        [
            *_cell(*(plane[top:bottom, left:right] for plane in planes)),
            (top + bottom) / 2 / h,
            (left + right) / 2 / w,
            (bottom - top) / h,
        ]
        for top, bottom, left, right in boxes
    ]
    return np.array(rows, np.float32)


def _cell(hsv: Any, lab: Any, dx: Any, dy: Any, edges: Any) -> list[float]:
    """Return histograms of hue, saturation and value, Lab moments, gradients and edges: (41,)."""
    hue, saturation, value = (hsv[..., i].ravel().astype(np.float32) for i in range(3))
    colour = np.histogram(hue, 12, (0, 180), weights=saturation / 255)[0] / hue.size
    shades = [np.histogram(plane, 6, (0, 256))[0] / plane.size for plane in (saturation, value)]
    strength = np.hypot(dx, dy)
    angle = np.mod(np.arctan2(dy, dx), np.pi)
    directions = np.histogram(angle, 8, (0, np.pi), weights=strength)[0] / strength.size
    return [
        *colour,
        *shades[0],
        *shades[1],
        *lab.mean(axis=(0, 1)),
        *lab.std(axis=(0, 1)),
        *directions,
        float(strength.std()),
        float(np.mean(edges)),
        float(strength.max(initial=0.0)),
    ]


def posts(folder: Path, cache: Path, encode: Callable[[Sequence[str]], Array], space: str) -> Posts:
    """Return the posts of a folder; their features are kept in `cache` for the next run."""
    lines = (folder / "metadata.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    digest = hashlib.sha256(json.dumps([VERSION, space, str(folder), rows]).encode()).hexdigest()
    file = cache / f"{NAME}-{digest[:16]}.npz"
    if not file.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        texts = {f"text{i}": encode(windows(row["text"])) for i, row in enumerate(rows)}
        seen = {f"image{i}": regions(_picture(folder / r["file_name"])) for i, r in enumerate(rows)}
        draft = file.with_suffix(".part.npz")
        np.savez(draft, **texts, **seen)  # type: ignore[arg-type]
        draft.replace(file)
    with np.load(file, allow_pickle=False) as kept:
        return Posts(
            [row["file_name"] for row in rows],
            [row["label"] for row in rows],
            [kept[f"text{i}"] for i in range(len(rows))],
            [kept[f"image{i}"] for i in range(len(rows))],
            space,
        )


def _picture(file: Path) -> npt.NDArray[np.uint8]:
    picture: Any = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if picture is None:
        sys.exit(f"{file} is no picture; fetch the collection again")
    return picture  # type: ignore[no-any-return]


# -- folds -----------------------------------------------------------------------------------


def folds(ids: Sequence[str], labels: Sequence[str], count: int = FOLDS) -> list[list[int]]:
    """Return the rows of each fold: every class dealt out in the order of digests of the ids."""
    dealt: list[list[int]] = [[] for _ in range(count)]
    turn = 0
    for name in sorted(set(labels)):
        own = [i for i, label in enumerate(labels) if label == name]
        for i in sorted(own, key=lambda i: hashlib.sha256(ids[i].encode()).digest()):
            dealt[turn % count].append(i)
            turn += 1
    return [sorted(fold) for fold in dealt]


def split(parts: Sequence[Sequence[int]], tested: int) -> tuple[list[int], list[int], list[int]]:
    """Return the rows to train on, to end training by, and to test on."""
    checked = (tested + 1) % len(parts)
    kept = [part for k, part in enumerate(parts) if k not in (tested, checked)]
    return sorted(i for part in kept for i in part), list(parts[checked]), list(parts[tested])


def balanced(rows: Sequence[int], labels: Sequence[str]) -> list[int]:
    """Return the rows with those of rarer classes repeated, as many of each as of the largest."""
    groups = [[i for i in rows if labels[i] == name] for name in sorted({labels[i] for i in rows})]
    most = max(map(len, groups))
    return [group[k % len(group)] for group in groups for k in range(most)]


# -- training --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trial:
    """A row of the table: which modalities, through which fusion."""

    name: str
    modalities: str
    fusion: str


def trials() -> list[Trial]:
    """Return text alone, image alone, and every fusion there is."""
    alone = [Trial("text", "text", "concat"), Trial("image", "features", "concat")]
    return [*alone, *(Trial(f"fused: {name}", "both", name) for name in fusion.names())]


def write_fold(posts: Posts, parts: Sequence[Sequence[int]], tested: int, folder: Path) -> None:
    """Write the features of all posts, scaled by the training rows, and a file for each part."""
    learned, checked, held_back = split(parts, tested)
    for name, arrays in (("text", posts.texts), ("image", posts.regions)):
        stacked = np.concatenate([arrays[i] for i in learned])
        mean, spread = stacked.mean(axis=0), stacked.std(axis=0) + 1e-6
        for i, array in enumerate(arrays):
            np.save(folder / f"{name}{i}.npy", (array - mean) / spread)
    files = {"train": balanced(learned, posts.labels), "check": checked, "test": held_back}
    for name, rows in files.items():
        lines = [
            {
                "text": {"file": f"text{i}.npy"},
                "features": f"image{i}.npy",
                "labels": {TASK: posts.labels[i]},
            }
            for i in rows
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")


def settings(trial: Trial, folder: Path, **optim: Any) -> Settings:
    """Return the settings of one training, the same for all but modalities and fusion."""
    return settings_from(
        {
            "task": {"name": "classify", "modalities": trial.modalities},
            "data": {"train": "train.jsonl", "held_out": "check.jsonl"},
            "model": {"fusion": trial.fusion, "dropout": 0.3},
            "optim": {**OPTIM, **optim},
            "run": {"out": "out", **RUN},
        },
        folder=folder,
    )


def predictions(trial: Trial, folder: Path, **optim: Any) -> tuple[list[str], list[str]]:
    """Return the classes of the test rows of a fold, wanted and found, after training."""
    asked = settings(trial, folder, **optim)
    objective: Any = make_objective(asked)
    train(objective, asked, start="fresh", say=lambda sentence: None)
    model, rows = objective.model.eval(), read_features(folder / "test.jsonl")
    texts = TextSide(None, model.config.text_width)
    tested = ClassifyObjective(
        model, texts, (), rows, ClassifyTask(modalities=asked.task.values["modalities"])
    )
    names = model.config.classes[TASK]
    wanted, found = tested.predicted()[TASK]
    return [names[i] for i in wanted], [names[i] for i in found]


def out_of_fold(trial: Trial, folders: Iterable[Path], **optim: Any) -> tuple[Labels, Labels]:
    """Return the classes of all rows, each predicted by the model that did not see its fold."""
    wanted: list[str] = []
    found: list[str] = []
    for folder in folders:
        a, b = predictions(trial, folder, **optim)
        wanted, found = wanted + a, found + b
    names = sorted({*wanted, *found})
    return (
        np.array([names.index(label) for label in wanted]),
        np.array([names.index(label) for label in found]),
    )


# -- figures ---------------------------------------------------------------------------------


def difference(
    wanted: Labels, found: Labels, base: Labels, *, resamples: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """Return how much macro-F1 is above that of `base`, and its 95 % interval, paired by row."""
    draws = np.random.default_rng(seed).integers(len(wanted), size=(resamples, len(wanted)))
    values = [macro_f1(wanted[d], found[d]) - macro_f1(wanted[d], base[d]) for d in draws]
    low, high = np.percentile(values, [2.5, 97.5])
    return macro_f1(wanted, found) - macro_f1(wanted, base), float(low), float(high)


def majority(wanted: Labels) -> Labels:
    """Return the commonest class for every row."""
    return np.full(len(wanted), np.bincount(wanted).argmax())


def chance(wanted: Labels, *, draws: int = 1000, seed: int = 0) -> tuple[float, float, float]:
    """Return mean and 95 % range of macro-F1 of the labels in random order."""
    generator = np.random.default_rng(seed)
    values = [macro_f1(wanted, generator.permutation(wanted)) for _ in range(draws)]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(np.mean(values)), float(low), float(high)


def line(name: str, wanted: Labels, found: Labels, base: Labels | None) -> str:
    """Return a row of the table."""
    low, high = interval(wanted, found)
    told = f"| {name} | {macro_f1(wanted, found):.3f} [{low:.3f}, {high:.3f}] |"
    told += f" {float((wanted == found).mean()):.3f} |"
    if base is None:
        return f"{told} |"
    gain, least, most = difference(wanted, found, base)
    return f"{told} {gain:+.3f} [{least:+.3f}, {most:+.3f}] |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", help="rows besides text, such as 'fused: gated'")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "pincite-bench")
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)  # models this small only wait for a second thread
    folder, began = DATA / NAME, time.monotonic()
    if not (folder / "metadata.jsonl").is_file():
        print(f"no {NAME} at {folder}; set BENCH_DATA to the folder that holds it")
        return
    found = posts(folder, asked.cache, *text_encoder())
    parts = folds(found.ids, found.labels)
    print(f"{len(found.ids)} posts, {FOLDS} folds, texts: {found.space}, images: descriptors\n")
    print("| | macro-F1 [95 %] | accuracy | macro-F1 above text [95 %, paired] |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        folders = [Path(scratch) / str(k) for k in range(FOLDS)]
        for k, place in enumerate(folders):
            place.mkdir()
            write_fold(found, parts, k, place)
        base: Labels | None = None
        for trial in trials():
            if asked.only and trial.name not in ("text", *asked.only):
                continue
            wanted, predicted = out_of_fold(trial, folders)
            print(line(trial.name, wanted, predicted, base), flush=True)
            base = predicted if base is None else base
        print(line("majority class", wanted, majority(wanted), base))
        mean, low, high = chance(wanted)
        print(f"| chance (labels shuffled) | {mean:.3f} [{low:.3f}, {high:.3f}] | | |")
    print(f"\n{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
