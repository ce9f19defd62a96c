"""Building an ONNX graph node by node.

Only operators of the ONNX standard are used, so that any runtime can load the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, checker, helper, numpy_helper

from pincite.encode.quantize import by_column, eased
from pincite.types import Vectors

_OPSET = 20  # the first with Gelu
_IR_VERSION = 9


class Graph:
    """A graph under construction: each method adds nodes and returns the name of their output."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        """A tensor of the file."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def shape(self, *lengths: int) -> str:
        """A short list of whole numbers, for operators that take a shape or axes."""
        name = "shape_" + "_".join(str(length) for length in lengths)
        return self.constant(name, np.array(lengths, np.int64))

    def add(self, kind: str, *inputs: str, out: str = "", **attributes: Any) -> str:
        """One operator with one output."""
        output = out or f"x{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def add_many(self, kind: str, *inputs: str, outputs: int, **attributes: Any) -> list[str]:
        """One operator with several outputs."""
        names = [f"x{len(self._nodes)}_{index}" for index in range(outputs)]
        self._nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names

    def product(self, x: str, name: str, weight: Vectors) -> str:
        """Nodes for x (t, d) · weight (d, f)."""
        return self.add("MatMul", x, self.constant(f"{name}.weight", weight))

    def integer_product(self, x: str, name: str, weight: Vectors, spread: Vectors | None) -> str:
        """Nodes for x (t, d) · weight (d, f) in eight-bit integers.

        The weights are rounded here, with a scale for each column; x when it is known, with one
        scale for all of it. Where the `spread` of x, (d,), is known, x is evened out before.
        """
        if spread is not None:
            weight, factors = eased(weight, spread)
            x = self.add("Mul", x, self.constant(f"{name}.ease", factors))
        rounded, scales = by_column(weight)
        x8, x_scale, x_zero = self.add_many("DynamicQuantizeLinear", x, outputs=3)
        total = self.add("MatMulInteger", x8, self.constant(f"{name}.int8", rounded), x_zero)
        scale = self.add("Mul", x_scale, self.constant(f"{name}.scale", scales))
        return self.add("Mul", self.add("Cast", total, to=TensorProto.FLOAT), scale)

    def file(self, inputs: Sequence[str], output: str, width: int) -> bytes:
        """Return the ONNX file: int64 inputs (t,), one float output (width,)."""
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info(name, TensorProto.INT64, ["t"]) for name in inputs],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, [width])],
            list(self._constants.values()),
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
            producer_name="pincite",
        )
        checker.check_model(model)
        return bytes(model.SerializeToString())
