"""End-to-end training of retrieval and generation, on the task of `benchmarks.split_evidence`."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from benchmarks import split_evidence as task

from pincite.errors import NotFound, UsageError
from pincite.models.dpr import DprModel, load_tokenizers
from pincite.models.dpr_text import encode_texts
from pincite.models.rag import document_posterior
from pincite.models.rag.attention import joint_attention
from pincite.models.rag.load import load_rag
from pincite.train.config import settings_from
from pincite.train.data import QuestionRow
from pincite.train.documents import Document, padded_features, read_documents, widths
from pincite.train.loop import train
from pincite.train.rag_objective import RagObjective
from pincite.train.rag_task import RagTask
from pincite.train.recipes import make_objective

WIDTH = 16
WORLD = task.world(0)


def objective(*, things=12, held_out=4, fusion="gated", dtype=torch.float64, **how):
    """A tiny objective over the first things of a world."""
    how = RagTask(**{"n_docs": 3, "max_new_tokens": 4, "reindex_every": 2, **how})
    rows = WORLD.questions[:things]
    made = RagObjective(
        task.reader(fusion, 0, WIDTH).to(dtype),
        task.retriever(0, WIDTH).to(dtype),
        task.rag_tokenizer(),
        rows[: things - held_out],
        rows[things - held_out :],
        WORLD.documents[:things],
        how,
    )
    made.model.eval()
    return made


def settings(tmp_path, **optim):
    return settings_from(
        {
            "task": {"name": "rag"},
            "optim": {"lr": 1e-2, "max_steps": 6, "batch_size": 4, **optim},
            "run": {
                "out": str(tmp_path),
                "precision": "fp64",
                "evaluate_every": 100,
                "checkpoint_every": 1,
                "tensorboard": False,
                "device": "cpu",
            },
        }
    )


def loss_of(made, indices=(0, 1, 2)):
    made.before_step(0)
    return made.loss(made.model, made.batch(list(indices)))


# -- what is learned from ---------------------------------------------------------------------


def test_the_gradient_reaches_both_encoders_the_fusion_and_the_generator():
    made = objective()
    loss_of(made).value.backward()
    parts = {
        "questions": made.model.retriever.question,
        "documents": made.model.retriever.passage,
        "fusion": made.model.rag.fusion,
        "adapter": made.model.rag.adapter,
        "generator": made.model.rag.generator,
    }
    for name, module in parts.items():
        sizes = [p.grad.abs().max().item() for p in module.parameters() if p.grad is not None]
        assert sizes, name
        assert max(sizes) > 0, name


def test_retrieval_is_taught_by_posterior_minus_prior():
    """The gradient of -log sum_d P(d|x) P(y|x,d) in a score is P(d|x) - P(d|x,y)."""
    made = objective(marginal="sequence", fusion=None)
    rows, indices = made.rows[:2], [[0, 4, 5], [7, 1, 3]]
    read = made.read(rows, indices)
    memory = made.model.rag.encode(read.input_ids, read.attention_mask)
    scores = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    labels = made.tokenizer.labels([row.answers[0] for row in rows])
    made.model.rag.nll_of(memory, scores, labels, "sequence").sum().backward()
    each, _ = made.model.rag.document_log_likelihood(memory, labels)
    posterior = document_posterior(torch.log_softmax(scores, -1), each.sum(-1))
    torch.testing.assert_close(scores.grad, scores.softmax(-1) - posterior)


def test_scores_are_of_the_encoders_as_they_are_and_not_of_the_index():
    made = objective()
    made.before_step(0)
    with torch.no_grad():
        for parameter in made.model.retriever.passage.parameters():
            parameter.mul_(1.5)
    tokens = made._tokens([row.question for row in made.rows[:2]], "query")
    questions = made.model.retriever.encode_questions(**tokens)
    places = torch.tensor([[0, 3], [5, 0]])
    now = made.indexed().double()
    expected = torch.einsum("bd,bnd->bn", questions, now[places])
    torch.testing.assert_close(made._scores(made.model, questions, places), expected, rtol=1e-5,
                               atol=1e-5)  # fmt: skip
    assert not torch.allclose(now, made._index.double(), atol=1e-3)


def test_documents_are_looked_up_in_the_index_that_was_made_last():
    made = objective(reindex_every=2)
    made.before_step(0)
    first = made._index.clone()
    with torch.no_grad():
        for parameter in made.model.retriever.passage.parameters():
            parameter.add_(0.3)
    made.before_step(1)
    assert torch.equal(made._index, first)
    made.before_step(2)
    assert not torch.equal(made._index, first)
    assert torch.equal(made._index, made.indexed())


def test_the_index_in_force_comes_back_after_a_stop():
    made = objective(reindex_every=5)
    made.before_step(0)
    with torch.no_grad():
        for parameter in made.model.retriever.passage.parameters():
            parameter.add_(0.3)
    resumed = objective(reindex_every=5)
    resumed.model.load_state_dict(made.model.state_dict())
    resumed.restore(made.state())
    resumed.before_step(1)
    assert torch.equal(resumed._index, made._index)
    assert not torch.equal(resumed._index, resumed.indexed())


def test_the_best_of_the_index_are_found_best_first():
    made = objective()
    vectors = torch.tensor(encode_texts(
        made.model.retriever, made.tokenizer.question, ["what of a1 b1"], role="query"
    ))  # fmt: skip
    scores = (vectors @ made.indexed().T)[0].numpy()
    assert made.found(vectors, 3) == [list(np.argsort(-scores)[:3])]


# -- which documents are read -----------------------------------------------------------------


def chosen(made, count=3):
    made.before_step(0)
    questions = torch.zeros(count, WIDTH, dtype=torch.float64)
    return made._chosen(made.rows[:count], questions)


def test_with_gold_the_named_document_is_among_them():
    for i, own in enumerate(chosen(objective(gold=True))):
        assert i in own
        assert len(own) == len(set(own)) == 3


def test_random_documents_stand_beside_those_found_and_are_not_doubled():
    torch.manual_seed(0)
    made = objective(random_docs=2)
    best = made.found(torch.zeros(1, WIDTH), 1) if made._index is not None else None
    seen = set()
    for _ in range(30):
        for own in chosen(made):
            assert len(own) == len(set(own)) == 3
            best = best or [[own[0]]]
            assert own[0] == best[0][0]
            seen |= set(own[1:])
    assert len(seen) >= 10  # of the eleven others


def test_fewer_documents_than_asked_for_are_read_without_the_missing_ones():
    made = objective(things=5, held_out=2, n_docs=8)
    read = made.read(made.rows[:2], [[0, 1, 2], [4]])
    assert read.places.tolist() == [[0, 1, 2], [4, -1, -1]]
    questions = torch.randn(2, WIDTH, dtype=torch.float64)
    scores = made._scores(made.model, questions, read.places)
    assert torch.isinf(scores).tolist() == [[False] * 3, [False, True, True]]
    assert torch.isfinite(loss_of(made, (0, 1)).value)


def test_modality_dropout_takes_text_or_picture_and_never_both():
    torch.manual_seed(0)
    made = objective(modality_dropout=1.0)
    kinds = set()
    for _ in range(10):
        read = made.read(made.rows[:3], [[0], [1], [2]], drop=True)
        words = made.tokenizer.generator.batch_decode(read.input_ids[:, 0])
        for i in range(3):
            has_text = "look" in words[i]
            has_picture = "image" in read.features and bool(read.feature_masks["image"][i].any())
            assert has_text != has_picture
            kinds.add(has_text)
    assert kinds == {True, False}
    whole = made.read(made.rows[:1], [[0]])
    assert "look" in made.tokenizer.generator.decode(whole.input_ids[0, 0])
    assert whole.feature_masks["image"].all()


# -- what is held still -----------------------------------------------------------------------


def test_a_frozen_generator_waits_its_steps():
    made = objective(freeze_generator=2)
    made.before_step(1)
    made.loss(made.model, made.batch([0, 1])).value.backward()
    assert all(p.grad is None for p in made.model.rag.parameters())
    assert any(p.grad is not None for p in made.model.retriever.parameters())
    made.before_step(2)
    made.loss(made.model, made.batch([0, 1])).value.backward()
    assert any(p.grad is not None for p in made.model.rag.parameters())


def test_thawing_wakes_only_what_was_trained_before():
    made = objective(freeze_generator=1)
    asleep = next(made.model.rag.generator.parameters())
    asleep.requires_grad_(False)
    for step in (0, 1):
        made.before_step(step)
        assert not asleep.requires_grad


def test_frozen_documents_are_not_trained_and_not_indexed_again():
    made = objective(freeze_documents=True, reindex_every=1)
    made.before_step(0)
    index = made._index
    made.loss(made.model, made.batch([0, 1])).value.backward()
    for parameter in made.model.retriever.passage.parameters():
        assert parameter.grad is None
        assert not parameter.requires_grad  # else the optimiser would let them decay
    assert any(p.grad is not None for p in made.model.retriever.question.parameters())
    made.before_step(1)
    assert made._index is index


@pytest.mark.parametrize("how", ["likelihood", "emdr", "attention"])
def test_distillation_teaches_the_retriever_and_not_the_reader(how):
    made = objective(distill=how, fusion=None)
    made.before_step(0)
    read = made.read(made.rows[:2], [[0, 3, 4], [1, 5, 6]])
    memory = made.model.rag.encode(read.input_ids, read.attention_mask)
    scores = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    labels = made.tokenizer.labels([row.answers[0] for row in made.rows[:2]])
    made._taught(made.model.rag, memory, scores, labels).sum().backward()
    assert scores.grad.abs().max() > 0
    assert all(p.grad is None for p in made.model.rag.parameters())
    assert loss_of(made).parts["distill"] > 0


@torch.no_grad()
def test_a_document_that_is_not_there_is_not_looked_at():
    """With one document there is nothing to choose, so there is nothing to teach."""
    made = objective(distill="attention", fusion=None, things=5, held_out=2, n_docs=4)
    read = made.read(made.rows[:2], [[0, 1], [2]])
    memory = made.model.rag.encode(read.input_ids, read.attention_mask)
    scores = torch.zeros(2, 2, dtype=torch.float64).masked_fill(read.places < 0, -torch.inf)
    labels = made.tokenizer.labels([row.answers[0] for row in made.rows[:2]])
    one = made._taught(made.model.rag, memory, scores, labels)
    alone = made.read(made.rows[1:2], [[2]])
    memory = made.model.rag.encode(alone.input_ids, alone.attention_mask)
    other = made._taught(made.model.rag, memory, scores[1:, :1], labels[1:])
    torch.testing.assert_close(one[1:], other)
    assert one[0] > 0
    memory = made.model.rag.encode(read.input_ids, read.attention_mask)
    ids = made.model.rag.shifted_right(labels)
    real = torch.isfinite(scores)
    shares = joint_attention(made.model.rag.generator, memory.only(real), ids)
    assert float(shares[1, :, 1].abs().max()) == 0.0


def test_a_positive_may_be_named_by_its_text():
    made = objective()
    rows = [replace(row, positives=(d.text,)) for row, d in
            zip(made.held_out, made.documents[len(made.rows):], strict=True)]  # fmt: skip
    by_id = made.evaluate()
    made.held_out = tuple(rows)
    assert made.evaluate() == by_id
    assert "recall@1" in by_id


def test_a_joint_reading_needs_another_teacher():
    with pytest.raises(UsageError, match=r"sends no gradient into retrieval"):
        RagTask(marginal="fid")
    made = objective(marginal="fid", distill="attention")
    loss_of(made).value.backward()
    grads = [p.grad for p in made.model.retriever.question.parameters() if p.grad is not None]
    assert max(g.abs().max() for g in grads) > 0


# -- figures, keeping, resuming ----------------------------------------------------------------


def test_figures_are_of_the_held_out_questions():
    made = objective()
    answers, used = made.answered()
    figures = made.evaluate()
    first = len(made.rows)
    hits = [first + i in own for i, own in enumerate(used)]
    assert figures["recall@3"] == np.mean(hits)
    assert figures["recall@1"] == np.mean([own[0] == first + i for i, own in enumerate(used)])
    right = [a == row.answers[0] for a, row in zip(answers, made.held_out, strict=True)]
    assert figures["exact_match"] == np.mean(right)
    assert list(made.scores()) == [float(r) for r in right]


def test_a_run_stopped_and_resumed_ends_as_one_that_was_not(tmp_path):
    """The index in force is older than the encoders, so it must come back with them."""
    how = {"random_docs": 1, "reindex_every": 4, "modality_dropout": 0.3}

    whole = objective(**how)
    train(whole, settings(tmp_path / "whole"), say=lambda s: None)

    class Killed(Exception):
        pass

    class Stops(RagObjective):
        def before_step(self, step):
            if step == 3:
                raise Killed
            super().before_step(step)

    first = objective(**how)
    first.__class__ = Stops
    with pytest.raises(Killed):
        train(first, settings(tmp_path / "cut"), say=lambda s: None)
    second = objective(**how)
    train(second, settings(tmp_path / "cut"), say=lambda s: None)
    for (name, one), two in zip(
        whole.model.state_dict().items(), second.model.state_dict().values(), strict=True
    ):
        assert torch.equal(one, two), name


def test_the_saved_model_answers_as_the_trained_one(tmp_path):
    made = objective(temperature=0.5, normalize=True, dtype=torch.float32)
    made.save(tmp_path)
    model, tokenizer = load_rag(tmp_path)
    assert model.marginal == "token"
    assert model.retrieval.n_docs == 3
    assert model.retrieval.normalize
    assert model.retrieval.scale == 2.0
    read = made.read(made.held_out, [[0, 1, 2]] * len(made.held_out))
    scores = torch.randn(len(made.held_out), 3)
    given = (read.input_ids, read.attention_mask, scores)
    features = {"features": read.features, "feature_masks": read.feature_masks}
    before = made.model.rag.generate(*given, **features)
    after = model.generate(*given, **features)
    assert torch.equal(before.sequences, after.sequences)
    assert torch.equal(before.log_probs, after.log_probs)
    assert tokenizer.template == made.tokenizer.template


@pytest.mark.parametrize(("own", "asked", "wanted"), [(True, None, True), (True, False, False)])
def test_vectors_are_compared_as_the_retriever_was_trained_to_unless_told(own, asked, wanted):
    retriever = task.retriever(0, WIDTH)
    retriever.normalize = own
    made = RagObjective(
        task.reader(None, 0, WIDTH),
        retriever,
        task.rag_tokenizer(),
        WORLD.questions[:2],
        [],
        WORLD.documents[:2],
        RagTask(normalize=asked),
    )
    assert made.model.retriever.normalize == wanted
    assert made._divisor == (0.05 if wanted else 1.0)


@pytest.mark.parametrize("normalize", [True, False])
def test_the_retriever_of_a_saved_model_searches_as_the_trained_one(tmp_path, normalize):
    """`encoder = "dpr:DIR"` takes the directory that this recipe writes."""
    made = objective(normalize=normalize, dtype=torch.float32)
    made.save(tmp_path)
    loaded = DprModel.from_pretrained(tmp_path)
    assert loaded.normalize == normalize
    tokenizers = load_tokenizers(tmp_path)
    for role, tokenizer in zip(("query", "document"), tokenizers, strict=True):
        texts = ["what of a1 b2", "a3 b4 is t1 look m2"]
        before = encode_texts(made.model.retriever, made.tokenizer.question, texts, role=role)
        after = encode_texts(loaded.eval(), tokenizer, texts, role=role)
        np.testing.assert_array_equal(before, after)


def test_a_model_saved_without_encoders_is_no_retriever(tmp_path):
    task.reader(None, 0, WIDTH).save_pretrained(tmp_path / "m", task.rag_tokenizer())
    with pytest.raises(NotFound, match="without encoders"):
        DprModel.from_pretrained(tmp_path / "m")


def test_reading_is_learned():
    """With the right document given, answers split across text and picture are read off."""
    made = objective(n_docs=1, gold=True, things=20, held_out=4, dtype=torch.float32)
    optimizer = torch.optim.AdamW(made.model.parameters(), lr=3e-3)
    made.before_step(0)
    first = float(made.loss(made.model, made.batch(range(16))).value.detach())
    for _ in range(60):
        loss = made.loss(made.model, made.batch(range(16))).value
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < first / 3


# -- data and recipe --------------------------------------------------------------------------


def test_documents_are_read_with_their_features(tmp_path):
    np.save(tmp_path / "one.npy", np.ones((2, 5), np.float32))
    lines = [
        {"id": "a", "title": "T", "text": "words", "features": {"image": "one.npy"}},
        {"id": "b", "features": {"image": "one.npy"}},
        {"id": "c", "text": "only words"},
    ]
    file = tmp_path / "documents.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    found = read_documents(file)
    assert [d.id for d in found] == ["a", "b", "c"]
    assert found[0].words == "words"
    assert widths(found) == {"image": 5}
    features, masks = padded_features([[found[2], found[0]], [None, found[1]]], widths(found))
    assert features["image"].shape == (2, 2, 2, 5)
    assert masks["image"].tolist() == [[[False] * 2, [True] * 2], [[False] * 2, [True] * 2]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"id": "a"}, r'documents.jsonl:1: expected "text" or "features", found neither'),
        ({"id": "a", "text": 3}, r'expected "title" and "text" to be texts'),
        ({"id": "a", "text": "x", "features": ["y"]}, r'expected "features" by modality'),
        ({"id": "a", "text": "x", "features": {"image": "../x.npy"}}, r"lies outside"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, message):
    (tmp_path / "documents.jsonl").write_text(json.dumps(line))
    with pytest.raises(UsageError, match=message):
        read_documents(tmp_path / "documents.jsonl")


def test_a_question_without_an_answer_is_refused():
    with pytest.raises(UsageError, match=r'expected "answers", found none'):
        RagObjective(
            task.reader(None, 0, WIDTH),
            task.retriever(0, WIDTH),
            task.rag_tokenizer(),
            [QuestionRow("1", "what?", where="train.jsonl:1")],
            [],
            [Document("d", text="x")],
        )


@pytest.fixture
def files(tmp_path):
    """Data and starting weights on disk."""
    rows = WORLD.questions[:8]
    for name, part in (("train", rows[:6]), ("test", rows[6:])):
        lines = [
            {"question": r.question, "answer": r.answers[0], "positives": list(r.positives)}
            for r in part
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    documents = []
    for i, document in enumerate(WORLD.documents[:8]):
        np.save(tmp_path / f"{i}.npy", document.features["image"])
        documents.append(
            {"id": document.id, "text": document.text, "features": {"image": f"{i}.npy"}}
        )
    (tmp_path / "documents.jsonl").write_text("\n".join(map(json.dumps, documents)))
    task.reader(None, 0, WIDTH).generator.save_pretrained(tmp_path / "bart")
    task.tokenizer().save_pretrained(tmp_path / "bart")
    task.retriever(0, WIDTH).save_pretrained(tmp_path / "dpr", task.tokenizer(), task.tokenizer())
    return tmp_path


def configuration(files, **changes):
    whole = {
        "task": {"name": "rag", "n_docs": 2, "max_new_tokens": 4},
        "data": {
            "train": str(files / "train.jsonl"),
            "held_out": str(files / "test.jsonl"),
            "documents": str(files / "documents.jsonl"),
        },
        "model": {
            "generator": str(files / "bart"),
            "retriever": str(files / "dpr"),
            "fusion": "gated",
            "template": "{text} {question}",
        },
        "optim": {"max_steps": 2, "batch_size": 2},
        "run": {"out": str(files / "out"), "tensorboard": False, "device": "cpu"},
    }
    for section, values in changes.items():
        whole[section] = {k: v for k, v in (whole[section] | values).items() if v is not None}
    return settings_from(whole)


def test_the_recipe_trains_from_a_configuration_and_its_result_trains_on(files):
    given = configuration(files)
    report = train(make_objective(given), given, say=lambda s: None)
    model, _ = load_rag(report.model)
    assert model.fusion_settings["fusion"] == "gated"
    again = configuration(
        files,
        model={"generator": str(report.model), "retriever": None, "fusion": None, "template": None},
    )
    made = make_objective(replace(again, run=replace(again.run, out=files / "again")))
    assert made.model.rag.fusion_settings["fusion"] == "gated"
    assert made.tokenizer.template.pattern == "{text} {question}"
    assert torch.isfinite(loss_of(made, (0, 1)).value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"data": {"kb": "notes"}}, r"documents and kb in \[data\] both say"),
        ({"data": {"documents": None}}, r"has nothing to fuse: no document has features"),
        ({"model": {"retriever": None}}, r"brings no encoders of questions and documents"),
        ({"task": {"marginal": "tokens"}}, r"marginal"),
        ({"task": {"random_docs": 3}}, r"random_docs at most n_docs"),
    ],
)
def test_a_configuration_that_does_not_fit_is_refused(files, changes, message):
    with pytest.raises(UsageError, match=message):
        make_objective(configuration(files, **changes))
