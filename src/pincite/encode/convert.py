"""BERT weights to an ONNX graph that maps the word pieces of one text to its unit vector.

The graph reads one text, unpadded: a vector cannot depend on the texts it was batched with,
no work is spent on padding, and no mask is needed. Texts run side by side on threads.

Letters: t word pieces, d width, a heads, e width of a head (a·e = d), f inner width.
"""

from __future__ import annotations

import numpy as np

from pincite.encode.entry import Pooling, Precision, TextModel
from pincite.encode.graph import Graph
from pincite.encode.weights import Weights
from pincite.errors import ModelMismatch
from pincite.types import Vectors

_EMBED = "embeddings."
_REACH = 4  # standard deviations a normalised activation hardly exceeds


def to_onnx(weights: Weights, model: TextModel, precision: Precision) -> bytes:
    """Return the ONNX file of a BERT encoder: `input_ids` (t,) int64 to `vector` (d,) float32.

    Pooling and L2 normalisation are in the graph. In int8 only products with weights are done
    in integers; attention, normalisation and the residual sums stay in floats, and so does the
    last product of a layer in the first half of them, whose inputs round worst (decision 0003).

    Raises:
        ModelMismatch: A tensor is missing, or its shape does not fit the others.
    """
    graph = Graph()
    words = weights.get(f"{_EMBED}word_embeddings.weight", None, None)
    width = words.shape[1]
    if width % model.heads:
        raise ModelMismatch(f"a width of {width} cannot be shared among {model.heads} heads")
    bert = _Bert(graph, weights, model, width, integers=precision == "int8")
    states = bert.embed()
    for layer in range(weights.layers):
        early = layer < weights.layers // 2
        states = bert.layer(states, f"encoder.layer.{layer}.", exact=early)
    bert.pool(states, model.pooling)
    return graph.file(["input_ids"], "vector", width)


class _Bert:
    """The equations of BERT (Devlin et al., 2019), each as nodes of a graph."""

    def __init__(
        self, graph: Graph, weights: Weights, model: TextModel, width: int, *, integers: bool
    ) -> None:
        self._graph, self._weights, self._integers = graph, weights, integers
        self._heads, self._epsilon, self._width = model.heads, model.epsilon, width
        self._spread: dict[str, Vectors] = {}  # of normalised states: how far each column reaches

    def embed(self) -> str:
        """Norm(word + place + kind of sentence): (t,) to (t, d). The kind is always the first."""
        graph, width = self._graph, self._width
        words = self._weights.get(f"{_EMBED}word_embeddings.weight", None, width)
        places = self._weights.get(f"{_EMBED}position_embeddings.weight", None, width)
        kinds = self._weights.get(f"{_EMBED}token_type_embeddings.weight", None, width)
        word = graph.add("Gather", graph.constant("words", words), "input_ids")
        table = graph.constant("places", places + kinds[0])
        count = graph.add("Shape", "input_ids")
        place = graph.add("Slice", table, graph.shape(0), count, graph.shape(0))
        return self._normalise(graph.add("Add", word, place), f"{_EMBED}LayerNorm")

    def layer(self, states: str, name: str, *, exact: bool) -> str:
        """One encoder layer: (t, d) to (t, d); `exact` keeps its last product in floats."""
        graph, output = self._graph, f"{name}attention.output"
        mixed = self._linear(self._attend(states, f"{name}attention.self."), f"{output}.dense")
        states = self._normalise(graph.add("Add", mixed, states), f"{output}.LayerNorm")
        inner = graph.add("Gelu", self._linear(states, f"{name}intermediate.dense", rows=None))
        outer = self._linear(inner, f"{name}output.dense", columns=None, exact=exact)
        return self._normalise(graph.add("Add", outer, states), f"{name}output.LayerNorm")

    def pool(self, states: str, pooling: Pooling) -> None:
        """The mean state, or the first, at unit length: (t, d) to (d,)."""
        graph, axis = self._graph, self._graph.shape(0)
        if pooling == "mean":
            pooled = graph.add("ReduceMean", states, axis, keepdims=1)
        else:
            pooled = graph.add("Gather", states, axis)
        unit = graph.add("LpNormalization", pooled, axis=-1, p=2)
        graph.add("Squeeze", unit, axis, out="vector")

    def _attend(self, states: str, name: str) -> str:
        """softmax(Q Kᵀ / √e) V, head by head: (t, d) to (t, d). One product makes Q, K and V."""
        graph, heads, width = self._graph, self._heads, self._width
        scale = np.float32(1 / np.sqrt(width // heads))
        sides = {"query": scale, "key": np.float32(1), "value": np.float32(1)}
        weight = [
            self._weights.get(f"{name}{s}.weight", width, width).T * k for s, k in sides.items()
        ]
        bias = [self._weights.get(f"{name}{s}.bias", width) * k for s, k in sides.items()]
        joined = self._affine(states, f"{name}qkv", np.hstack(weight), np.hstack(bias))
        split = graph.add("Reshape", joined, graph.shape(0, 3, heads, width // heads))
        query, key, value = graph.add_many("Split", split, outputs=3, axis=1, num_outputs=3)
        middle = graph.shape(1)
        query, key, value = (graph.add("Squeeze", part, middle) for part in (query, key, value))
        query, value = (graph.add("Transpose", part, perm=[1, 0, 2]) for part in (query, value))
        scores = graph.add("MatMul", query, graph.add("Transpose", key, perm=[1, 2, 0]))
        mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
        together = graph.add("Transpose", mixed, perm=[1, 0, 2])
        return graph.add("Reshape", together, graph.shape(0, width))

    def _linear(
        self,
        x: str,
        name: str,
        rows: int | None = 0,
        columns: int | None = 0,
        *,
        exact: bool = False,
    ) -> str:
        """The dense layer `name`; its sides are the width, or of any length where None."""
        out, into = (self._width if side == 0 else side for side in (rows, columns))
        weight = self._weights.get(f"{name}.weight", out, into)
        bias = self._weights.get(f"{name}.bias", weight.shape[0])
        return self._affine(x, name, weight.T, bias, exact=exact)

    def _affine(
        self, x: str, name: str, weight: Vectors, bias: Vectors, *, exact: bool = False
    ) -> str:
        """Nodes for x · weight + bias: (t, d) to (t, f)."""
        if self._integers and not exact:
            product = self._graph.integer_product(x, name, weight, self._spread.get(x))
        else:
            product = self._graph.product(x, name, weight)
        return self._graph.add("Add", product, self._graph.constant(f"{name}.bias", bias))

    def _normalise(self, x: str, name: str) -> str:
        gain, shift = (
            self._weights.get(f"{name}.{part}", self._width) for part in ("weight", "bias")
        )
        inputs = [
            self._graph.constant(f"{name}.{part}", value)
            for part, value in (("weight", gain), ("bias", shift))
        ]
        normal = self._graph.add("LayerNormalization", x, *inputs, axis=-1, epsilon=self._epsilon)
        self._spread[normal] = _REACH * np.abs(gain) + np.abs(shift)
        return normal
