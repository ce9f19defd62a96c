"""Where and in which arithmetic torch runs a model."""

import logging

import pytest
import torch
from transformers.utils import logging as hf_logging

from pincite.config import load_config
from pincite.encode import torch_model
from pincite.encode.torch_model import device_of, quietly, running


def config(**settings):
    return load_config(settings, environ={})


def test_the_processor_computes_in_full_precision_and_holds_no_gradients():
    with running(torch.device("cpu"), config()):
        assert torch.is_inference_mode_enabled()
        assert not torch.is_autocast_enabled("cpu")
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32
    assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize(
    ("has_bfloat16", "wide", "half"),
    [
        (True, False, torch.bfloat16),
        (True, True, torch.bfloat16),
        (False, False, torch.float16),
        (False, True, None),
    ],
)
def test_a_gpu_halves_what_fits(monkeypatch, has_bfloat16, wide, half):
    """Numbers of T5 leave the range of float16; bfloat16 has that of float32."""
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **options: has_bfloat16)
    assert torch_model._half(torch.device("cuda"), wide) is half
    assert torch_model._half(torch.device("cpu"), wide) is None


def test_threads_are_those_of_the_settings():
    before = torch.get_num_threads()
    try:
        with running(torch.device("cpu"), config(threads=1)):
            assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_a_named_device_is_taken_and_auto_is_what_there_is():
    assert device_of(config(device="cpu")).type == "cpu"
    there = "cuda" if torch.cuda.is_available() else "mps"
    if not torch.cuda.is_available() and not torch.backends.mps.is_available():
        there = "cpu"
    assert device_of(config()).type == there


def test_transformers_speaks_again_afterwards():
    hf_logging.set_verbosity(logging.INFO)
    hf_logging.enable_progress_bar()
    try:
        with quietly():
            assert hf_logging.get_verbosity() == logging.ERROR
            assert not hf_logging.is_progress_bar_enabled()
        assert hf_logging.get_verbosity() == logging.INFO
        assert hf_logging.is_progress_bar_enabled()
    finally:
        hf_logging.set_verbosity_warning()
