"""Likelihoods are those of the papers' formulas, computed by plain loops over plain floats."""

import math

import pytest
import torch

from pincite.errors import UsageError
from pincite.models import fusion
from pincite.models.rag import (
    RagModel,
    document_log_prior,
    document_posterior,
    hf_compat,
    token_posterior,
)
from tests.models.rag.tiny import (
    DOUBLE,
    TRUTHS,
    Table,
    all_sequences,
    bart,
    documents,
    joint_table,
    log_normalised,
    t5,
    text_states,
    text_tables,
)

VOCAB, LENGTH = 6, 3
EVERY = all_sequences(VOCAB, LENGTH)
WIDTHS = {"image": 5, "audio": 3}
REGIONS = {"image": 2, "audio": 3}


def close(found, wanted, tolerance=1e-10):
    assert len(found) == len(wanted)
    torch.testing.assert_close(
        torch.as_tensor(found, dtype=DOUBLE),
        torch.tensor(wanted, dtype=DOUBLE),
        rtol=0,
        atol=tolerance,
    )


@torch.no_grad()
def every_log_prob(model, request, marginal, **given):
    """Return log P(y|x) of all sequences y of one question, in the order of `EVERY`."""
    ids, mask, scores = (x.expand(len(EVERY), *x.shape[1:]) for x in request)
    given = {
        what: {m: x.expand(len(EVERY), *x.shape[1:]) for m, x in by_modality.items()}
        for what, by_modality in given.items()
    }
    labels = torch.tensor(EVERY)
    return -model.nll(
        ids, mask, scores, labels, marginal, labels_mask=torch.ones_like(labels), **given
    )


def total_probability(log_probs):
    return math.fsum(math.exp(p) for p in log_probs.tolist())


# -- text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("made", "start", "pad"), [(bart, 2, 1), (t5, 0, 0)])
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_every_sequence_has_the_probability_of_the_double_loop(made, start, pad, marginal):
    generator = made(vocab=VOCAB)
    ids, mask, scores = request = documents(1, 3, vocab=VOCAB, pad=pad)
    found = every_log_prob(RagModel(generator), request, marginal)
    if marginal == "fid":
        table = joint_table(generator, ids[0], mask[0], start)
        wanted = [table.sequence(y) for y in EVERY]
    else:
        tables, prior = (
            text_tables(generator, ids[0], mask[0], start),
            log_normalised(scores[0].tolist()),
        )
        wanted = [TRUTHS[marginal](tables, prior, y) for y in EVERY]
    close(found, wanted)
    assert total_probability(found) == pytest.approx(1.0, abs=1e-12)
    assert max(wanted) - min(wanted) > 1.0


def test_the_two_marginals_are_two():
    request = documents(1, 3, vocab=VOCAB)
    model = RagModel(bart(vocab=VOCAB))
    apart = every_log_prob(model, request, "token") - every_log_prob(model, request, "sequence")
    assert apart.abs().max() > 0.1


def test_one_document_leaves_nothing_to_sum_over():
    request = documents(1, 1, vocab=VOCAB)
    model = RagModel(bart(vocab=VOCAB))
    wanted = every_log_prob(model, request, "fid").tolist()
    close(every_log_prob(model, request, "token"), wanted)
    close(every_log_prob(model, request, "sequence"), wanted)


@pytest.mark.parametrize("marginal", ["token", "sequence"])
def test_labels_after_the_end_cost_nothing(marginal):
    model = RagModel(bart())
    ids, mask, scores = documents(2, 3)
    labels = torch.tensor([[7, 9, 2, 1, 1], [8, 2, 1, 1, 1]])
    with torch.no_grad():
        together = model.nll(ids, mask, scores, labels, marginal)
        ignored = model.nll(ids, mask, scores, labels.masked_fill(labels == 1, -100), marginal)
        for row, length in enumerate((3, 2)):
            one = slice(row, row + 1)
            alone = model.nll(ids[one], mask[one], scores[one], labels[one, :length], marginal)
            close(together[one], alone.tolist())
    close(ignored, together.tolist())


@pytest.mark.parametrize("marginal", ["token", "sequence"])
def test_where_padding_is_the_end_the_first_end_counts(marginal):
    model = RagModel(bart(pad=2))
    ids, mask, scores = documents(1, 3, pad=2)
    with torch.no_grad():
        padded = model.nll(ids, mask, scores, torch.tensor([[7, 2, 9, 2, 2, 2]]), marginal)
        exact = model.nll(
            ids,
            mask,
            scores,
            torch.tensor([[7, 2, 9, 2]]),
            marginal,
            labels_mask=torch.ones(1, 4),
        )
        unended = model.nll(ids, mask, scores, torch.tensor([[7, 2, 9]]), marginal)
    close(padded, exact.tolist())
    assert unended < padded


# -- modalities ------------------------------------------------------------------------------------

HOLDINGS = [
    ("text", "image", "audio"),
    ("text", "image"),
    ("text", "audio"),
    ("text",),
    ("image", "audio"),
]
"""What each document of the question holds."""


def fused_model(name, seed=0, generator=None):
    model = RagModel(
        generator or bart(vocab=VOCAB), fusion=name, features=WIDTHS, region_width=8, heads=2
    )
    torch.manual_seed(seed)
    for parameter in (*model.fusion.parameters(), *model.adapter.parameters()):
        torch.nn.init.normal_(parameter, std=0.7)
    return model.double().eval()


def evidence(holdings=HOLDINGS, seed=0, rubbish=math.nan):
    """Return a request of one question with features; what a document lacks holds rubbish."""
    ids, mask, scores = documents(1, len(holdings), vocab=VOCAB, seed=seed, s=5)
    chance = torch.Generator().manual_seed(seed + 7)
    features, masks = {}, {}
    for modality, width in WIDTHS.items():
        shape = (1, len(holdings), REGIONS[modality])
        values = torch.randn(*shape, width, generator=chance, dtype=DOUBLE)
        real = torch.rand(shape, generator=chance) < 0.7
        real[..., 0] = True
        real &= torch.tensor([modality in held for held in holdings])[None, :, None]
        features[modality] = values.masked_fill(~real.unsqueeze(-1), rubbish)
        masks[modality] = real
    mask = mask & torch.tensor(["text" in held for held in holdings])[None, :, None]
    return (ids, mask, scores), {"features": features, "feature_masks": masks}


def regions_of(model, given, d):
    """Return W_m f + u_m of the real features of document d, (m, e)."""
    rows = [torch.zeros(0, 8, dtype=DOUBLE)]
    for modality, values in given["features"].items():
        for f, real in zip(values[0, d], given["feature_masks"][modality][0, d], strict=True):
            if real:
                linear = model.adapter.project[modality]
                row = linear.weight @ f + linear.bias + model.adapter.kind[modality]
                rows.append(row[None])
    return torch.cat(rows)


@torch.no_grad()
def views_of(model, request, given, d):
    """Return the states a decoder sees of document d, without padding, with their weights."""
    ids, mask, _ = request
    text = torch.zeros(0, 16, dtype=DOUBLE)
    if mask[0, d].any():
        text = text_states(model.generator, ids[0, d], mask[0, d])
    regions = regions_of(model, given, d)
    if type(model.fusion).__name__ == "LateFusion":
        return late_views(model.fusion, text, regions)
    fused = model.fusion(text[None], regions[None])
    return [(fused.states[0][fused.mask[0]], 1.0)]


def late_views(layer, text, regions):
    """The article's late fusion by hand: each modality apart, w = softmax(c_m + g_m . mean_m)."""
    sides = [text, regions @ layer.project.weight.T]
    scores = [
        (layer.scores[m] + layer.slopes[m] @ side.mean(dim=0)).item() if len(side) else -math.inf
        for m, side in enumerate(sides)
    ]
    weights = [math.exp(w) for w in log_normalised(scores)]
    return [(side, w) for side, w in zip(sides, weights, strict=True) if len(side)]


@pytest.fixture(scope="module", params=fusion.names())
def multimodal(request):
    """A model of each fusion, a question with documents of all kinds, their views and tables."""
    model = fused_model(request.param)
    asked, given = evidence()
    views = [views_of(model, asked, given, d) for d in range(len(HOLDINGS))]
    return model, asked, given, views, [Table(model.generator, each, 2) for each in views]


@pytest.mark.parametrize("marginal", ["token", "sequence"])
def test_documents_of_all_kinds_are_summed_over_together(multimodal, marginal):
    model, asked, given, _, tables = multimodal
    prior = log_normalised(asked[2][0].tolist())
    found = every_log_prob(model, asked, marginal, **given)
    close(found, [TRUTHS[marginal](tables, prior, y) for y in EVERY])
    assert total_probability(found) == pytest.approx(1.0, abs=1e-12)


def test_documents_of_all_kinds_are_read_at_once(multimodal):
    """Fusion-in-Decoder; late fusion reads all texts, and all regions, and mixes the two."""
    model, asked, given, views, _ = multimodal
    if len(views[0]) == 1:
        table = Table(model.generator, [(torch.cat([v for ((v, _),) in views]), 1.0)], 2)
    else:
        sides = [[], []]
        for held, each in zip(HOLDINGS, views, strict=True):
            present = ["text" in held, "image" in held or "audio" in held]
            places = [m for m in (0, 1) if present[m]]
            for m, view in zip(places, each, strict=True):
                sides[m].append(view)
        table = Table(
            model.generator,
            [
                (torch.cat([v for v, _ in side]), sum(w for _, w in side) / len(views))
                for side in sides
            ],
            2,
        )
    found = every_log_prob(model, asked, "fid", **given)
    close(found, [table.sequence(y) for y in EVERY])
    assert total_probability(found) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("name", fusion.names())
def test_features_tell_a_difference(name):
    """So that the tests above would not pass with a fusion that is never asked."""
    model = fused_model(name)
    asked, given = evidence()
    with_all = every_log_prob(model, asked, "token", **given)
    without = every_log_prob(model, asked, "token")
    assert (with_all - without).abs().max() > 0.05


@pytest.mark.parametrize("name", fusion.names())
@pytest.mark.parametrize("marginal", ["token", "sequence"])
def test_a_question_of_texts_alone_needs_no_features(name, marginal):
    """Given none at all, or with masks that are all False, it is the model of the texts."""
    model = fused_model(name)
    asked, given = evidence([("text",), ("text",)])
    prior, views = log_normalised(asked[2][0].tolist()), []
    for d in range(2):
        views += [views_of(model, asked, given, d)]
    tables = [Table(model.generator, each, 2) for each in views]
    wanted = [TRUTHS[marginal](tables, prior, y) for y in EVERY]
    close(every_log_prob(model, asked, marginal), wanted)
    close(every_log_prob(model, asked, marginal, **given), wanted)
    just_one = {"features": {"audio": given["features"]["audio"]}}
    just_one["feature_masks"] = {"audio": given["feature_masks"]["audio"]}
    close(every_log_prob(model, asked, marginal, **just_one), wanted)


@pytest.mark.parametrize("name", fusion.names())
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_what_a_document_lacks_reaches_no_gradient(name, marginal):
    model = fused_model(name)
    asked, given = evidence([("text",), ("text",), ("image",), ()])
    given["features"]["image"].requires_grad_()
    loss = model.nll(*asked, torch.tensor([[3, 4, 2]]), marginal, **given)
    loss.sum().backward()
    assert loss.isfinite().all()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    assert all(g.isfinite().all() for g in gradients)
    real = given["feature_masks"]["image"]
    felt = given["features"]["image"].grad
    assert felt[~real].eq(0).all()
    assert felt[real].abs().max() > 0


@pytest.mark.parametrize("name", fusion.names())
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_no_question_has_a_picture_and_gradients_stay_numbers(name, marginal):
    """A modality that no document of a question has weighs nothing there."""
    model = fused_model(name)
    (ids, mask, scores), given = evidence([("text", "image"), ("text",)])
    both = (torch.cat([ids, ids]), torch.cat([mask, mask]), torch.cat([scores, scores]))
    given = {what: {m: torch.cat([x, x]) for m, x in by.items()} for what, by in given.items()}
    given["feature_masks"]["image"][1] = False
    model.nll(*both, torch.tensor([[3, 4, 2]] * 2), marginal, **given).sum().backward()
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)


def test_what_stands_in_an_empty_text_is_not_read():
    for name in fusion.names():
        model = fused_model(name)
        (ids, mask, scores), given = evidence()
        before = every_log_prob(model, (ids, mask, scores), "token", **given)
        ids = ids.masked_fill(~mask, 5)
        close(every_log_prob(model, (ids, mask, scores), "token", **given), before.tolist(), 1e-12)


# -- gradients -------------------------------------------------------------------------------------


def check_slopes(loss, tensor, entries):
    """Compare the gradient of a tensor with central differences at some of its entries."""
    wanted = torch.autograd.grad(loss(), tensor)[0].flatten()
    step, flat = 1e-5, tensor.detach().view(-1)
    for entry in entries:
        before = flat[entry].item()
        sides = []
        for moved in (before + step, before - step):
            flat[entry] = moved
            with torch.no_grad():
                sides.append(loss().item())
        flat[entry] = before
        slope = (sides[0] - sides[1]) / (2 * step)
        assert wanted[entry].item() == pytest.approx(slope, rel=1e-5, abs=1e-8)
    assert wanted.abs().max() > 1e-4


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("name", fusion.names())
@pytest.mark.parametrize("marginal", ["token", "sequence"])
def test_gradients_are_slopes(name, marginal, smoothing):
    model = fused_model(name)
    (ids, mask, scores), given = evidence(rubbish=0.0)
    scores.requires_grad_()
    image = given["features"]["image"].requires_grad_()

    def loss():
        return model.nll(
            ids,
            mask,
            scores,
            torch.tensor([[3, 4, 5, 2]]),
            marginal,
            label_smoothing=smoothing,
            **given,
        ).sum()

    check_slopes(loss, scores, range(5))
    check_slopes(loss, image, range(0, 10, 3))
    check_slopes(loss, model.fusion.project.weight, range(0, 128, 40))
    check_slopes(loss, model.adapter.project["audio"].weight, range(0, 24, 9))


# -- posteriors ------------------------------------------------------------------------------------


def test_the_posterior_is_the_share_of_a_document_in_the_sum():
    generator = bart(vocab=VOCAB)
    ids, mask, scores = documents(1, 3, vocab=VOCAB)
    tables = text_tables(generator, ids[0], mask[0], 2)
    prior = log_normalised(scores[0].tolist())
    for y in EVERY[::17]:
        joint = [math.exp(p + table.sequence(y)) for p, table in zip(prior, tables, strict=True)]
        labels = torch.tensor([y]).masked_fill(torch.tensor([y]) == 1, -100)
        if -100 in labels:
            continue
        with torch.no_grad():
            found = RagModel(generator).posterior(ids, mask, scores, labels)
        close(found[0], [p / sum(joint) for p in joint], 1e-12)


def test_posteriors_by_hand():
    prior = torch.tensor([[0.5, 0.25, 0.25]], dtype=DOUBLE).log()
    each = torch.tensor([[[0.2, 0.5], [0.4, 0.25], [0.8, 0.25]]], dtype=DOUBLE).log()
    close(document_posterior(prior, each.sum(dim=-1))[0], [0.4, 0.2, 0.4])
    by_token = token_posterior(prior, each, "token")[0]
    close(by_token[0], [0.25, 0.25, 0.5])
    close(by_token[1], [2 / 3, 1 / 6, 1 / 6])
    so_far = token_posterior(prior, each, "sequence")[0]
    close(so_far[0], [0.25, 0.25, 0.5])
    close(so_far[1], [0.4, 0.2, 0.4])


def test_rows_of_posteriors_sum_to_one_for_impossible_and_sure_documents_too():
    prior = document_log_prior(torch.tensor([[0.0, -torch.inf, 900.0]], dtype=DOUBLE))
    each = torch.tensor([[[-1.0, -2000.0], [-1.0, -1.0], [-3.0, -900.0]]], dtype=DOUBLE)
    for marginal in ("token", "sequence"):
        found = token_posterior(prior, each, marginal)
        close(found.sum(dim=-1)[0], [1.0, 1.0], 1e-15)
        assert found[..., 1].eq(0).all()
    assert document_posterior(prior, each.sum(dim=-1))[0, 1] == 0


# -- smoothing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("marginal", ["token", "sequence"])
def test_smoothing_mixes_in_the_mean_over_the_vocabulary_of_the_mixture(marginal):
    generator = bart(vocab=VOCAB)
    ids, mask, scores = documents(1, 3, vocab=VOCAB)
    tables = text_tables(generator, ids[0], mask[0], 2)
    prior, y, share = log_normalised(scores[0].tolist()), (3, 5, 2), 0.3
    wanted = 0.0
    for t, word in enumerate(y):
        belief = [math.exp(p) for p in prior]
        if marginal == "sequence":  # P(d|x, y_<t)
            for d, table in enumerate(tables):
                belief[d] *= math.exp(sum(table[y[:u]][y[u]] for u in range(t)))
            belief = [p / sum(belief) for p in belief]
        mixture = [
            math.log(
                sum(p * math.exp(table[y[:t]][v]) for p, table in zip(belief, tables, strict=True))
            )
            for v in range(VOCAB)
        ]
        wanted -= (1 - share) * mixture[word] + share * sum(mixture) / VOCAB
    with torch.no_grad():
        found = RagModel(generator).nll(
            ids, mask, scores, torch.tensor([y]), marginal, label_smoothing=share
        )
    close(found, [wanted])


@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
def test_no_smoothing_is_the_limit_of_little_smoothing(marginal):
    model = RagModel(bart())
    ids, mask, scores = documents(2, 3)
    labels = torch.tensor([[7, 9, 2], [8, 2, 1]])
    with torch.no_grad():
        none, little = (
            model.nll(ids, mask, scores, labels, marginal, label_smoothing=s) for s in (0.0, 1e-13)
        )
    close(little, none.tolist())


# -- documents that are not there ------------------------------------------------------------------


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("marginal", ["token", "sequence", "fid"])
@pytest.mark.parametrize("name", [None, "concat", "gated", "late"])
def test_a_document_that_is_not_there_has_no_influence(name, marginal, smoothing):
    model = RagModel(bart(vocab=VOCAB)) if name is None else fused_model(name)
    (ids, mask, scores), given = evidence(rubbish=0.0)
    given = {} if name is None else given
    labels = torch.tensor([[3, 4, 2]])

    def nll(keep, scores):
        kept = {what: {m: x[:, keep] for m, x in by.items()} for what, by in given.items()}
        return model.nll(
            ids[:, keep], mask[:, keep], scores, labels, marginal, label_smoothing=smoothing, **kept
        )

    there = [0, 2, 4]
    wanted = nll(there, scores[:, there])
    gone = scores.clone()
    gone[:, [1, 3]] = -torch.inf
    gone.requires_grad_()
    found = nll([0, 1, 2, 3, 4], gone)
    close(found.detach(), wanted.tolist())
    found.sum().backward()
    for parameter in (gone, *model.parameters()):
        assert parameter.grad is None or parameter.grad.isfinite().all()
    if marginal != "fid":
        assert gone.grad[:, [1, 3]].eq(0).all()


@pytest.mark.parametrize("marginal", ["token", "sequence"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_document_that_is_not_there_has_none_in_the_compatible_loss(marginal, smoothing):
    model = RagModel(bart())
    ids, mask, scores = documents(2, 3)
    gone = torch.cat([scores[:, :2], torch.full((2, 1), -torch.inf)], dim=1).requires_grad_()
    labels = torch.tensor([[2, 7, 9, 2], [2, 8, 2, 1]])
    given = {"label_smoothing": smoothing, "hf_compat": True}
    wanted = model.nll(ids[:, :2], mask[:, :2], scores[:, :2], labels, marginal, **given)
    found = model.nll(ids, mask, gone, labels, marginal, **given)
    close(found.detach(), wanted.tolist())
    found.sum().backward()
    assert gone.grad.isfinite().all()


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_score_that_is_no_number_is_refused(bad):
    with pytest.raises(UsageError, match="doc_scores must be numbers"):
        document_log_prior(torch.tensor([[0.0, bad]]))


def test_the_compatible_loss_by_hand():
    """The first label is given; the prior enters with the second target and is lost with it."""
    words = torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], dtype=DOUBLE).log()
    prior = torch.tensor([[0.25, 0.75]], dtype=DOUBLE).log()
    two = hf_compat.shifted_targets(torch.tensor([[0, 2, 0]]), pad=1)
    assert two.tolist() == [[2, 0, 1]]
    found = hf_compat.nll(words[:, two[0]][None], prior, two, pad=1, marginal="sequence")
    close(found, [-math.log(0.25 * 0.2 * 0.5 + 0.75 * 0.8 * 0.1)])
    one = hf_compat.shifted_targets(torch.tensor([[0, 2, 1]]), pad=1)
    found = hf_compat.nll(words[:, one[0]][None], prior, one, pad=1, marginal="sequence")
    close(found, [-math.log(0.2 + 0.8)])
