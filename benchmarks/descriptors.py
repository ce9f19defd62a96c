"""What encoders without weights find: pictures by look, copies by hash, sounds by timbre.

    PYTHONPATH=src python -m benchmarks.descriptors

Data: `photo-captions`, `photo-labels` and `sounds`, outside the project like all collections
(`benchmarks.corpora`); what is absent is named and left out. Each item is a query against all
others. Photos have no two of one label, so labels are taken at the level at which they meet:
animal, food, or a thing made (by the number of the label's synset); and neighbours are also
judged by how many telling words of their captions they share, relative to any two photos.
Some sounds were cut from one recording: the second line leaves those out.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageOps

from benchmarks.corpora import DATA
from pincite.content import Picture, Sound
from pincite.encode import Encoder, encoders
from pincite.encode.descriptors.perceptual_hash import COPY_BITS, hamming
from pincite.ingest.clips import sound_clip
from pincite.ingest.content import content_of, picture_in, sound_in
from pincite.types import Vectors

Truth = npt.NDArray[np.bool_]
SEED = 0


def rows(folder: str) -> list[dict[str, object]]:
    """Return the metadata of a collection, with the path of each file; none if it is absent."""
    listing = DATA / folder / "metadata.jsonl"
    if not listing.is_file():
        print(f"no {folder} at {DATA}: left out (BENCH_DATA names another folder)")
        return []
    lines = [json.loads(line) for line in listing.read_text("utf-8").splitlines()]
    return [line | {"path": listing.parent / line["file_name"]} for line in lines]


def ranks(vectors: Vectors, alike: Truth, counts: Truth | None = None) -> tuple[float, float]:
    """Return precision at 1 and mean average precision of each item as a query for the others."""
    first, average = [], []
    allowed = ~np.eye(len(vectors), dtype=bool) & (True if counts is None else counts)
    for row, scores in enumerate(vectors @ vectors.T):
        inside = np.flatnonzero(allowed[row])
        good = alike[row, inside][np.argsort(-scores[inside], kind="stable")]
        if not good.any():
            continue
        places = np.flatnonzero(good) + 1
        first.append(good[0])
        average.append(np.mean(np.arange(1, len(places) + 1) / places))
    return float(np.mean(first)), float(np.mean(average))


def beside_chance(vectors: Vectors, alike: Truth, counts: Truth | None = None) -> str:
    """Return both figures with those of random vectors, the mean of 20 draws."""
    rng = np.random.default_rng(SEED)
    draws = [
        ranks(rng.normal(size=(len(vectors), 8)).astype(np.float32), alike, counts)
        for _ in range(20)
    ]
    (one, average), (luck, average_luck) = ranks(vectors, alike, counts), np.mean(draws, axis=0)
    return f"P@1 {one:.3f} (chance {luck:.3f})  mAP {average:.3f} (chance {average_luck:.3f})"


# -- pictures ---------------------------------------------------------------------------------


def kind_of(name: str) -> str:
    """Return what a synset number such as n02085782 stands for, coarsely."""
    number = int(name[1:9])
    return "animal" if number < 2_690_000 else "food" if number >= 7_500_000 else "thing"


def shared_words(captions: Sequence[Sequence[str]]) -> npt.NDArray[np.float64]:
    """Return the cosine of each two pictures' caption words, weighed by rarity: (n, n)."""
    words = [set(re.findall(r"[a-z]{3,}", " ".join(lines).lower())) for lines in captions]
    spread = Counter(word for some in words for word in some)
    columns = {word: place for place, word in enumerate(sorted(spread))}
    table = np.zeros((len(words), len(columns)))
    for row, some in enumerate(words):
        for word in some:
            table[row, columns[word]] = math.log(len(words) / spread[word])
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    return table @ table.T


def recompressed(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def cropped(image: Image.Image, share: float) -> Image.Image:
    """Return a picture without `share` of its width and height, half on each side."""
    width, height = image.size
    left, top = round(width * share / 2), round(height * share / 2)
    return image.crop((left, top, width - left, height - top))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "half the size": lambda i: i.resize((i.width // 2, i.height // 2)),
    "a fifth of the size": lambda i: i.resize((i.width // 5, i.height // 5)),
    "JPEG quality 20": lambda i: recompressed(i, 20),
    "brighter x 1.4": lambda i: ImageEnhance.Brightness(i).enhance(1.4),
    "darker x 0.6": lambda i: ImageEnhance.Brightness(i).enhance(0.6),
    "contrast x 0.6": lambda i: ImageEnhance.Contrast(i).enhance(0.6),
    "grey": lambda i: i.convert("L").convert("RGB"),
    "a frame of 3 %": lambda i: ImageOps.expand(i, round(0.03 * i.width), "white"),
    "crop 5 %": lambda i: cropped(i, 0.05),
    "crop 10 %": lambda i: cropped(i, 0.10),
    "crop 25 %": lambda i: cropped(i, 0.25),
    "turned by 3 degrees": lambda i: i.rotate(3, Image.Resampling.BILINEAR),
    "mirrored": ImageOps.mirror,
}


def encoded(encoder: Encoder, pictures: Sequence[Image.Image]) -> Vectors:
    return encoder.encode([Picture(np.asarray(picture)) for picture in pictures])


def photos(found: Sequence[dict[str, object]]) -> list[Image.Image]:
    return [Image.fromarray(picture_in(Path(str(row["path"]))).pixels) for row in found]


def visual(labelled: list[dict[str, object]], captioned: list[dict[str, object]]) -> None:
    """Print what looking alike says of what is shown."""
    encoder = encoders.create("visual")
    if labelled:
        kinds = np.array([kind_of(str(row["file_name"])) for row in labelled])
        vectors = encoded(encoder, photos(labelled))
        print(f"visual, photo-labels ({len(kinds)}), animal, food or thing:")
        print(f"    {beside_chance(vectors, kinds[:, None] == kinds)}")
    if captioned:
        words = shared_words([row["captions"] for row in captioned])  # type: ignore[misc]
        vectors = encoded(encoder, photos(captioned))
        order = np.argsort(-(vectors @ vectors.T - 2 * np.eye(len(vectors))), axis=1)
        usual = (words.sum() - np.trace(words)) / (words.size - len(words))
        near = [np.take_along_axis(words, order[:, :k], 1).mean() / usual for k in (1, 5)]
        print(f"visual, photo-captions ({len(words)}), shared words of captions over usual:")
        print(f"    nearest {near[0]:.2f} times, five nearest {near[1]:.2f} times (chance 1.00)")


def copies(pictures: Sequence[Image.Image]) -> None:
    """Print how many copies are found, by look (first of all) and by hash (few bits differ)."""
    looks, hashes = encoders.create("visual"), encoders.create("perceptual-hash")
    kept_look, kept_hash = encoded(looks, pictures), encoded(hashes, pictures)
    strangers = (kept_hash @ kept_hash.T)[np.triu_indices(len(pictures), 1)]
    bits = np.array([hamming(float(cosine)) for cosine in strangers])
    print(f"copies of {len(pictures)} photos        visual P@1   hash, at most {COPY_BITS} bits")
    for name, change in CHANGES.items():
        changed = [change(picture) for picture in pictures]
        nearest = (encoded(looks, changed) @ kept_look.T).argmax(axis=1)
        differ = (encoded(hashes, changed) * kept_hash).sum(axis=1)
        told = np.mean([hamming(float(cosine)) <= COPY_BITS for cosine in differ])
        print(f"    {name:22} {np.mean(nearest == np.arange(len(pictures))):12.3f} {told:12.3f}")
    wrong = int((bits <= COPY_BITS).sum())
    print(f"    different photos taken for copies: {wrong} of {len(bits)} pairs", end="")
    print(f" (nearest {bits.min()} bits, half at most {np.median(bits):.0f})")


# -- sounds -----------------------------------------------------------------------------------


def acoustic(found: list[dict[str, object]]) -> None:
    """Print what sounding alike says of what is heard, as recorded and as kept for evidence."""
    encoder = encoders.create("acoustic")
    sounds = [sound_in(Path(str(row["path"]))) for row in found]
    heard = [sound for sound in sounds if isinstance(sound, Sound)]
    labels = np.array([row["label"] for row in found])
    sources = np.array([str(row["file_name"]).rpartition("-")[0] for row in found])
    vectors = encoder.encode(heard)
    alike = labels[:, None] == labels
    print(f"acoustic, sounds ({len(heard)}), {len(set(labels))} labels:")
    print(f"    all others            {beside_chance(vectors, alike)}")
    apart = sources[:, None] != sources
    print(f"    of another recording  {beside_chance(vectors, alike, apart)}")
    clips = [sound_clip(sound.samples) for sound in heard]
    again = encoder.encode([content_of(clip) for clip in clips if clip is not None])
    itself = (again @ vectors.T).argmax(axis=1) == np.arange(len(heard))
    print(f"    as kept (AAC, 32 kbit/s): itself first {itself.mean():.3f}, ", end="")
    print(f"cosine {np.mean((again * vectors).sum(axis=1)):.3f}")


def main() -> None:
    labelled, captioned, sounds = rows("photo-labels"), rows("photo-captions"), rows("sounds")
    visual(labelled, captioned)
    if labelled or captioned:
        copies(photos([*labelled, *captioned]))
    if sounds:
        acoustic(sounds)


if __name__ == "__main__":
    main()
