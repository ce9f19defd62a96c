"""Speech to words, and what is not speech to none."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pincite.errors import MissingModel, UnknownPlugin, UsageError
from pincite.ingest.sound import RATE_HZ, Chunk
from pincite.ingest.speech import Word, choose_recogniser, listen, recognisers, transcribe_file
from pincite.ingest.speech_pocketsphinx import is_speech
from pincite.types import Problem
from tests.ingest.recordings import settings, silence, spoken, tone, write_sound

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
SAID = "The station was rebuilt in two thousand and twelve. It serves the whole city."
RNG = np.random.default_rng(3)


def heard(samples, language=""):
    recogniser = choose_recogniser(settings(language=language))
    chunks = iter([Chunk(0.0, samples)])
    return [word for words in listen(chunks, recogniser, language) for word in words]


def test_clear_english_is_read_word_by_word():
    words = [word.text for word in heard(spoken(SAID))]
    assert words[:8] == ["the", "station", "was", "rebuilt", "in", "two", "thousand", "and"]
    assert "city" in words


def test_words_carry_the_second_of_the_recording():
    sound = np.concatenate([silence(30.0), spoken(SAID)])
    early, late = heard(spoken(SAID)), heard(sound)
    assert [w.text for w in early] == [w.text for w in late]
    shifts = [b.start_s - a.start_s for a, b in zip(early, late, strict=True)]
    assert shifts == pytest.approx([30.0] * len(shifts), abs=0.05)


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(silence(5), id="silence"),
        pytest.param(tone(5), id="a tone"),
        pytest.param((0.2 * RNG.standard_normal(5 * RATE_HZ)).astype(np.float32), id="noise"),
        pytest.param(np.concatenate([tone(0.3, pitch_hz=p) for p in [330, 440, 550, 660] * 4]),
                     id="a tune"),
        pytest.param(silence(0.01), id="a hundredth of a second"),
    ],
)  # fmt: skip
def test_what_is_not_speech_gives_no_words(sound):
    assert heard(sound) == []


def words(confidence, count, length_s=0.3, text="pressure"):
    return [Word(text, i * length_s, (i + 1) * length_s, confidence) for i in range(count)]


def test_doubtful_words_are_refused_unless_the_language_is_stated():
    assert is_speech(words(0.7, 10))
    assert not is_speech(words(0.35, 10))
    assert is_speech(words(0.35, 10), stated=True)
    assert not is_speech(words(0.05, 10), stated=True)


def test_noise_heard_as_a_few_function_words_is_refused():
    assert not is_speech(words(0.9, 3, text="and"))
    assert not is_speech(words(1.0, 1))
    assert is_speech(words(0.9, 3))
    assert not is_speech(words(0.9, 10, length_s=1.2))


def test_a_language_no_recogniser_knows_is_said_so():
    found = choose_recogniser(settings(language="zh"))
    assert isinstance(found, Problem)
    assert found.code == "ASR_UNAVAILABLE"
    assert "'zh'" in found.message
    assert "faster-whisper" in found.next_step


def test_switched_off_is_said_so():
    found = choose_recogniser(settings(asr="none"))
    assert isinstance(found, Problem)
    assert found.code == "ASR_UNAVAILABLE"


def test_an_unknown_recogniser_is_refused_with_a_suggestion():
    with pytest.raises(UnknownPlugin, match="Did you mean 'pocketsphinx'"):
        choose_recogniser(settings(asr="pocketsfinx"))


def test_sentence_ends_are_likelier_where_sentences_end():
    recogniser = recognisers.create("pocketsphinx")
    end = recogniser.sentence_odds(["last", "year"], ["most", "of"])
    middle = recogniser.sentence_odds(["at", "the"], ["main", "valve"])
    assert end > 0 > middle


def test_a_file_is_transcribed_in_one_call(tmp_path):
    path = write_sound(tmp_path / "s.wav", spoken(SAID))
    assert [w.text for w in transcribe_file(path, settings())][:3] == ["the", "station", "was"]


@pytest.fixture(scope="module")
def tiny_whisper(tmp_path_factory):
    """A Whisper of random weights, saved the way real ones are."""
    transformers = pytest.importorskip("transformers", reason="the extra torch is not installed")
    folder = tmp_path_factory.mktemp("whisper")
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(b) for b in printable] + [chr(256 + n) for n in range(256 - len(printable))]
    (folder / "vocab.json").write_text(json.dumps({c: i for i, c in enumerate(letters)}), "utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", "utf-8")
    tokens = transformers.WhisperTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))
    marks = "endoftext startoftranscript en zh translate transcribe startoflm startofprev nospeech"
    stamps = [f"{i * 0.02:.2f}" for i in range(1501)]
    names = [f"<|{m}|>" for m in [*marks.split(), "notimestamps", *stamps]]
    tokens.add_tokens(names, special_tokens=True)
    number = {name[2:-2]: tokens.convert_tokens_to_ids(name) for name in names}
    end = number["endoftext"]
    model = transformers.WhisperForConditionalGeneration(
        transformers.WhisperConfig(
            vocab_size=len(tokens), d_model=16, encoder_layers=1, decoder_layers=1,
            encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=16,
            decoder_ffn_dim=16, decoder_start_token_id=number["startoftranscript"],
            eos_token_id=end, bos_token_id=end, pad_token_id=end,
        )
    )  # fmt: skip
    rules = model.generation_config
    rules._from_model_config = False
    rules.alignment_heads = [[0, 0], [0, 1]]
    rules.no_timestamps_token_id = number["notimestamps"]
    rules.prev_sot_token_id = number["startofprev"]
    rules.is_multilingual = True
    rules.lang_to_id = {f"<|{name}|>": number[name] for name in ("en", "zh")}
    rules.task_to_id = {name: number[name] for name in ("transcribe", "translate")}
    rules.max_length, rules.max_initial_timestamp_index = 40, 1
    rules.suppress_tokens, rules.begin_suppress_tokens = [], [end]
    model.save_pretrained(folder)
    features = transformers.WhisperFeatureExtractor()
    transformers.WhisperProcessor(features, tokens).save_pretrained(folder)
    return folder


def assert_in_order_within(words, start_s, end_s):
    assert all(start_s <= w.start_s <= w.end_s <= end_s for w in words)
    assert all(w.text == w.text.strip() != "" for w in words)


@pytest.mark.filterwarnings("ignore")
def test_whisper_of_transformers_is_loaded_from_a_directory(tiny_whisper):
    recogniser = recognisers.create("transformers-whisper", model=str(tiny_whisper))
    words = recogniser.transcribe(tone(2.0), 100.0, "zh")
    assert words
    assert_in_order_within(words, 100.0, 102.0)


@pytest.mark.filterwarnings("ignore")
def test_faster_whisper_is_loaded_from_a_directory(tiny_whisper, tmp_path):
    converters = pytest.importorskip("ctranslate2", reason="the extra asr is absent").converters
    pytest.importorskip("faster_whisper", reason="the extra asr is not installed")
    converter = converters.TransformersConverter(
        str(tiny_whisper), copy_files=["tokenizer.json", "processor_config.json"]
    )
    converter.convert(str(tmp_path / "ct2"), quantization="float32")
    recogniser = recognisers.create(
        "faster-whisper", model=str(tmp_path / "ct2"), compute_type="float32"
    )
    assert_in_order_within(recogniser.transcribe(tone(2.0), 100.0, "zh"), 100.0, 102.0)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "package"),
    [("faster-whisper", "faster_whisper"), ("transformers-whisper", "transformers")],
)
def test_a_model_that_is_not_there_is_never_downloaded(tmp_path, name, package):
    pytest.importorskip(package, reason="the extra asr is not installed")
    with pytest.raises(MissingModel):
        recognisers.create(name, model=str(tmp_path / "absent"))
    with pytest.raises(UsageError, match=f"{name}:DIRECTORY"):
        recognisers.create(name)


@pytest.mark.nightly
def test_word_error_rate_on_read_speech_stays_in_bounds():
    folder = DATA / "speech-en"
    if not folder.is_dir():
        pytest.skip("the measuring data is not here")
    jiwer = pytest.importorskip("jiwer")
    lines = (folder / "metadata.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    said, read = [], []
    for row in [row for row in rows if row["language"] == "en"][::6]:
        said.append(_plain(row["transcription"]))
        path = folder / row["file_name"]
        read.append(_plain(" ".join(w.text for w in transcribe_file(path, settings()))))
    assert jiwer.wer(said, read) < 0.4


def _plain(text):
    return " ".join("".join(c if c.isalpha() or c == "'" else " " for c in text.lower()).split())


def test_listing_recognisers_imports_none_of_them():
    code = (
        "import sys; from pincite.ingest.speech import recognisers; list(recognisers);"
        "assert not {'pocketsphinx', 'transformers', 'faster_whisper'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
