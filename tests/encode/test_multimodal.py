"""Models of several modalities, saved by Sentence Transformers, against plain Transformers."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sentence_transformers", minversion="6.2")

import torch
from PIL import Image
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from transformers import (
    AutoProcessor,
    CLIPModel,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaModel,
    LlavaProcessor,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from pincite.content import Picture, Sound
from pincite.encode import encoders
from pincite.encode.family import family_of
from pincite.encode.multimodal import MultimodalEncoder
from pincite.encode.torch_model import quietly
from pincite.errors import ModelMismatch, NotFound
from pincite.testing import EncoderContract
from pincite.testing.samples import SAMPLES, hiss, tone
from tests.encode.test_clap import extractor as clap_extractor
from tests.encode.test_clap import plain, save_clap
from tests.encode.tiny_models import SMALL, VISION, clip, letter_tokenizer, noisy, save

CHAT = (
    "{% for m in messages %}{% for part in m['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endfor %}"
)


def llava(folder):
    """A language model that sees: pictures and words go through one chat template."""
    words = letter_tokenizer(window=512, side="left")
    words.add_special_tokens({"additional_special_tokens": ["<image>"]})
    config = LlavaConfig(
        text_config={
            **SMALL,
            "model_type": "llama",
            "vocab_size": len(words),
            "num_key_value_heads": 2,
            "pad_token_id": 0,
        },
        vision_config={**VISION, "model_type": "clip_vision_model"},
        image_token_id=words.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
    )
    model = noisy(LlavaForConditionalGeneration(config))
    pictures = CLIPImageProcessorPil(
        size={"shortest_edge": 24}, crop_size={"height": 24, "width": 24}
    )
    processor = LlavaProcessor(
        pictures,
        words,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHAT,
    )
    save(folder, model, processor)


def saved_by_library(folder, make, *more):
    with quietly():
        make(folder / "plain")
        modules = [Transformer(str(folder / "plain")), *more]
        SentenceTransformer(modules=modules, device="cpu").save(str(folder / "saved"))
    return folder / "saved"


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory):
    return saved_by_library(tmp_path_factory.mktemp("clip"), clip)


@pytest.fixture(scope="module")
def clap_folder(tmp_path_factory):
    return saved_by_library(tmp_path_factory.mktemp("clap"), save_clap)


@pytest.fixture(scope="module")
def llava_folder(tmp_path_factory):
    last = Pooling(16, pooling_mode="lasttoken")
    return saved_by_library(tmp_path_factory.mktemp("llava"), llava, last, Normalize())


class TestClipBased(EncoderContract):
    @pytest.fixture(autouse=True)
    def of_directory(self, clip_folder):
        self.folder = clip_folder

    def encoder(self):
        return encoders.create("multimodal", directory=self.folder)


class TestClapBased(EncoderContract):
    @pytest.fixture(autouse=True)
    def of_directory(self, clap_folder):
        self.folder = clap_folder

    def encoder(self):
        return encoders.create("multimodal", directory=self.folder)


class TestOnALanguageModelThatSees(EncoderContract):
    @pytest.fixture(autouse=True)
    def of_directory(self, llava_folder):
        self.folder = llava_folder

    def encoder(self):
        return encoders.create("multimodal", directory=self.folder)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def clip_texts(folder, texts):
    inputs = letter_tokenizer()(texts, padding=True, truncation=True, return_tensors="pt")
    with torch.no_grad():
        return CLIPModel.from_pretrained(folder).get_text_features(**inputs).pooler_output.numpy()


def test_it_reads_what_the_model_says_it_reads(clip_folder, clap_folder, llava_folder):
    """And footage, by its frames, where it reads pictures."""
    read = [MultimodalEncoder(f).modalities for f in (clip_folder, clap_folder, llava_folder)]
    assert read == [{"text", "image", "video"}, {"text", "audio"}, {"text", "image", "video"}]


def test_texts_and_pictures_are_those_of_transformers(clip_folder):
    model = CLIPModel.from_pretrained(clip_folder)
    pictures = [Image.fromarray(p.pixels) for p in SAMPLES["image"]]
    inputs = AutoProcessor.from_pretrained(clip_folder).image_processor(
        pictures, return_tensors="pt"
    )
    with torch.no_grad():
        seen = model.get_image_features(**inputs).pooler_output.numpy()
    texts = list(EncoderContract.texts)
    made = MultimodalEncoder(clip_folder)
    np.testing.assert_allclose(made.encode(SAMPLES["image"]), unit(seen), atol=1e-5)
    read = unit(clip_texts(clip_folder, texts))
    np.testing.assert_allclose(made.encode(texts), read, atol=1e-5)


def test_a_text_that_is_the_address_of_a_picture_is_a_text(clip_folder, tmp_path):
    """Nothing is fetched and no file is opened because a document names it."""
    file = tmp_path / "fox.png"
    Image.fromarray(SAMPLES["image"][0].pixels).save(file)
    texts = [str(file), "https://fox.invalid/fox.png", "data:image/png;base64,abc"]
    found = MultimodalEncoder(clip_folder).encode(texts)
    np.testing.assert_allclose(found, unit(clip_texts(clip_folder, texts)), atol=1e-5)


def test_footage_is_the_mean_of_its_frames(clip_folder):
    made, film = MultimodalEncoder(clip_folder), SAMPLES["video"][0]
    mean = made.encode([Picture(frame) for frame in film.frames]).mean(axis=0)
    np.testing.assert_allclose(made.encode([film])[0], unit(mean), atol=1e-5)


def test_sounds_are_read_at_the_rate_and_length_of_the_model(clap_folder):
    """1.6 seconds, of which it reads one at most, are two windows of 0.8."""
    model = SentenceTransformer(str(clap_folder), device="cpu", local_files_only=True)[0].auto_model
    parts = [tone(300, 0.8).samples, hiss(0.8).samples]
    halves = [plain(model, clap_extractor(False), part) for part in parts]
    [found] = MultimodalEncoder(clap_folder).encode([Sound(np.concatenate(parts), 16_000)])
    np.testing.assert_allclose(found, unit(np.mean(unit(np.stack(halves)), axis=0)), atol=1e-5)


def test_a_picture_goes_through_the_chat_template(llava_folder):
    model = LlavaModel.from_pretrained(llava_folder).eval()
    processor = AutoProcessor.from_pretrained(llava_folder)
    page = SAMPLES["image"][0]
    inputs = processor(text="<image>", images=Image.fromarray(page.pixels), return_tensors="pt")
    with torch.no_grad():
        last = model(**inputs).last_hidden_state[0, -1].numpy()
    [found] = MultimodalEncoder(llava_folder).encode([page])
    np.testing.assert_allclose(found, unit(last), atol=1e-5)


def test_a_text_that_names_the_picture_token_asks_for_no_picture(llava_folder):
    found = MultimodalEncoder(llava_folder).encode(["a <image> b", "a   b"])
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)


def test_a_question_is_read_behind_the_prompt_of_questions(tmp_path, clip_folder):
    with quietly():
        model = SentenceTransformer(str(clip_folder), device="cpu", prompts={"query": "find "})
        model.save(str(tmp_path))
    made = MultimodalEncoder(tmp_path)
    [asked] = made.encode(["fox"], role="query")
    np.testing.assert_allclose(asked, made.encode(["find fox"])[0], atol=1e-5)
    assert float(np.abs(asked - made.encode(["fox"])[0]).max()) > 0.01


def test_it_is_known_by_its_files(clip_folder, llava_folder):
    assert family_of(clip_folder) == family_of(llava_folder) == "multimodal"


def test_a_model_that_cannot_be_had_says_why(clip_folder, tmp_path):
    with pytest.raises(NotFound, match="no such directory"):
        MultimodalEncoder(tmp_path / "absent")
    clip(tmp_path)
    with pytest.raises(NotFound, match=r"no modules\.json"):
        MultimodalEncoder(tmp_path)
    (tmp_path / "modules.json").write_bytes((clip_folder / "modules.json").read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(ModelMismatch, match="cannot be loaded"):
        MultimodalEncoder(tmp_path)


def test_code_of_a_model_is_not_run(clip_folder, tmp_path):
    ran = tmp_path / "ran"
    (tmp_path / "own.py").write_text(f"open({str(ran)!r}, 'w')\nclass Own: ...\n")
    for file in clip_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "modules.json").write_text(
        '[{"idx": 0, "name": "0", "path": "", "type": "own.Own"}]'
    )
    with pytest.raises(ModelMismatch, match="no code of a model is run"):
        MultimodalEncoder(tmp_path)
    assert not ran.exists()
