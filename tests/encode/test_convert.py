"""Weights to graph: what is refused, and what the graph is made of."""

import json
import struct

import numpy as np
import onnx
import pytest
from safetensors.numpy import save

from pincite.encode.convert import to_onnx
from pincite.encode.quantize import by_column, eased
from pincite.encode.weights import Weights
from pincite.errors import ModelMismatch
from tests.encode import tiny

MODEL = tiny.entry(tiny.files())


def safetensors(header: object, data: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


FOUR = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            safetensors({"a": {**FOUR, "data_offsets": [0, 1 << 40]}}, bytes(16)),
            id="reaches past the end",
        ),
        pytest.param(
            safetensors({"a": {**FOUR, "shape": [1 << 40]}}, bytes(16)),
            id="shape larger than the data",
        ),
        pytest.param(safetensors({"a": FOUR, "b": FOUR}, bytes(16)), id="two tensors share bytes"),
        pytest.param(safetensors({"a": FOUR}, bytes(64)), id="bytes that belong to no tensor"),
        pytest.param(struct.pack("<Q", 1 << 62) + b"{}", id="header longer than the file"),
        pytest.param(safetensors(b"[" * 5000, b""), id="header is no object"),
        pytest.param(b"\x80\x04\x95K\x00\x00\x00", id="a pickle"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_header_that_lies_is_refused(data):
    with pytest.raises(ModelMismatch, match="no valid safetensors file"):
        Weights.read(data)


def without(name):
    return {key: value for key, value in tiny.tensors().items() if key != name}


def changed(name, value):
    return {**tiny.tensors(), name: np.asarray(value, np.float32)}


QUERY = "encoder.layer.1.attention.self.query"


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        (without(f"{QUERY}.bias"), rf"no tensor '{QUERY}.bias'"),
        (changed(f"{QUERY}.bias", [1, 2]), r"has the shape \(2,\), expected \(32\)"),
        (changed(f"{QUERY}.weight", np.zeros((32, 31))), r"\(32, 31\), expected \(32, 32\)"),
        (changed(f"{QUERY}.bias", [np.nan] * 32), "not finite"),
        ({k: v for k, v in tiny.tensors().items() if "layer.0." not in k}, r"found \[1\]"),
        ({k: v for k, v in tiny.tensors().items() if "layer." not in k}, "found none"),
    ],
)
def test_weights_of_something_else_are_refused_by_name(tensors, message):
    with pytest.raises(ModelMismatch, match=message):
        to_onnx(Weights.read(save(tensors)), MODEL, "fp32")


def test_a_width_that_heads_cannot_share_is_refused():
    with pytest.raises(ModelMismatch, match="32 cannot be shared among 5 heads"):
        to_onnx(Weights(tiny.tensors()), tiny.entry(tiny.files(), heads=5), "fp32")


def test_names_with_the_prefix_of_a_whole_bert_are_read_too():
    """Checkpoints saved from a larger model carry `bert.` before every name."""
    prefixed = {f"bert.{name}": value for name, value in tiny.tensors().items()}
    assert to_onnx(Weights.read(save(prefixed)), MODEL, "fp32") == to_onnx(
        Weights(tiny.tensors()), MODEL, "fp32"
    )


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_the_graph_uses_standard_operators_only(precision):
    """So that any runtime loads it, and a file cannot smuggle in code of its own."""
    model = onnx.load_from_string(to_onnx(Weights(tiny.tensors()), MODEL, precision))
    assert {node.domain for node in model.graph.node} <= {"", "ai.onnx"}
    integer = [node for node in model.graph.node if node.op_type == "MatMulInteger"]
    exact = tiny.LAYERS // 2  # the last products of the first layers stay in floats
    assert len(integer) == (4 * tiny.LAYERS - exact if precision == "int8" else 0)


def test_rounding_errs_by_half_a_step_of_its_own_column():
    weight = np.array([[100.0, 0.01], [-50.0, 0.02], [3.0, -0.005]], np.float32)
    rounded, scales = by_column(weight)
    assert rounded.dtype == np.int8
    assert (np.abs(rounded * scales - weight) <= scales / 2 * 1.0001).all()


def test_a_column_of_zeros_stays_zero():
    rounded, scales = by_column(np.zeros((3, 2), np.float32))
    assert (rounded * scales == 0).all()
    assert np.isfinite(scales).all()


def test_easing_changes_no_product_and_lets_it_be_rounded_better():
    """One wide column of an activation, as normalisation makes them, spoils the scale of all."""
    draw = np.random.default_rng(0)
    spread = np.where(np.arange(64) == 7, 50.0, 1.0).astype(np.float32)
    x = draw.normal(size=(200, 64)).astype(np.float32) * spread
    weight = draw.normal(size=(64, 16)).astype(np.float32)

    def rounded(x):
        scale = np.abs(x).max() / 127
        return np.rint(x / scale) * scale

    easier, factors = eased(weight, spread)
    exact = x @ weight
    np.testing.assert_allclose((x * factors) @ easier, exact, rtol=1e-3, atol=1e-3)
    worse = np.abs(rounded(x) @ weight - exact).mean()
    assert np.abs(rounded(x * factors) @ easier - exact).mean() < worse / 3
