"""Reading weights from safetensors, asked for by name and shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from pincite.errors import ModelMismatch
from pincite.types import Vectors

_LAYER = re.compile(r"^encoder\.layer\.(\d+)\.")


@dataclass(frozen=True)
class Weights:
    """The float tensors of a BERT encoder by name; every one asked for is checked."""

    tensors: Mapping[str, Vectors]

    @classmethod
    def read(cls, data: bytes) -> Weights:
        """Return the weights in the bytes of a safetensors file.

        Raises:
            ModelMismatch: It is no safetensors file, or its header lies about the data.
        """
        try:
            tensors = load(data)
        except (SafetensorError, KeyError, ValueError) as error:
            raise ModelMismatch(
                f"the weights are no valid safetensors file: {error}. Remove the model and pull "
                "it again; weights of other formats (.pt, .bin, pickle) are never loaded."
            ) from error
        return cls(
            {
                name.removeprefix("bert."): np.asarray(tensor, np.float32)
                for name, tensor in tensors.items()
                if tensor.dtype.kind == "f"
            }
        )

    @property
    def layers(self) -> int:
        """How many encoder layers there are.

        Raises:
            ModelMismatch: There is none, or one between others is missing.
        """
        found = {int(match[1]) for name in self.tensors if (match := _LAYER.match(name))}
        if not found or found != set(range(len(found))):
            raise ModelMismatch(
                f"expected weights of encoder layers 0, 1, 2, …, found {sorted(found) or 'none'}; "
                "this is not a complete BERT encoder"
            )
        return len(found)

    def get(self, name: str, *shape: int | None) -> Vectors:
        """Return a tensor; None in `shape` stands for any length.

        Raises:
            ModelMismatch: There is none of this name, its shape differs, or it is not finite.
        """
        tensor = self.tensors.get(name)
        if tensor is None:
            raise ModelMismatch(f"the weights hold no tensor {name!r}; this is no BERT encoder")
        if tensor.ndim != len(shape) or any(
            want not in (None, have) for want, have in zip(shape, tensor.shape, strict=True)
        ):
            wanted = ", ".join("any" if want is None else str(want) for want in shape)
            raise ModelMismatch(
                f"tensor {name!r} has the shape {tensor.shape}, expected ({wanted}); "
                "its file is not the model it claims to be"
            )
        if not np.isfinite(tensor).all():
            raise ModelMismatch(f"tensor {name!r} holds numbers that are not finite")
        return tensor
