"""A directory to a model with its tokenizer, whatever kind of model it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pincite.models.rag.causal import RagCausalModel
from pincite.models.rag.checkpoint import built
from pincite.models.rag.model import RagModel
from pincite.models.rag.parts import read_parts
from pincite.models.rag.text import RagTokenizer


def load_rag(directory: str | Path, **options: Any) -> tuple[RagModel, RagTokenizer]:
    """Return the model in a directory, in evaluation mode, and its tokenizer.

    Args:
        directory: What `save_pretrained` wrote; a RAG checkpoint of Transformers, such as a copy
            of `facebook/rag-token-nq`; an encoder–decoder, such as BART, T5 or Marian, or a
            decoder-only model, with its tokenizer.
        options: Arguments of `RagModel` other than the saved or usual ones.

    Raises:
        NotFound: There is no such directory, or no model or no tokenizer in it.
        UsageError: The model writes no text, or an option does not fit.
        ModelMismatch: Files are damaged, or of another version.
    """
    parts = read_parts(directory)
    tokenizer = parts.tokenizer()
    kind: type[RagModel] = RagCausalModel if parts.kind == "causal" else RagModel
    return built(kind, parts, options), tokenizer
