"""Pictures to vectors with a vision model of Transformers: ViT, DINO, ResNet and their kin.

Such a model has learnt from pictures alone, so it finds pictures by a picture, and footage by the
mean of its frames; words are for CLIP and SigLIP. ViT: Dosovitskiy et al., "An Image is Worth
16x16 Words", ICLR 2021; ResNet: He et al., "Deep Residual Learning for Image Recognition", CVPR
2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from safetensors import safe_open

from pincite.config import Config, load_config
from pincite.content import Content, Modality
from pincite.encode import Role
from pincite.encode.backends import backend_of
from pincite.encode.family import FAMILIES
from pincite.encode.model_files import locate, require_type, space_of, weight_files
from pincite.encode.torch_model import array, device_of, load, running
from pincite.encode.visual import VISUAL, Pixels, visual_vectors
from pincite.errors import ModelMismatch, NotFound
from pincite.types import Vectors


class VisionEncoder:
    """Maps pictures and footage into the space of a vision model, by its pooled output.

    Attributes:
        name: The setting that makes it again, such as "vit:./vit-base".
        space: The plugin's name and a digest of the model.
        width: Length of a vector.
        modalities: Pictures and video.
        languages: Empty: it reads no words.
    """

    modalities: frozenset[Modality] = VISUAL
    languages: frozenset[str] = frozenset()
    plugin: ClassVar[str]

    def __init__(self, directory: str | Path, *, config: Config | None = None) -> None:
        """Load a model that `save_pretrained` wrote, with its image processor beside it.

        Args:
            directory: Of the model.
            config: Settings; `device`, `precision` and `threads` say how it runs.

        Raises:
            NotFound: There is no such directory, no weights or no image processor in it.
            UsageError: The model is of another kind.
            ModelMismatch: Files are damaged, or of another model.
        """
        from transformers import AutoModel

        self._config = config or load_config()
        self.name = f"{self.plugin}:{directory}"
        folder = locate(directory)
        require_type(folder, self.plugin, FAMILIES[self.plugin])
        backend_of(self._config, self.plugin, folder)
        self._device = device_of(self._config)
        self._model = load(AutoModel, folder, self._device, unused=("pooler",))
        self._pools = not _lacks_pooler(self._model, folder)
        self._processor = image_processor(folder)
        self.width = len(self._vectors([np.full((8, 8, 3), 127, np.uint8)])[0])
        self.space = space_of(self.plugin, folder, weight_files(folder))

    def encode(self, items: Sequence[Content], role: Role = "document") -> Vectors:
        """Return one unit vector per item, in order: (n, d) float32; both roles are one.

        Raises:
            UsageError: One string was given instead of a sequence of items.
            WrongModality: An item is neither a picture nor footage.
        """
        return visual_vectors(self.name, items, self.width, self._vectors)

    def _vectors(self, pictures: list[Pixels]) -> Vectors:
        inputs = self._processor(images=pictures, input_data_format="channels_last")
        with running(self._device, self._config):
            pixels = inputs.convert_to_tensors("pt")["pixel_values"].to(self._device)
            out = self._model(pixel_values=pixels)
        # Without a trained pooler it is the state of [CLS], as DINO and MAE are read.
        pooled = out.pooler_output if self._pools else out.last_hidden_state[:, 0]
        return array(pooled.flatten(1))


class VitEncoder(VisionEncoder):
    """A vision transformer: ViT, DeiT, DINOv2, BEiT, Swin."""

    plugin = "vit"


class ResNetEncoder(VisionEncoder):
    """A convolutional network: ResNet, RegNet, ConvNeXt, ConvNeXt V2, EfficientNet, MobileNet."""

    plugin = "resnet"


def image_processor(folder: Path) -> Any:
    """Return the image processor saved in a directory; always Pillow's, for its numbers.

    Raises:
        NotFound: There is none.
        ModelMismatch: It cannot be read.
    """
    from transformers import AutoImageProcessor

    names = ("preprocessor_config.json", "processor_config.json")
    if not any((folder / name).is_file() for name in names):
        raise NotFound(
            f"there is no {names[0]} in {str(folder)!r}, which says how pictures are prepared; "
            "copy it from where the model came from"
        )
    try:
        return AutoImageProcessor.from_pretrained(folder, local_files_only=True, backend="pil")
    except Exception as error:  # Transformers raises whatever the file makes it stumble over
        reason = (str(error).splitlines() or [repr(error)])[0]
        raise ModelMismatch(
            f"the image processor in {str(folder)!r} cannot be read: {reason} Save it again"
        ) from error


def _lacks_pooler(model: Any, folder: Path) -> bool:
    """Return whether the model has a pooler whose weights are not in its files."""
    wanted = [name for name in model.state_dict() if name.startswith("pooler.")]
    if not wanted:
        return False
    held: set[str] = set()
    for file in weight_files(folder):
        with safe_open(file, "np") as weights:
            held.update(weights.keys())
    return not any(name.endswith(wanted[0]) for name in held)
