"""What settings, voices, pauses, level and noise do to the built-in speech recogniser.

    python -m benchmarks.speech_quality [PART...] [--folder FOLDER]

Needs `flite` (in Debian a package of that name), which says sentences whose words are known. Word
error rate (WER) is edits over words, without case and punctuation; "s/min" is processor seconds
for a minute of sound; "ratio" compares it with the shipped settings in the same run.

PART is settings, voices, pauses, level or noise; all of them unless named. FOLDER holds real
recordings: sound files and `metadata.jsonl` with `file_name` and, where someone speaks,
`transcription`.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest.mock import patch

import jiwer
import numpy as np
import pocketsphinx

from pincite.ingest import speech_pocketsphinx
from pincite.ingest.pauses import utterances
from pincite.ingest.sound import RATE_HZ, Chunk, Samples, read_sound
from pincite.ingest.speech import Word
from pincite.ingest.speech_pocketsphinx import PocketSphinx, is_speech
from pincite.ingest.transcript import sentences_of

VOICES = ("rms", "slt", "awb", "kal16")
CLEAR, TWO = VOICES[:3], VOICES[:2]
SENTENCES = (
    "The old bridge was closed in the winter because the river carried ice against it.",
    "We counted forty two sheep on the hill and brought them down before the rain.",
    "The meeting begins at half past nine in the small room behind the library.",
    "A new pump was ordered in march and delivered seven weeks later.",
    "Nobody could say who had left the window open during the night.",
    "The teacher asked every pupil to bring a pencil, a ruler and some paper.",
    "Turn the handle slowly to the left until you hear the valve close.",
    "Our neighbour grows apples and pears and sells them at the market on friday.",
    "The train to the coast leaves from platform six and stops at every village.",
    "Last year the company spent nine thousand pounds on repairs to the roof.",
)
SETTINGS: Mapping[str, Mapping[str, object]] = {
    "shipped: no fwdflat, maxhmmpf 5000": {"fwdflat": False, "maxhmmpf": 5000},
    "default (three passes)": {},
    "no bestpath": {"bestpath": False},
    "no fwdflat": {"fwdflat": False},
    "no fwdflat, no bestpath": {"fwdflat": False, "bestpath": False},
    "no fwdflat, ds 2": {"fwdflat": False, "ds": 2},
    "ds 2, topn 2, maxhmmpf 3000, maxwpf 5, pl_window 10": {
        "ds": 2,
        "topn": 2,
        "maxhmmpf": 3000,
        "maxwpf": 5,
        "pl_window": 10,
    },
    "beams 1e-40": {"beam": 1e-40, "pbeam": 1e-40},
    "no fwdflat, beams 1e-60": {"fwdflat": False, "beam": 1e-60, "pbeam": 1e-60},
    "lw 8": {"lw": 8.0},
}


class Tuned(PocketSphinx):
    """The built-in recogniser with other settings of its decoder."""

    def __init__(self, **options: object) -> None:
        super().__init__()
        self._decoder = pocketsphinx.Decoder(loglevel="FATAL", samprate=RATE_HZ, **options)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of one sound.

    Attributes:
        words: Of the utterances that were believed to be speech.
        posteriors: The mean posterior of each utterance in which any word was heard.
        utterances: Into how many it was cut.
        cost_s: Processor seconds.
    """

    words: tuple[Word, ...]
    posteriors: tuple[float, ...]
    utterances: int
    cost_s: float

    @property
    def text(self) -> str:
        """The words believed."""
        return " ".join(word.text for word in self.words)


# -- sound ----------------------------------------------------------------------------------


@cache
def say(text: str, voice: str) -> Samples:
    """Return a sentence as flite says it, without the silence around it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        samples = sound_of(path)
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[loud[0] : loud[-1] + 1]


def sound_of(path: Path) -> Samples:
    chunks = list(read_sound(path, lambda problem: None))
    return np.concatenate([chunk.samples for chunk in chunks])


def joined(sounds: Iterable[Samples], pause_s: float) -> Samples:
    """Return sounds one after another, each with a pause before and the last with one behind."""
    pause = np.zeros(round(pause_s * RATE_HZ), np.float32)
    parts = [part for sound in sounds for part in (pause, sound)]
    return np.concatenate([*parts, pause])


def reading(voice: str, pause_s: float = 0.6) -> Samples:
    """Return all sentences as one voice reads them."""
    return joined((say(sentence, voice) for sentence in SENTENCES), pause_s)


def seconds(samples: Samples) -> float:
    return len(samples) / RATE_HZ


# -- hearing --------------------------------------------------------------------------------


def hear(recogniser: PocketSphinx, samples: Samples, *, whole: bool = False) -> Heard:
    """Return what a recogniser hears, cut at pauses and judged as ingest does, or `whole`."""
    believed: list[Word] = []
    posteriors: list[float] = []
    began = time.process_time()
    pieces = [Chunk(0.0, samples)] if whole else list(utterances([Chunk(0.0, samples)]))
    for piece in pieces:
        with patch.object(speech_pocketsphinx, "is_speech", lambda words, stated: True):
            words = recogniser.transcribe(piece.samples, piece.start_s)
        if words:
            posteriors.append(posterior(words))
            believed += words if whole or is_speech(words) else []
    cost_s = time.process_time() - began
    return Heard(tuple(believed), tuple(posteriors), len(pieces), cost_s)


def posterior(words: Sequence[Word]) -> float:
    """Return the mean posterior, weighted by time, as the judge of speech takes it."""
    lengths = [max(word.end_s - word.start_s, 0.01) for word in words]
    return float(np.average([word.confidence for word in words], weights=lengths))


def plain(text: str) -> str:
    """Return the words of a text as they are compared."""
    return " ".join(re.findall(r"[a-z']+", text.lower().replace("-", " ")))


def wer(said: Sequence[str], heard: Sequence[str]) -> float:
    return float(jiwer.wer([plain(text) for text in said], [plain(text) for text in heard]))


ALL = " ".join(SENTENCES)


def compare(
    settings: Mapping[str, Mapping[str, object]],
    sounds: Sequence[Samples],
    said: Sequence[str],
    *,
    whole: bool,
) -> None:
    """Print error rate and time of each setting; all hear a sound before any hears the next.

    So the load of the machine, which changes from minute to minute, is the same for all.
    """
    recognisers = {label: Tuned(**options) for label, options in settings.items()}
    heard: dict[str, list[Heard]] = {label: [] for label in settings}
    for sound in sounds:
        for label, recogniser in recognisers.items():
            heard[label].append(hear(recogniser, sound, whole=whole))
    length_s = sum(map(seconds, sounds))
    words = sum(len(plain(text).split()) for text in said)
    print(f"{len(said)} recordings, {words} words, {length_s:.0f} s")
    print("| setting | WER | s/min | ratio |\n|---|---|---|---|")
    costs = {label: 60 * sum(h.cost_s for h in found) / length_s for label, found in heard.items()}
    shipped = next(iter(costs.values()))
    for label, found in heard.items():
        error = wer(said, [h.text for h in found])
        ratio = costs[label] / shipped
        print(f"| {label} | {error:.3f} | {costs[label]:.1f} | {ratio:.2f} |", flush=True)


# -- parts ----------------------------------------------------------------------------------


def settings() -> None:
    print(f"\nSettings: each sentence alone, not judged; voices {', '.join(CLEAR)}")
    some = SENTENCES[:6]
    sounds = [say(sentence, voice) for voice in CLEAR for sentence in some]
    compare(SETTINGS, sounds, some * len(CLEAR), whole=True)


def voices() -> None:
    print("\nVoices: the whole way, ten sentences and pauses of 0.6 s")
    print("| voice | WER | s/min | posterior |\n|---|---|---|---|")
    for voice in VOICES:
        heard = hear(PocketSphinx(), reading(voice))
        per_minute = 60 * heard.cost_s / seconds(reading(voice))
        low, high = min(heard.posteriors), max(heard.posteriors)
        print(
            f"| {voice} | {wer([ALL], [heard.text]):.3f} | {per_minute:.1f} | "
            f"{low:.2f}–{high:.2f} |",
            flush=True,
        )


def pauses() -> None:
    print(f"\nPauses between sentences: {', '.join(TWO)}; in one piece, and cut at the pauses")
    print(
        "| pause s | WER in one piece | WER cut | pieces | sentence ends found | of these right |"
    )
    print("|---|---|---|---|---|---|")
    recogniser = PocketSphinx()
    for pause_s in (0.1, 0.3, 0.8):
        sounds = [reading(voice, pause_s) for voice in TWO]
        whole = [hear(recogniser, sound, whole=True).text for sound in sounds]
        cut = [hear(recogniser, sound) for sound in sounds]
        right = given = 0
        for voice, heard in zip(TWO, cut, strict=True):
            one, other = ends(recogniser, heard, voice, pause_s)
            right, given = right + one, given + other
        due = len(TWO) * len(SENTENCES)
        pieces = sum(heard.utterances for heard in cut)
        print(
            f"| {pause_s} | {wer([ALL] * len(TWO), whole):.3f} "
            f"| {wer([ALL] * len(TWO), [heard.text for heard in cut]):.3f} "
            f"| {pieces} | {right} of {due} | {right} of {given} |",
            flush=True,
        )


def ends(recogniser: PocketSphinx, heard: Heard, voice: str, pause_s: float) -> tuple[int, int]:
    """Return how many full stops stand within 0.25 s of a sentence's end, and how many stand."""
    at, due = 0.0, []
    for sentence in SENTENCES:
        at += pause_s + seconds(say(sentence, voice))
        due.append(at)
    given = [s.end_s for s in sentences_of(heard.words, recogniser.sentence_odds)]
    return sum(any(abs(end - d) < 0.25 for end in given) for d in due), len(given)


def level() -> None:
    voice, some = TWO[1], SENTENCES[:5]
    said, sound = [" ".join(some)], joined((say(s, voice) for s in some), 0.6)
    print(f"\nLevel and noise: the whole way, {voice}, {len(some)} sentences, 16-bit samples")
    print("| sound | WER | WER without levelling |\n|---|---|---|")
    noise = np.random.default_rng(5)
    recogniser = PocketSphinx()
    cases: dict[str, Samples] = {
        "as it is": sound,
        "6 dB too loud (clipped)": np.clip(sound * 2, -1, 1),
        "40 dB lower": sound * np.float32(0.01),
        "white noise, 40 dB below speech": sound + hiss(noise, sound, 40),
        "white noise, 30 dB below speech": sound + hiss(noise, sound, 30),
        "white noise, 20 dB below speech": sound + hiss(noise, sound, 20),
    }
    for label, changed in cases.items():
        levelled = hear(recogniser, rounded(changed)).text
        with patch.object(speech_pocketsphinx, "_pcm", pcm):
            raw = hear(recogniser, rounded(changed)).text
        print(f"| {label} | {wer(said, [levelled]):.3f} | {wer(said, [raw]):.3f} |", flush=True)


def hiss(draw: np.random.Generator, samples: Samples, db: float) -> Samples:
    """Return white noise so many decibels below the speech in `samples`, pauses not counted."""
    speech = samples[np.abs(samples) > 0.01]
    power = float(np.sqrt(np.square(speech).mean())) * 10 ** (-db / 20)
    hissing: Samples = draw.normal(0.0, power, len(samples)).astype(np.float32)
    return hissing


def rounded(samples: Samples) -> Samples:
    """Return samples as a 16-bit file keeps them."""
    return np.round(np.clip(samples, -1, 1) * 32767).astype(np.float32) / np.float32(32767)


def pcm(samples: Samples) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes()


def noise() -> None:
    print("\nWhat is no English speech: words believed, and the posteriors of what was heard")
    print("| sound | s | words | posterior |\n|---|---|---|---|")
    recogniser = PocketSphinx()
    for label, samples in not_speech():
        heard = hear(recogniser, samples)
        spread = "nothing heard"
        if heard.posteriors:
            spread = f"{min(heard.posteriors):.2f}–{max(heard.posteriors):.2f}"
        print(f"| {label} | {seconds(samples):.0f} | {len(heard.words)} | {spread} |", flush=True)


def not_speech(length_s: float = 8.0) -> Iterator[tuple[str, Samples]]:
    """Yield noises, tones and speech that is none."""
    draw = np.random.default_rng(3)
    count = round(length_s * RATE_HZ)
    t = np.arange(count) / RATE_HZ
    white = draw.normal(0, 0.2, count)
    gusts = 0.5 + 0.5 * np.sin(2 * np.pi * 0.4 * t)
    yield "white noise", white.astype(np.float32)
    yield "white noise in gusts", (white * gusts).astype(np.float32)
    rumble = np.cumsum(white)
    rumble -= np.convolve(rumble, np.ones(4001) / 4001, mode="same")
    yield "rumble", (0.3 * rumble / np.abs(rumble).max()).astype(np.float32)
    hum = np.sum([np.sin(2 * np.pi * 50 * n * t) / n for n in range(1, 12)], axis=0)
    yield "hum of 50 Hz", (0.2 * hum).astype(np.float32)
    knocks = white * np.exp(-30 * (t % 0.7))
    yield "knocks", knocks.astype(np.float32)
    glide = 2 * np.pi * (500 - 300 * (t % 1.1)) * t
    barks = np.sum([np.sin(n * glide) / n for n in range(1, 8)], axis=0)
    yield "barks", (0.3 * barks * np.exp(-9 * (t % 1.1))).astype(np.float32)
    scale = 220 * 2 ** (draw.integers(0, 24, count // 4000 + 1) / 12)
    notes = np.repeat(scale, 4000)[:count]
    phase = 2 * np.pi * np.cumsum(notes) / RATE_HZ
    chords = np.sum([np.sin(n * phase) / n for n in (1, 2, 3, 4)], axis=0)
    yield "notes at random", (0.2 * chords).astype(np.float32)
    yield "English backwards", np.ascontiguousarray(reading("slt")[: 20 * RATE_HZ][::-1])
    if shutil.which("espeak-ng"):
        yield "Chinese (espeak-ng)", chinese()


def chinese() -> Samples:
    text = "会议在上午九点半开始。水泵在三月订购，七个星期以后送到。河上的旧桥冬天关闭。"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run(["espeak-ng", "-v", "cmn", "-w", str(path), text], check=True)
        return sound_of(path)


def recordings(folder: Path) -> None:
    """Print what is heard of real recordings."""
    lines = (folder / "metadata.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    spoken = [e for e in entries if e.get("transcription") and e.get("language", "en") == "en"]
    silent = [e for e in entries if not e.get("transcription")]
    if spoken:
        print("\nRead aloud: the whole way")
        sounds = [sound_of(folder / e["file_name"]) for e in spoken]
        first = dict(list(SETTINGS.items())[:2])
        compare(first, sounds, [e["transcription"] for e in spoken], whole=False)
    if silent:
        heard = [hear(PocketSphinx(), sound_of(folder / e["file_name"])) for e in silent]
        quiet = sum(not h.words for h in heard)
        print(f"\nNot speech: {len(silent)} recordings; no word was believed in {quiet}")


PARTS: Mapping[str, Callable[[], None]] = {
    "settings": settings,
    "voices": voices,
    "pauses": pauses,
    "level": level,
    "noise": noise,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--folder", type=Path, help="real recordings, measured as well")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"no part is called {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    if shutil.which("flite") is None:
        sys.exit("flite, which says the sentences, is not installed: apt install flite")
    for part in arguments.parts or ([] if arguments.folder else PARTS):
        PARTS[part]()
    if arguments.folder:
        recordings(arguments.folder)


if __name__ == "__main__":
    main()
