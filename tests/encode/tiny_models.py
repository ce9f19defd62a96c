"""Tiny models of Transformers with random weights, saved as the hub has them."""

from __future__ import annotations

import warnings

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    AutoModel,
    AutoModelForTextEncoding,
    BertConfig,
    BertModel,
    ChineseCLIPConfig,
    ChineseCLIPModel,
    CLIPConfig,
    CLIPModel,
    GPT2Config,
    GPT2Model,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2Model,
    RobertaConfig,
    RobertaModel,
    Siglip2Config,
    Siglip2Model,
    SiglipConfig,
    SiglipModel,
    T5Config,
    T5EncoderModel,
)
from transformers.models.chinese_clip.image_processing_pil_chinese_clip import (
    ChineseCLIPImageProcessorPil,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.siglip2.image_processing_pil_siglip2 import Siglip2ImageProcessorPil

from pincite.encode.torch_model import quietly

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789?!.,"
SPECIAL = ["<pad>", "<unk>", "<start>", "<end>"]
VOCABULARY = len(SPECIAL) + len(LETTERS)
SMALL = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "initializer_range": 0.5,
    "attention_dropout": 0.0,
}
VISION = {**SMALL, "image_size": 24, "patch_size": 8}


def letter_tokenizer(window=24, *, start=True, side="right", **more):
    """Small letters one by one, between <start> and <end>."""
    made = Tokenizer(
        models.WordLevel({t: i for i, t in enumerate([*SPECIAL, *LETTERS])}, unk_token="<unk>")
    )
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Split("", "isolated")]
    )
    made.post_processor = processors.TemplateProcessing(
        single="<start> $A <end>" if start else "$A <end>",
        special_tokens=[("<start>", 2), ("<end>", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<pad>",
        unk_token="<unk>",
        bos_token="<start>",
        eos_token="<end>",
        model_max_length=window,
        padding_side=side,
        **more,
    )


def save(folder, *parts):
    """Write models, tokenizers and processors into one directory."""
    with quietly():
        for part in parts:
            part.save_pretrained(folder)
    return folder


def noisy(model, seed=0):
    """Weights that differ enough for different things to differ; evaluation mode."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "norm" not in name.lower() and "logit" not in name:
                spread = 2.0 if "word_embeddings" in name else 0.3
                weights.copy_(torch.randn(weights.shape, generator=generator) * spread)
    return model.eval()


def _clip_text(**more):
    return {
        **SMALL,
        "vocab_size": VOCABULARY,
        "max_position_embeddings": 24,
        "pad_token_id": 0,
        "bos_token_id": 2,
        "eos_token_id": 3,
        **more,
    }


def clip(folder, seed=0):
    made = CLIPModel(CLIPConfig(text_config=_clip_text(), vision_config=VISION, projection_dim=12))
    processor = CLIPImageProcessorPil(
        size={"shortest_edge": 24}, crop_size={"height": 24, "width": 24}
    )
    return save(folder, noisy(made, seed), processor, letter_tokenizer())


def siglip(folder, seed=0):
    config = SiglipConfig(text_config=_clip_text(), vision_config=VISION)
    processor = SiglipImageProcessorPil(size={"height": 24, "width": 24})
    tokenizer = letter_tokenizer(start=False, model_input_names=["input_ids"])
    return save(folder, noisy(SiglipModel(config), seed), processor, tokenizer)


def siglip2(folder, seed=0):
    vision = {**SMALL, "patch_size": 4, "num_patches": 16}
    config = Siglip2Config(text_config=_clip_text(), vision_config=vision)
    processor = Siglip2ImageProcessorPil(patch_size=4, max_num_patches=12)
    tokenizer = letter_tokenizer(start=False, model_input_names=["input_ids"])
    return save(folder, noisy(Siglip2Model(config), seed), processor, tokenizer)


def chinese_clip(folder, seed=0):
    text = {**SMALL, "vocab_size": VOCABULARY, "max_position_embeddings": 24, "pad_token_id": 0}
    config = ChineseCLIPConfig(text_config=text, vision_config=VISION, projection_dim=12)
    processor = ChineseCLIPImageProcessorPil(
        size={"shortest_edge": 24}, crop_size={"height": 24, "width": 24}
    )
    return save(folder, noisy(ChineseCLIPModel(config), seed), processor, letter_tokenizer())


IMAGE_TEXT = {"clip": clip, "siglip": siglip, "siglip2": siglip2, "chinese-clip": chinese_clip}


class Called(torch.nn.Module):
    """What is exported: a function of a model, so that its weights are found."""

    def __init__(self, model, function):
        super().__init__()
        self.model, self.function = model, function

    def forward(self, *inputs):
        return self.function(self.model, *inputs)


def export(module, inputs, file, output):
    """Write an ONNX file of a model, batch and length left open.

    Args:
        module: Takes the inputs by place.
        inputs: Tensor by name.
        file: Where to.
        output: Name of what comes out.
    """
    file.parent.mkdir(exist_ok=True)
    axes = {name: {0: "n", 1: "s"} if t.ndim == 2 else {0: "n"} for name, t in inputs.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing says much of what it takes for constant
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            file,
            input_names=list(inputs),
            output_names=[output],
            dynamic_axes=axes,
            dynamo=False,
        )


def export_image_text(folder, name):
    """Write text_model.onnx and vision_model.onnx beside a model of `IMAGE_TEXT`, as the hub does.

    NaFlex is left out: its sizes vary by picture, which tracing cannot follow.
    """
    with quietly():
        model = AutoModel.from_pretrained(folder)
    projected = name != "siglip"
    ids = torch.tensor([[2, 5, 6, 3, 0, 0]] * 2)
    texts = {"input_ids": ids}
    if projected:
        texts["attention_mask"] = (ids > 0).long()
    else:
        texts["input_ids"] = torch.nn.functional.pad(ids, (0, 18))
    export(
        Called(
            model,
            lambda m, ids, mask=None: (
                m.get_text_features(input_ids=ids, attention_mask=mask).pooler_output
            ),
        ),
        texts,
        folder / "onnx" / "text_model.onnx",
        "text_embeds" if projected else "pooler_output",
    )
    export(
        Called(model, lambda m, pixels: m.get_image_features(pixel_values=pixels).pooler_output),
        {"pixel_values": torch.zeros(2, 3, 24, 24)},
        folder / "onnx" / "vision_model.onnx",
        "image_embeds" if projected else "pooler_output",
    )


TEXT = {
    "vocab_size": VOCABULARY,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 40,
    "pad_token_id": 0,
}


def bert(folder, seed=0):
    model = BertModel(BertConfig(**TEXT), add_pooling_layer=False)
    return save(folder, noisy(model, seed), letter_tokenizer(40))


def roberta(folder, seed=0):
    model = RobertaModel(RobertaConfig(**{**TEXT, "pad_token_id": 0}), add_pooling_layer=False)
    return save(folder, noisy(model, seed), letter_tokenizer(1_000))


def t5(folder, seed=0):
    config = T5Config(vocab_size=VOCABULARY, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2)
    return save(folder, noisy(T5EncoderModel(config), seed), letter_tokenizer(start=False))


def gpt2(folder, seed=0, side="left"):
    config = GPT2Config(vocab_size=VOCABULARY, n_embd=16, n_layer=2, n_head=2, n_positions=40)
    return save(folder, noisy(GPT2Model(config), seed), letter_tokenizer(1_000, side=side))


def qwen2(folder, seed=0):
    config = Qwen2Config(**TEXT, num_key_value_heads=1)
    return save(folder, noisy(Qwen2Model(config), seed), letter_tokenizer(1_000, side="left"))


TEXT_MODELS = {"bert": bert, "roberta": roberta, "t5": t5, "gpt2": gpt2, "qwen2": qwen2}


def sentence(folder, *, pooling="mean", dense=True, prompts=None, seed=0):
    """A model of Sentence Transformers: BERT, a pooling, and a dense layer."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    torch.manual_seed(seed)
    inner = bert(folder.with_name(f"{folder.name}-inner"), seed)
    with quietly():
        modules = [Transformer(str(inner)), Pooling(16, pooling)]
        modules += [Dense(16, 8)] if dense else []
        made = SentenceTransformer(modules=[*modules, Normalize()], prompts=prompts, device="cpu")
        made.save_pretrained(str(folder))
    return folder


def export_text(folder):
    """Write model.onnx beside a text model, as the hub does."""
    with quietly():
        found = AutoModelForTextEncoding if "t5" in str(folder.name) else AutoModel
        model = found.from_pretrained(folder)
    ids = torch.tensor([[2, 5, 6, 3, 0, 0]] * 2)
    export(
        Called(
            model,
            lambda m, ids, mask: m(input_ids=ids, attention_mask=mask).last_hidden_state,
        ),
        {"input_ids": ids, "attention_mask": (ids > 0).long()},
        folder / "onnx" / "model.onnx",
        "last_hidden_state",
    )
