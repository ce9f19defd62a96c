"""One vector from those of the tokens: each pooling is a weighting of the real ones.

The same weights serve torch and ONNX Runtime: w (n, s) times the states (n, s, d), summed over s.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from pincite.encode.model_files import read_json
from pincite.errors import UsageError
from pincite.types import Vectors

Pooling = Literal["mean", "cls", "lasttoken", "weightedmean"]
POOLINGS: tuple[Pooling, ...] = get_args(Pooling)
_OLD_KEYS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


def token_weights(mask: npt.NDArray[np.int64], how: Pooling) -> Vectors:
    """Return the weight of each token: mask (n, s), 1 = real, to (n, s) float32.

    Args:
        mask: At least one real token a row, padded on either side.
        how: "mean"; "cls", the first real token; "lasttoken", the last; "weightedmean", later ones
            count more, as 1, 2, 3, … (Muennighoff, SGPT, arXiv:2202.08904).

    Example:
        >>> token_weights(np.array([[1, 1, 0]]), "mean").tolist()
        [[0.5, 0.5, 0.0]]
    """
    real = np.asarray(mask, np.float32)
    if how in ("cls", "lasttoken"):
        last = mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)
        place = np.argmax(mask, axis=1) if how == "cls" else last
        one: Vectors = np.eye(mask.shape[1], dtype=np.float32)[place]
        return one
    counted = np.cumsum(real, axis=1) * real if how == "weightedmean" else real
    return np.asarray(counted / np.maximum(counted.sum(axis=1, keepdims=True), 1), np.float32)


def pooling_of(folder: Path) -> Pooling | None:
    """Return the pooling that `1_Pooling/config.json` asks for, or None without such a file.

    Raises:
        UsageError: It asks for one that is not here, or for several.
    """
    said = read_json(folder / "1_Pooling" / "config.json")
    if not said:
        return None
    modes = said.get("pooling_mode", [mode for key, mode in _OLD_KEYS.items() if said.get(key)])
    modes = [modes] if isinstance(modes, str) else list(modes)
    if len(modes) == 1 and modes[0] in POOLINGS:
        return cast("Pooling", modes[0])
    raise UsageError(
        f"the model in {str(folder)!r} is pooled by {' and '.join(map(str, modes))}, known are "
        f"{', '.join(POOLINGS)}; load it with torch and sentence-transformers:{folder}"
    )
