"""Tiny models of late interaction over pages, saved as published ones are."""

from __future__ import annotations

import torch
from transformers import (
    ColModernVBertConfig,
    ColModernVBertForRetrieval,
    ColModernVBertProcessor,
    ColPaliConfig,
    ColPaliForRetrieval,
    ColPaliProcessor,
    ColQwen2Config,
    ColQwen2ForRetrieval,
    ColQwen2Processor,
)
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

from tests.encode.tiny_models import letter_tokenizer, noisy, save

WIDTH = 8
TEXT = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}


def tokenizer(*special, side="right", **more):
    made = letter_tokenizer(window=10_000, start=False, side=side, **more)
    made.add_special_tokens({"additional_special_tokens": list(special)})
    return made


def colqwen2(folder, seed=0):
    words = tokenizer("<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>")
    words.add_special_tokens({"additional_special_tokens": ["<|image_pad|>", "<|endoftext|>"]})
    vlm = {
        "model_type": "qwen2_vl",
        "text_config": {
            **TEXT,
            "vocab_size": len(words),
            "rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2]},
            "max_position_embeddings": 512,
        },
        "vision_config": {
            "depth": 1,
            "embed_dim": 16,
            "hidden_size": 32,
            "num_heads": 2,
            "mlp_ratio": 2,
            "patch_size": 4,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
        },
        "image_token_id": words.convert_tokens_to_ids("<|image_pad|>"),
        "vision_start_token_id": words.convert_tokens_to_ids("<|vision_start|>"),
        "vision_end_token_id": words.convert_tokens_to_ids("<|vision_end|>"),
    }
    torch.manual_seed(seed)
    model = noisy(ColQwen2ForRetrieval(ColQwen2Config(vlm_config=vlm, embedding_dim=WIDTH)), seed)
    pictures = Qwen2VLImageProcessorPil(
        patch_size=4, merge_size=2, temporal_patch_size=2, min_pixels=64, max_pixels=1024
    )
    processor = ColQwen2Processor(pictures, words)
    save(folder, model, processor)
    return model, processor


def colpali(folder, seed=0):
    words = tokenizer("<image>")
    vlm = {
        "model_type": "paligemma",
        "text_config": {
            **TEXT,
            "model_type": "gemma",
            "head_dim": 8,
            "vocab_size": len(words) + 1152,
            "pad_token_id": 0,
        },
        "vision_config": {
            "model_type": "siglip_vision_model",
            "hidden_size": 16,
            "intermediate_size": 24,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": 16,
            "patch_size": 8,
            "projection_dim": 32,
        },
        "image_token_id": words.convert_tokens_to_ids("<image>"),
        "projection_dim": 32,
        "hidden_size": 32,
    }
    torch.manual_seed(seed)
    model = noisy(ColPaliForRetrieval(ColPaliConfig(vlm_config=vlm, embedding_dim=WIDTH)), seed)
    pictures = SiglipImageProcessorPil(size={"height": 16, "width": 16})
    pictures.image_seq_length = 4
    processor = ColPaliProcessor(pictures, words)
    save(folder, model, processor)
    return model, processor


def colmodernvbert(folder, seed=0):
    places = [f"<row_{i}_col_{j}>" for i in range(1, 7) for j in range(1, 7)]
    words = tokenizer("<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>")
    words.add_special_tokens({"additional_special_tokens": places})
    text = {name: value for name, value in TEXT.items() if name != "num_key_value_heads"}
    vlm = {
        "model_type": "modernvbert",
        "text_config": {
            **text,
            "model_type": "modernbert",
            "vocab_size": len(words),
            "pad_token_id": 0,
            "max_position_embeddings": 1024,
        },
        "vision_config": {
            "model_type": "siglip_vision_model",
            "hidden_size": 16,
            "intermediate_size": 24,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": 16,
            "patch_size": 4,
        },
        "pixel_shuffle_factor": 2,
        "image_token_id": words.convert_tokens_to_ids("<image>"),
    }
    torch.manual_seed(seed)
    config = ColModernVBertConfig(vlm_config=vlm, embedding_dim=WIDTH)
    model = noisy(ColModernVBertForRetrieval(config), seed)
    pictures = Idefics3ImageProcessorPil(
        size={"longest_edge": 32}, max_image_size={"longest_edge": 16}
    )
    processor = ColModernVBertProcessor(pictures, words, image_seq_len=4)
    save(folder, model, processor)
    return model, processor


PAGES = {"colqwen2": colqwen2, "colmodernvbert": colmodernvbert, "colpali": colpali}
