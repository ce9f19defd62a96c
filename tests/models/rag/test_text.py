"""Question and document as one source: the form, what is cut, what is padded, and labels."""

from types import SimpleNamespace

import pytest
import torch
from transformers.models.rag.retrieval_rag import RagRetriever

from pincite.errors import UsageError
from pincite.models.rag import RagModel, RagTokenizer, SourceTemplate
from tests.models.rag.texts import END, PAD, bart, byte_tokenizer, gpt2

QUESTION = "How far is the station?"
DOCUMENTS = [
    ("Station", "The station lies 42 km north of the pass."),
    ('"Pump"', "The pump  runs at 3 bar."),
    ("", "   "),
]


@pytest.fixture(scope="module")
def tokenizer():
    return byte_tokenizer([QUESTION, *(f"{a} {b}" for a, b in DOCUMENTS)])


@pytest.mark.parametrize("prefix", ["", "answer this: {}"])
@pytest.mark.parametrize("separators", [(" / ", " // "), (" | ", "\n{q}")])
def test_the_form_of_rag_is_that_of_transformers(tokenizer, prefix, separators):
    title_sep, doc_sep = separators
    theirs = SimpleNamespace(
        config=SimpleNamespace(title_sep=title_sep, doc_sep=doc_sep, max_combined_length=300),
        generator_tokenizer=tokenizer,
    )
    found = {"title": [d[0] for d in DOCUMENTS], "text": [d[1] for d in DOCUMENTS]}
    expected = RagRetriever.postprocess_docs(
        theirs, [found], [QUESTION], prefix, 3, return_tensors="pt"
    )

    template = SourceTemplate.rag(prefix=prefix, title_sep=title_sep, doc_sep=doc_sep)
    ids, mask = RagTokenizer(tokenizer, template=template).sources([QUESTION], [DOCUMENTS])
    length = ids.shape[-1]
    assert torch.equal(ids[0], expected[0][:, :length])
    assert torch.equal(mask[0], expected[1][:, :length])
    assert not expected[1][:, length:].any()


def test_the_forms_read_as_they_should():
    said = ("Who?", "Pump", "Otto built it.")
    assert SourceTemplate.plain().render(*said) == "question: Who? context: Pump Otto built it."
    assert SourceTemplate.prompt().render(*said) == "Pump Otto built it.\nquestion: Who?\nanswer:"
    assert SourceTemplate("{text}|{question}").render(*said) == "Otto built it.|Who?"
    assert SourceTemplate.plain().render("{x}?", "{", "}") == "question: {x}? context: { }"


@pytest.mark.parametrize("pattern", ["{text}", "{question} {text} {page}", "{question", "{}"])
def test_a_template_without_question_or_text_is_refused(pattern):
    with pytest.raises(UsageError, match="template"):
        SourceTemplate(pattern)


@pytest.mark.parametrize(
    "template", [SourceTemplate.rag(), SourceTemplate.plain(), SourceTemplate.prompt()]
)
def test_a_long_document_is_cut_and_the_question_never(tokenizer, template):
    text = " ".join(f"word{i}" for i in range(400))
    made = RagTokenizer(tokenizer, template=template, max_source_tokens=64)
    for title in ("Station", "Station " * 60):
        ids = made.source_ids(QUESTION, title, text)
        shown = made.decode(ids)
        assert 56 <= len(ids) <= 64
        assert QUESTION in shown
        assert ids[-1] == END
    assert "word0 word1" in made.decode(made.source_ids(QUESTION, "Station", text))
    whole = RagTokenizer(tokenizer, template=template, max_source_tokens=5000)
    assert "word399" in whole.decode(whole.source_ids(QUESTION, "Station", text))


def test_a_question_longer_than_a_source_is_an_error_and_can_be_shortened(tokenizer):
    made = RagTokenizer(tokenizer, max_source_tokens=80)
    question = "how far " * 100
    with pytest.raises(UsageError, match="a source may have 80; ask a shorter one"):
        made.sources([question], [DOCUMENTS])
    short = made.shortened(question)
    assert question.startswith(short)
    assert len(short) > 10
    assert made.sources([short], [DOCUMENTS])[0].shape[-1] <= 80
    assert made.shortened(QUESTION) == QUESTION


def test_rows_are_padded_to_the_longest_of_the_batch_and_no_further(tokenizer):
    made = RagTokenizer(tokenizer)
    ids, mask = made.sources([QUESTION, "Who?"], [DOCUMENTS[:1], DOCUMENTS])
    assert ids.shape == mask.shape == (2, 3, max(len(made.source_ids(QUESTION, *DOCUMENTS[0])), 1))
    assert mask.sum(dim=-1).tolist() == [
        [len(made.source_ids(QUESTION, *DOCUMENTS[0])), 0, 0],
        [len(made.source_ids("Who?", *document)) for document in DOCUMENTS],
    ]
    assert (ids[mask == 0] == PAD).all()


@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_a_document_that_is_missing_says_nothing(tokenizer, marginal):
    """All padding with the score -inf is as if it were not there."""
    made = RagTokenizer(tokenizer)
    model = RagModel(bart(len(tokenizer)).double(), marginal=marginal)
    labels = made.labels(["42 km", "3 bar"])
    ids, mask = made.sources([QUESTION, "Who?"], [DOCUMENTS[:1], DOCUMENTS])
    scores = torch.tensor([[0.3, -torch.inf, -torch.inf], [0.1, 0.2, 0.3]]).double()
    together = model.nll(ids, mask, scores, labels)
    ids, mask = made.sources([QUESTION], [DOCUMENTS[:1]])
    alone = model.nll(ids, mask, scores[:1, :1], labels[:1])
    torch.testing.assert_close(together[:1], alone, rtol=1e-9, atol=1e-9)


def test_questions_without_documents_are_refused(tokenizer):
    with pytest.raises(UsageError, match="0 documents"):
        RagTokenizer(tokenizer).sources([QUESTION], [[]])
    with pytest.raises(UsageError, match="2 questions, got 1 lists"):
        RagTokenizer(tokenizer).sources([QUESTION, "Who?"], [DOCUMENTS])


def test_labels_end_once_are_padded_and_read_back():
    for ends in (True, False):
        tokenizer = byte_tokenizer(["42 km north"], ends=ends)
        made = RagTokenizer(tokenizer)
        labels = made.labels(["42 km", "42 km north of it", ""])
        assert (labels == END).sum(dim=-1).tolist() == [1, 1, 1]
        assert labels[0].tolist()[-1] == PAD
        assert made.decode(labels) == ["42 km", "42 km north of it", ""]
        assert made.decode(labels[0].masked_fill(labels[0] == PAD, -100)) == "42 km"


def test_a_decoder_only_model_reads_an_answer_as_what_follows_the_prompt():
    """The tokens of prompt and answer are those of the whole text: the blank is the answer's."""
    tokenizer = byte_tokenizer(["answer: 42 km"] * 3, ends=False)
    made = RagTokenizer(tokenizer, causal=True)
    prompt = made.source_ids("Who?", "", "x")
    whole = tokenizer(made.template.render("Who?", "", "x") + " 42 km")["input_ids"]
    assert prompt + made.labels(["42 km"])[0].tolist() == [*whole, END]
    assert gpt2(len(tokenizer)).config.eos_token_id == END


def test_encoders_of_retrieval_need_their_tokenizers(tokenizer):
    with pytest.raises(UsageError, match="no tokenizer for its question encoder"):
        RagTokenizer(tokenizer).questions([QUESTION])
    made = RagTokenizer(tokenizer, tokenizer, max_retrieval_tokens=8)
    ids, mask = made.contexts(DOCUMENTS)
    assert ids.shape == (3, 8)
    assert ids[0, :7].tolist() == tokenizer(DOCUMENTS[0][1])["input_ids"][:7]
    assert mask[2].sum() == 1
    assert made.questions(["x" * 3])[0].shape[0] == 1


def test_half_a_character_does_not_stop_a_question(tokenizer):
    made = RagTokenizer(tokenizer, tokenizer)
    assert made.sources(["how \ud800 far"], [DOCUMENTS])[0].shape[1] == 3
    assert made.questions(["how \ud800 far"])[0].shape[0] == 1
