"""Models in directories: what is saved comes back, and what others publish is read."""

import json
import os
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BertModel,
    DPRConfig,
    DPRQuestionEncoder,
    MarianConfig,
    MarianMTModel,
    RagConfig,
    RagSequenceForGeneration,
    RagTokenForGeneration,
)

from pincite.errors import ModelMismatch, NotFound, UsageError
from pincite.models.dpr import DprModel
from pincite.models.fusion import names
from pincite.models.rag import (
    RagCausalModel,
    RagModel,
    RagTokenizer,
    Retrieval,
    SourceTemplate,
    load_rag,
)
from pincite.models.rag.retrieval import document_scores, encoded
from pincite.models.tower import Tower
from tests.models.rag.texts import bart, bert, byte_tokenizer, changed, gpt2, t5

QUESTIONS = ["How far is the station?", "Who?"]
DOCUMENTS = [[("Station", "It lies 42 km north."), ("Pump", "3 bar")], [("", "Otto")]]
SCORES = torch.tensor([[0.5, -0.2], [0.0, -torch.inf]])
TOKENIZER = byte_tokenizer([*QUESTIONS, "It lies 42 km north."])
SIZE = len(TOKENIZER)
IMAGE = {"image": torch.randn(2, 2, 3, 6, generator=torch.Generator().manual_seed(5))}


def said(model, tokenizer, marginal, **given):
    """nll, then ids and log probabilities of an answer, of a fixed batch."""
    ids, mask = tokenizer.sources(QUESTIONS, DOCUMENTS)
    labels = tokenizer.labels(["42 km", "Otto"])
    scores = SCORES.to(next(model.parameters()).dtype)
    given = {name: {"image": f["image"].to(scores)} for name, f in given.items()}
    with torch.no_grad():
        nll = model.nll(ids, mask, scores, labels, marginal, **given)
    out = model.generate(ids, mask, scores, marginal, num_beams=2, max_new_tokens=6, **given)
    return nll, out.sequences, out.log_probs, out.doc_posterior


def assert_equal(one, other):
    for mine, theirs in zip(one, other, strict=True):
        assert torch.equal(mine, theirs)


# -- our own -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("generator", [bart, t5], ids=["bart", "t5"])
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_what_was_saved_says_the_same_to_the_bit(tmp_path, generator, dtype, marginal):
    model = RagModel(generator(SIZE).to(dtype), marginal=marginal).eval()
    tokenizer = RagTokenizer(TOKENIZER, template=SourceTemplate.rag(), max_source_tokens=77)
    model.save_pretrained(tmp_path / "m", tokenizer)
    loaded, read = load_rag(tmp_path / "m")
    assert (type(loaded), loaded.marginal, loaded.training) == (RagModel, marginal, False)
    assert (read.template, read.max_source_tokens) == (SourceTemplate.rag(), 77)
    assert next(loaded.parameters()).dtype == dtype
    assert_equal(said(loaded, read, None), said(model, tokenizer, None))


def test_a_decoder_only_model_comes_back(tmp_path):
    model = RagCausalModel(gpt2(SIZE).double(), marginal="sequence").eval()
    tokenizer = RagTokenizer(TOKENIZER, causal=True)
    model.save_pretrained(tmp_path / "m", tokenizer)
    loaded, read = load_rag(tmp_path / "m")
    assert (type(loaded), read.causal) == (RagCausalModel, True)
    assert_equal(said(loaded, read, None), said(model, tokenizer, None))
    with pytest.raises(UsageError, match=r"GPT2LMHeadModel; load it with .*RagCausalModel"):
        RagModel.from_pretrained(tmp_path / "m")


@pytest.mark.parametrize("name", names())
def test_every_fusion_comes_back_to_the_bit(tmp_path, name):
    torch.manual_seed(3)
    model = RagModel(
        bart(SIZE).double(), fusion=name, features={"image": 6}, region_width=8, heads=2
    ).eval()
    tokenizer = RagTokenizer(TOKENIZER)
    model.save_pretrained(tmp_path / "m", tokenizer)
    loaded, read = load_rag(tmp_path / "m")
    assert loaded.fusion_settings == model.fusion_settings
    before, after = (
        said(m, t, "token", features=IMAGE) for m, t in ((model, tokenizer), (loaded, read))
    )
    assert_equal(after, before)


@pytest.mark.parametrize("shared", [True, False])
def test_encoders_come_back_as_one_or_as_two(tmp_path, shared):
    question = Tower(bert(SIZE, 1), "mean")
    context = question if shared else Tower(bert(SIZE, 2), "cls")
    retrieval = Retrieval(n_docs=3, normalize=True, scale=20.0)
    model = RagModel(
        bart(SIZE), question_encoder=question, context_encoder=context, retrieval=retrieval
    ).eval()
    tokenizer = RagTokenizer(TOKENIZER, TOKENIZER)
    model.save_pretrained(tmp_path / "m", tokenizer)
    loaded, read = load_rag(tmp_path / "m")
    assert (loaded.context_encoder is loaded.question_encoder) == shared
    assert (tmp_path / "m" / "context_encoder").is_dir() != shared
    assert loaded.retrieval == retrieval
    documents = DOCUMENTS[0]
    with torch.no_grad():
        before = document_scores(model, tokenizer, QUESTIONS[0], documents)
        assert torch.equal(document_scores(loaded, read, QUESTIONS[0], documents), before)
        vectors = encoded(context, *tokenizer.contexts(documents))
        asked = encoded(question, *tokenizer.questions(QUESTIONS[:1]))
    cosines = torch.nn.functional.cosine_similarity(asked, vectors)
    torch.testing.assert_close(before[0], 20 * cosines)


def test_a_retriever_trained_beside_is_saved_with_the_model(tmp_path):
    retriever = DprModel(bert(SIZE, 1), shared=True, normalize=True)
    model = RagModel(bart(SIZE))
    tokenizer = RagTokenizer(TOKENIZER, TOKENIZER)
    model.save_pretrained(tmp_path / "m", tokenizer, retriever=retriever, n_docs=2, scale=5.0)
    loaded, _ = load_rag(tmp_path / "m")
    assert loaded.retrieval == Retrieval(2, True, 5.0)
    assert loaded.context_encoder is loaded.question_encoder
    assert model.question_encoder is None


def test_an_option_goes_before_what_was_saved(tmp_path):
    RagModel(bart(SIZE), marginal="token").save_pretrained(tmp_path / "m", RagTokenizer(TOKENIZER))
    assert load_rag(tmp_path / "m", marginal="sequence")[0].marginal == "sequence"
    assert RagModel.from_pretrained(tmp_path / "m").marginal == "token"


def test_settings_of_generation_of_a_rag_model_are_kept(tmp_path):
    generation = bart(SIZE).generation_config
    generation.no_repeat_ngram_size = 2
    model = RagModel(bart(SIZE), generation_config=generation)
    model.save_pretrained(tmp_path / "m")
    loaded = RagModel.from_pretrained(tmp_path / "m")
    assert loaded.generation_config("token").no_repeat_ngram_size == 2
    assert loaded.generation_config("sequence").no_repeat_ngram_size != 2


# -- writing -----------------------------------------------------------------------------------


def test_a_former_model_stays_until_the_new_one_is_whole(tmp_path):
    first = RagModel(bart(SIZE, 1))
    first.save_pretrained(tmp_path / "m", RagTokenizer(TOKENIZER))
    broken = RagTokenizer(TOKENIZER)
    broken.generator = object()  # fails after the weights were written
    with pytest.raises(AttributeError):
        RagModel(bart(SIZE, 2)).save_pretrained(tmp_path / "m", broken)
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    kept = RagModel.from_pretrained(tmp_path / "m").state_dict()
    assert all(torch.equal(kept[name], value) for name, value in first.state_dict().items())
    second = RagModel(t5(SIZE, 2))
    second.save_pretrained(tmp_path / "m", RagTokenizer(TOKENIZER))
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    assert RagModel.from_pretrained(tmp_path / "m").generator.config.model_type == "t5"


def test_a_directory_with_other_things_in_it_is_not_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("ten years")
    with pytest.raises(UsageError, match="would be lost; name a new directory or an empty one"):
        RagModel(bart(SIZE)).save_pretrained(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "ten years"
    with pytest.raises(UsageError, match="is a file"):
        RagModel(bart(SIZE)).save_pretrained(tmp_path / "thesis.txt")
    (tmp_path / "empty").mkdir()
    RagModel(bart(SIZE)).save_pretrained(tmp_path / "empty")


def test_an_encoder_of_ones_own_make_cannot_be_saved(tmp_path):
    model = RagModel(bart(SIZE), question_encoder=torch.nn.Linear(2, 2))
    with pytest.raises(UsageError, match="question encoder is a Linear, which cannot be saved"):
        model.save_pretrained(tmp_path / "m")
    assert not (tmp_path / "m").exists()


# -- those of Transformers ---------------------------------------------------------------------

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "how", "far", "who", "station", "pump", "?"]
PIECES = ["<s>", "<pad>", "</s>", "<unk>"]


def facebook(folder, kind, *, as_bin):
    """A RAG directory laid out as `facebook/rag-token-nq` is."""
    letters = sorted({*"Hhowfaristen?WSPupmI42kr3bO/.to", "Ġ"})
    vocabulary = {piece: i for i, piece in enumerate([*PIECES, *letters, "<mask>"])}
    torch.manual_seed(0)
    dpr = DPRConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=64,
    )  # fmt: skip
    generator = BartConfig(
        vocab_size=len(vocabulary), d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=128, forced_eos_token_id=2,
    )  # fmt: skip
    config = RagConfig.from_question_encoder_generator_configs(
        dpr, generator, n_docs=2, max_combined_length=90, title_sep=" / ", doc_sep=" // "
    )
    cls = {"token": RagTokenForGeneration, "sequence": RagSequenceForGeneration}[kind]
    model = cls(
        config=config,
        question_encoder=DPRQuestionEncoder(dpr),
        generator=BartForConditionalGeneration(generator),
    ).eval()
    model.save_pretrained(folder)
    if as_bin:
        (folder / "model.safetensors").unlink()
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    for name in ("question_encoder_tokenizer", "generator_tokenizer"):
        (folder / name).mkdir()
    (folder / "question_encoder_tokenizer" / "vocab.txt").write_text("\n".join(WORDS))
    settings = json.dumps({"do_lower_case": True})
    (folder / "question_encoder_tokenizer" / "tokenizer_config.json").write_text(settings)
    (folder / "generator_tokenizer" / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "generator_tokenizer" / "merges.txt").write_text("#version: 0.2\n")
    return model


@pytest.mark.parametrize("kind", ["token", "sequence"])
@pytest.mark.parametrize("as_bin", [False, True], ids=["safetensors", "bin"])
def test_a_checkpoint_of_facebook_is_read_with_its_tokenizers(tmp_path, kind, as_bin):
    theirs = facebook(tmp_path, kind, as_bin=as_bin)
    model, tokenizer = load_rag(tmp_path)
    assert (model.marginal, model.retrieval.n_docs) == (kind, 2)
    assert tokenizer.template == SourceTemplate.rag()
    assert tokenizer.max_source_tokens == 90
    assert [WORDS[i] for i in tokenizer.questions(["How far?"])[0][0]] == [
        "[CLS]", "how", "far", "?", "[SEP]",
    ]  # fmt: skip
    ids, mask = tokenizer.sources(QUESTIONS, [DOCUMENTS[0], DOCUMENTS[0]])
    assert ids[0, 0, 0] == 0
    assert tokenizer.decode(ids[0, 0]).endswith("// How far is the station?")
    labels = tokenizer.labels(["42 km", "Otto"])
    scores = torch.tensor([[0.5, -0.2], [0.1, 0.3]])
    with torch.no_grad():
        expected = theirs(
            context_input_ids=ids.flatten(0, 1),
            context_attention_mask=mask.flatten(0, 1),
            doc_scores=scores,
            labels=labels,
            n_docs=2,
        ).loss
        ours = model.nll(ids, mask, scores, labels, hf_compat=True)
        question = theirs.rag.question_encoder(*tokenizer.questions(["Who?"])).pooler_output
        assert torch.equal(
            encoded(model.question_encoder, *tokenizer.questions(["Who?"])), question
        )
    torch.testing.assert_close(ours, expected, rtol=1e-4, atol=1e-5)


def test_a_checkpoint_of_facebook_can_be_saved_as_ours(tmp_path):
    facebook(tmp_path / "theirs", "sequence", as_bin=True)
    model, tokenizer = load_rag(tmp_path / "theirs")
    model.save_pretrained(tmp_path / "ours", tokenizer)
    loaded, read = load_rag(tmp_path / "ours")
    assert_equal(said(loaded, read, None), said(model, tokenizer, None))
    assert read.questions(QUESTIONS)[0].tolist() == tokenizer.questions(QUESTIONS)[0].tolist()


def test_pickled_objects_are_not_run(tmp_path):
    """A checkpoint whose .bin holds more than tensors is refused, and does nothing."""
    facebook(tmp_path, "token", as_bin=True)

    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "trapped"),))

    torch.save({"rag.x": Trap()}, tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelMismatch, match="more than tensors, and such files are not opened"):
        load_rag(tmp_path)
    assert not (tmp_path / "trapped").exists()


def marian(size):
    torch.manual_seed(0)
    config = MarianConfig(
        vocab_size=size, d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, max_position_embeddings=64, pad_token_id=0, eos_token_id=2,
        decoder_start_token_id=0, forced_eos_token_id=None,
    )  # fmt: skip
    return MarianMTModel(config).eval()


@pytest.mark.parametrize(
    ("made", "kind", "limit"),
    [
        (bart, RagModel, 256),
        (t5, RagModel, 300),
        (marian, RagModel, 64),
        (gpt2, RagCausalModel, 192),
    ],
    ids=["bart", "t5", "marian", "gpt2"],
)
def test_a_generator_alone_is_read_with_the_marginal_asked_for(tmp_path, made, kind, limit):
    generator = made(SIZE)
    generator.save_pretrained(tmp_path)
    TOKENIZER.save_pretrained(tmp_path)
    model, tokenizer = load_rag(tmp_path, marginal="sequence")
    assert (type(model), model.marginal) == (kind, "sequence")
    assert tokenizer.max_source_tokens == limit
    same = kind(generator, marginal="sequence")
    assert_equal(said(model, tokenizer, None), said(same, tokenizer, None))


# -- what is wrong with a directory ------------------------------------------------------------


@pytest.fixture
def saved(tmp_path):
    torch.manual_seed(0)
    model = RagModel(
        bart(SIZE), fusion="sum", features={"image": 6}, question_encoder=Tower(bert(SIZE), "cls")
    )
    model.save_pretrained(tmp_path / "m", RagTokenizer(TOKENIZER, TOKENIZER))
    return tmp_path / "m"


def cut(file):
    file.write_bytes(file.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("damage", "error", "says"),
    [
        pytest.param(shutil.rmtree, NotFound, "no directory .*check the path", id="no directory"),
        pytest.param(
            lambda m: (m / "pincite_rag.json").unlink(), NotFound, "neither .* nor config.json",
            id="no settings",
        ),
        pytest.param(
            lambda m: changed(m / "pincite_rag.json", b'"format": 1', b'"format": 2'),
            ModelMismatch, "reads format 1", id="format",
        ),
        pytest.param(
            lambda m: (m / "pincite_rag.json").write_text("{"), ModelMismatch, "save it again",
            id="no json",
        ),
        pytest.param(
            lambda m: changed(m / "pincite_rag.json", b'"kind": "seq2seq"', b'"kind": "x"'),
            ModelMismatch, "save it again", id="kind",
        ),
        pytest.param(
            lambda m: changed(m / "pincite_rag.json", b'"n_docs": 5', b'"n_docs": 0'),
            ModelMismatch, "n_docs must be at least 1", id="no documents",
        ),
        pytest.param(
            lambda m: changed(m / "pincite_rag.json", b"{text}", b"{page}"),
            ModelMismatch, "template", id="template",
        ),
        pytest.param(
            lambda m: cut(m / "generator" / "model.safetensors"), ModelMismatch,
            "generator' cannot be loaded: .*; copy or save it again", id="weights",
        ),
        pytest.param(
            lambda m: (m / "generator" / "model.safetensors").unlink(), ModelMismatch,
            "generator' cannot be loaded", id="no weights",
        ),
        pytest.param(
            lambda m: cut(m / "fusion.safetensors"), ModelMismatch,
            "fusion.safetensors' cannot be loaded", id="fusion",
        ),
        pytest.param(
            lambda m: (m / "fusion.safetensors").unlink(), ModelMismatch,
            "fusion.safetensors is missing", id="no fusion",
        ),
        pytest.param(
            lambda m: cut(m / "question_encoder" / "model.safetensors"), ModelMismatch,
            "question_encoder' cannot be read: .*; copy or save", id="encoder",
        ),
        pytest.param(
            lambda m: (m / "generator" / "tokenizer.json").unlink(), NotFound,
            "no tokenizer in .*generator'; copy the tokenizer files", id="no tokenizer",
        ),
        pytest.param(
            lambda m: (m / "generator" / "tokenizer.json").write_text("{"), NotFound,
            "cannot be read: .*; copy the tokenizer files", id="tokenizer",
        ),
    ],
)  # fmt: skip
def test_damage_is_told_with_what_to_do(saved, damage, error, says):
    damage(saved)
    with pytest.raises(error, match=says) as raised:
        load_rag(saved)
    assert len(str(raised.value).splitlines()) == 1


def test_a_model_saved_without_its_tokenizer_says_so(tmp_path):
    RagModel(bart(SIZE)).save_pretrained(tmp_path / "m")
    assert RagModel.from_pretrained(tmp_path / "m").generator.config.d_model == 16
    with pytest.raises(NotFound, match=r"save it again with model.save_pretrained\(DIR, tokenizer"):
        load_rag(tmp_path / "m")


def test_a_generator_without_tokenizer_files_says_so(tmp_path):
    bart(SIZE).save_pretrained(tmp_path)
    with pytest.raises(NotFound, match="no tokenizer in"):
        load_rag(tmp_path)


def test_a_model_that_writes_nothing_is_refused(tmp_path):
    made: BertModel = bert(SIZE)
    made.save_pretrained(tmp_path)
    TOKENIZER.save_pretrained(tmp_path)
    with pytest.raises(UsageError, match="holds a BertModel, which writes no text; name a model"):
        load_rag(tmp_path)


def test_weights_of_another_shape_are_refused(tmp_path):
    bart(SIZE).save_pretrained(tmp_path)
    TOKENIZER.save_pretrained(tmp_path)
    changed(tmp_path / "config.json", b'"d_model": 16', b'"d_model": 32')
    with pytest.raises(ModelMismatch, match="copy or save"):
        load_rag(tmp_path)


def test_weights_that_are_missing_are_not_made_up(tmp_path):
    """Transformers fills them with random numbers and goes on."""
    bart(SIZE).save_pretrained(tmp_path)
    TOKENIZER.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["model.encoder.layers.0.fc1.weight"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelMismatch, match=r"1 weights of the Bart.* are not there.*fc1\.weight"):
        load_rag(tmp_path)
