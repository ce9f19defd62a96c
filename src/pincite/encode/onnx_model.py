"""Exported models run with ONNX Runtime: the layout of the hub, inputs and outputs by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pincite.config import Config
from pincite.encode.backends import onnx_file
from pincite.errors import ModelMismatch, NotFound

if TYPE_CHECKING:
    import onnxruntime

_TYPES = {"int64": "int64", "int32": "int32", "float": "float32", "float16": "float16"}


class OnnxModel:
    """One graph, loaded; the inputs it has are taken from what it is given, others are left out."""

    def __init__(self, folder: Path, name: str, config: Config) -> None:
        """Load `onnx/NAME.onnx` or `NAME.onnx` of a directory.

        Raises:
            NotFound: There is no such file.
            ModelMismatch: It is damaged.
        """
        import onnxruntime

        found = onnx_file(folder, name)
        if found is None:
            raise NotFound(f"there is no {name}.onnx in {str(folder)!r}; export the model again")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = config["threads"]
        options.enable_mem_pattern = False  # it helps inputs of one shape only
        self.file = found
        try:
            self._session: onnxruntime.InferenceSession = onnxruntime.InferenceSession(
                found, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime has a class of its own for each status
            raise ModelMismatch(
                f"{str(found)!r} cannot be loaded: {str(error).splitlines()[0]}; export it again"
            ) from error
        self._inputs = {given.name: _numpy(given.type) for given in self._session.get_inputs()}
        self._outputs = [given.name for given in self._session.get_outputs()]

    def run(
        self, batch: Mapping[str, npt.NDArray[Any]], wanted: Sequence[str]
    ) -> npt.NDArray[np.float32]:
        """Return the first output there is of those wanted, as float32.

        Raises:
            ModelMismatch: The graph has none of the outputs, or needs an input that is not given.
        """
        output = next((name for name in wanted if name in self._outputs), None)
        missing = sorted(self._inputs.keys() - batch.keys())
        if output is None or missing:
            raise ModelMismatch(
                f"{str(self.file)!r} takes {', '.join(self._inputs)} and gives "
                f"{', '.join(self._outputs)}; expected inputs among {', '.join(batch)} and an "
                f"output {' or '.join(wanted)}. Export it again"
            )
        given = {name: batch[name].astype(kind) for name, kind in self._inputs.items()}
        found: npt.NDArray[np.float32] = self._session.run([output], given)[0]
        return np.asarray(found, np.float32)


def _numpy(kind: str) -> str:
    """Return numpy's name of a type such as "tensor(float)"."""
    inner = kind.removeprefix("tensor(").removesuffix(")")
    return _TYPES.get(inner, inner)
