"""Trained models as generators: the rules of all of them, and what a model adds."""

import math
import shutil
from dataclasses import replace

import pytest
import torch

from pincite.errors import ModelMismatch, NotFound, UnknownPlugin, UsageError
from pincite.generate import generators
from pincite.generate.copying import CopyOnly
from pincite.generate.rag import (
    FidGenerator,
    RagCausalGenerator,
    RagSequenceGenerator,
    RagTokenGenerator,
)
from pincite.models.dpr import DprModel
from pincite.models.rag import RagModel, RagTokenizer, load_rag
from pincite.models.rag.retrieval import document_scores
from pincite.testing import GeneratorContract
from pincite.testing.evidence import english, evidence, wordless
from tests.generate.tiny_rag import FAR, directory, documents, taught
from tests.models.rag.texts import bart, bert, byte_tokenizer


class TestToken(GeneratorContract):
    def generator(self, similarity, abstain_below):
        return RagTokenGenerator(directory("token"), similarity, abstain_below)


class TestSequence(GeneratorContract):
    def generator(self, similarity, abstain_below):
        return RagSequenceGenerator(directory("sequence"), similarity, abstain_below, num_beams=2)


class TestFid(GeneratorContract):
    def generator(self, similarity, abstain_below):
        return FidGenerator(directory("fid"), similarity, abstain_below, num_beams=1)


class TestCausal(GeneratorContract):
    def generator(self, similarity, abstain_below):
        return RagCausalGenerator(directory("token", True), similarity, abstain_below)


class TestCopyOnly(GeneratorContract):
    def generator(self, similarity, abstain_below):
        return RagTokenGenerator(
            directory("token"), similarity, abstain_below, copy_only=True, num_beams=1
        )


# -- what is said, and what is not -------------------------------------------------------------


def told(answer, **options):
    """What becomes of an answer that a model was taught to give from the contract's evidence."""
    made = RagTokenGenerator(directory(answer=answer), None, 0.0, **options)
    return made.generate(FAR, english())


def test_a_sentence_no_source_bears_out_is_left_out_and_told():
    true, false = "The station lies 42 km north of the pass.", "It was built in 1999."
    answer = told(f"{true} {false}")
    assert answer.text == f"{true} [1]"
    assert answer.warnings == (f"Left out, because no source bears it out: “{false}”",)
    assert answer.confidence < 0.51


def test_an_answer_no_source_bears_out_is_not_given():
    answer = told("The station lies 43 km north of the pass.")
    assert (answer.text, answer.citations, answer.confidence) == (None, (), 0.0)
    assert "43 km" in answer.warnings[0]


def test_sentences_on_one_place_share_its_citation_and_others_get_their_own():
    answer = told("It is 42 km. It is north. It was built in 1962.")
    assert answer.text == "It is 42 km. It is north. [1] It was built in 1962. [2]"
    assert [cited.quote for cited in answer.citations] == [
        "The station lies 42 km north of the pass.",
        "It was built in 1962.",
    ]


def test_numbers_in_brackets_of_the_models_own_mean_nothing():
    assert told("The station [7] lies 42 km north.").text == "The station lies 42 km north. [1]"


def test_citations_carry_the_posterior_of_the_model():
    """RAG-Sequence: P(d|x, y) of the whole answer; over the documents it sums to 1."""
    two = (
        evidence("The station lies 42 km north of the pass.", 0.5, title="a.txt"),
        evidence("North of the pass, 42 km, lies the station.", 0.3, title="b.txt"),
        evidence("The pump runs at 3 bar.", 0.2, title="c.txt"),
    )
    place = directory("sequence")
    answer = RagSequenceGenerator(place, None, 0.0).generate(FAR, two)
    model, tokenizer = load_rag(place)
    ids, mask = tokenizer.sources([FAR], [documents(two)])
    scores = torch.tensor([[math.log(item.prior) for item in two]])
    said = answer.text.split(" [")[0]
    expected = model.posterior(ids, mask, scores, tokenizer.labels([said]))[0].tolist()
    by_segment = {cited.segment_id: cited.posterior for cited in answer.citations}
    assert len(by_segment) == 2
    assert sum(by_segment.values()) <= 1.0
    for item, posterior in zip(two[:2], expected, strict=False):
        assert by_segment[item.segment.id] == pytest.approx(posterior, abs=1e-5)


def test_confidence_falls_with_the_certainty_of_the_model():
    sure = told("The station lies 42 km north of the pass.").confidence
    model, tokenizer = taught(((FAR, english(), "The station lies 42 km north of the pass."),))
    with torch.no_grad():
        model.generator.model.shared.weight.mul_(0.7)
    made = RagTokenGenerator(directory())
    made.model, made.tokenizer, made.abstain_below = model, tokenizer, 0.0
    assert 0.0 < made.generate(FAR, english()).confidence < sure


def test_a_long_question_is_cut_with_a_warning_and_documents_are_still_read():
    answer = RagTokenGenerator(directory(), None, 0.0).generate(FAR + " please" * 500, english())
    assert "only the first" in answer.warnings[0]


def test_pictures_without_words_are_not_read():
    items = (replace(wordless(), prior=0.9), *english()[:1])
    answer = RagTokenGenerator(directory(), None, 0.0).generate(FAR, items)
    assert answer.text
    assert answer.citations[0].posterior == pytest.approx(1.0)


def test_copy_only_writes_nothing_but_pieces_of_the_evidence():
    alien = "Otto built that tower!"
    assert alien in told(alien).warnings[0]
    held = told(alien, copy_only=True)
    assert alien not in str(held.warnings)
    texts = [item.segment.text for item in english()]
    model, tokenizer = taught(((FAR, english(), alien),))
    ids, mask = tokenizer.sources([FAR], [documents(english())])
    rule = CopyOnly(tokenizer.generator, texts)
    out = model.generate(
        ids, mask, torch.zeros(1, ids.shape[1]), num_beams=3, logits_processor=[rule]
    )
    written = set(out.sequences[0, 0].tolist())
    assert written <= rule.allowed
    assert not set(tokenizer.labels([alien])[0].tolist()) <= rule.allowed


# -- which documents are read ------------------------------------------------------------------


def with_encoders(tmp_path, n_docs, scale=1.0):
    model, tokenizer = taught()
    size = len(tokenizer.generator)
    tokenizer = RagTokenizer(
        tokenizer.generator, tokenizer.generator, max_source_tokens=200, max_retrieval_tokens=60
    )
    retriever = DprModel(bert(size, 4), bert(size, 5))
    model.save_pretrained(
        tmp_path / "m", tokenizer, retriever=retriever, n_docs=n_docs, scale=scale
    )
    return tmp_path / "m"


def test_a_model_with_encoders_scores_documents_by_them_and_not_by_the_search(tmp_path):
    place = with_encoders(tmp_path, 3)
    model, tokenizer = load_rag(place)
    found = documents(english())
    with torch.no_grad():
        scores = document_scores(model, tokenizer, FAR, found)
    ids, mask = tokenizer.sources([FAR], [found])
    out = model.generate(ids, mask, scores, "token", num_beams=4, max_new_tokens=64)
    answer = RagTokenGenerator(place, None, 0.0).generate(FAR, english())
    posterior = float(out.doc_posterior[0, 0, 0])
    assert answer.citations[0].posterior == pytest.approx(posterior, abs=1e-4)
    assert abs(posterior - 0.7) > 0.01


def test_only_as_many_documents_are_read_as_the_model_was_made_for(tmp_path):
    """The best by the model's scores is the one that is read."""
    place = with_encoders(tmp_path, 1)
    model, tokenizer = load_rag(place)
    with torch.no_grad():
        best = int(document_scores(model, tokenizer, FAR, documents(english())).argmax())
    answer = RagTokenGenerator(place, None, 0.0).generate(FAR, english())
    cited = {citation.segment_id for citation in answer.citations}
    assert cited <= {english()[best].segment.id}


# -- directories -------------------------------------------------------------------------------


def test_a_model_is_read_again_only_when_its_files_change(tmp_path):
    shutil.copytree(directory(), tmp_path / "m")
    first = RagTokenGenerator(tmp_path / "m").model
    assert RagTokenGenerator(tmp_path / "m").model is first
    tokenizer = RagTokenizer(byte_tokenizer([FAR]))
    RagModel(bart(300)).save_pretrained(tmp_path / "m", tokenizer)
    assert RagTokenGenerator(tmp_path / "m").model is not first


def test_the_wrong_kind_of_model_names_the_right_one():
    with pytest.raises(UsageError, match=r"GPT2LMHeadModel, which rag-token cannot.*rag-causal:/"):
        RagTokenGenerator(directory("token", True))
    with pytest.raises(UsageError, match=r"Bart.*, which rag-causal cannot use; write rag-token:/"):
        RagCausalGenerator(directory())
    with pytest.raises(UsageError, match=r"abstain_below must lie in 0..1, got 2"):
        RagTokenGenerator(directory(), None, 2)


def test_directories_without_a_model_say_so(tmp_path):
    with pytest.raises(NotFound, match="no directory"):
        RagTokenGenerator(tmp_path / "nowhere")
    (tmp_path / "pincite_rag.json").write_text("{}")
    with pytest.raises(ModelMismatch, match="save it again"):
        RagTokenGenerator(tmp_path)


def test_the_name_of_a_generator_may_carry_a_directory():
    assert generators.named("rag-token:a/b:c") == ("rag-token", {"directory": "a/b:c"})
    assert generators.named("extractive") == ("extractive", {})
    for name in ("rag-token", "rag-sequence:", "fid", "rag-causal"):
        with pytest.raises(
            UsageError, match=r"needs the directory of a model.*behind a colon: .*:./mo"
        ):
            generators.named(name)
    with pytest.raises(UsageError, match="'extractive' takes no directory, got 'x'; write it wi"):
        generators.named("extractive:x")
    with pytest.raises(UnknownPlugin, match="Did you mean 'rag-token'"):
        generators.named("rag-tokn:x")
