"""Scores of dictionaries against slow and plain computations of the same."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from saecircuits.dictionaries import Dictionary, ReLU
from saecircuits.errors import InputError
from saecircuits.evaluation import by_dictionaries, evaluate, replaced_logits
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.training import Corpus
from tests.tiny import tiny_subject
from tests.tiny_dictionaries import random_transcoder

TEXTS = ["w1 w2 w3 w4", "w5 w9", "w6 w7 w8 w20 w21 w22", "w40"]
CORPUS = Corpus.texts(TEXTS, name="four texts")


def _dictionaries(subject, layers=(0, 1, 2)) -> list[Dictionary]:
    return [random_transcoder(layer, subject.d_model) for layer in layers]


def _identity(subject, site: str) -> Dictionary:
    """An SAE that loses nothing: each direction with both signs."""
    d = subject.d_model
    dictionary = Dictionary("identity", [Site.parse(site)], [Site.parse(site)], 2 * d, d, ReLU())
    with torch.no_grad():
        dictionary.W_enc[:, 0] = torch.cat([torch.eye(d), -torch.eye(d)])
        dictionary.W_dec[:, 0] = dictionary.W_enc[:, 0]
    return dictionary.requires_grad_(False)


def _tokens_one_by_one(subject, dictionary):
    """Targets, residuals and latents of all tokens but the first of each text."""
    rows = []
    for text in TEXTS:
        read = subject.read(text, [*dictionary.reads, *dictionary.writes])
        for position in range(1, len(text.split()) + 1):
            x = torch.stack([read[site][0, position] for site in dictionary.reads])
            y = torch.stack([read[site][0, position] for site in dictionary.writes])
            z = dictionary.encode(x[None])[0]
            rows.append((y, y - dictionary.decode(z[None])[0], z))
    return tuple(torch.stack(column) for column in zip(*rows, strict=True))


def test_scores_of_each_dictionary_equal_a_plain_computation(subject):
    dictionaries = _dictionaries(subject)
    report = evaluate(Replacement(subject, dictionaries), CORPUS, rows=2)
    assert report.tokens == sum(len(text.split()) for text in TEXTS)
    for dictionary in dictionaries:
        y, residual, z = _tokens_one_by_one(subject, dictionary)
        size = (y - y.mean(0)).flatten(1).norm(dim=1)
        left = residual.flatten(1).norm(dim=1)
        found = report.dictionaries[dictionary.name]
        assert found.l0 == pytest.approx(float((z > 0).sum(1).float().mean()), rel=1e-3)
        assert found.fvu == pytest.approx(float(left.pow(2).sum() / size.pow(2).sum()), rel=1e-3)
        assert found.relative_error == pytest.approx(float((left / size).median()), rel=1e-3)
        assert found.dead == pytest.approx(float(((z > 0).sum(0) == 0).float().mean()))
        assert found.variance_explained == pytest.approx(1 - found.fvu)


def test_replaced_losses_equal_a_computation_row_by_row(subject):
    dictionaries = _dictionaries(subject, (0, 2))
    found = evaluate(Replacement(subject, dictionaries), CORPUS, rows=4).replaced
    replacers = by_dictionaries(dictionaries)
    losses, replaced, kls, same = [], [], [], []
    for text in TEXTS:
        tokens = subject.tokenize(text)
        following = tokens.ids[0, 2:]
        own, other = (
            logits[0, 1:-1].log_softmax(-1)
            for logits in (subject.run(tokens, subject.logits), replaced_logits(subject, tokens, replacers))
        )
        losses.append(functional.nll_loss(own, following, reduction="none"))
        replaced.append(functional.nll_loss(other, following, reduction="none"))
        kls.append(functional.kl_div(other, own, log_target=True, reduction="none").sum(-1))
        same.append((own.argmax(-1) == other.argmax(-1)).float())
    for value, rows in (
        (found.loss, losses),
        (found.replaced_loss, replaced),
        (found.kl, kls),
        (found.agreement, same),
    ):
        assert value == pytest.approx(float(torch.cat(rows).mean()), rel=1e-3, abs=1e-4)
    expected = (found.ablated_loss - found.replaced_loss) / (found.ablated_loss - found.loss)
    assert found.loss_recovered == pytest.approx(expected)


@pytest.mark.parametrize("site", ["mlp_out.1", "resid_post.0", "attn_out.2"])
def test_a_dictionary_that_loses_nothing_changes_nothing(subject, site):
    report = evaluate(Replacement(subject, [_identity(subject, site)]), CORPUS)
    scores = report.dictionaries["identity"]
    assert scores.fvu == pytest.approx(0, abs=1e-9)
    assert report.replaced.kl == pytest.approx(0, abs=1e-6)
    assert report.replaced.loss_recovered == pytest.approx(1, abs=1e-4)
    assert report.replaced.agreement == 1
    assert report.replaced.ablated_loss != pytest.approx(report.replaced.loss, rel=1e-5)


def test_the_first_token_and_padding_are_never_replaced(subject):
    dictionaries = _dictionaries(subject)
    tokens = subject.tokenize(["w1", "w2 w3 w4"])
    own = subject.run(tokens, subject.logits)
    replaced = replaced_logits(subject, tokens, by_dictionaries(dictionaries))
    torch.testing.assert_close(replaced[1, 0], own[1, 0])  # <bos>
    torch.testing.assert_close(replaced[0, 2], own[0, 2])  # <bos>, after padding
    assert (replaced[0, 3] - own[0, 3]).abs().max() > 1e-3
    assert (replaced[1, 1] - own[1, 1]).abs().max() > 1e-3


def test_writers_of_one_site_add_up():
    subject = tiny_subject("llama")
    tokens = subject.tokenize(TEXTS[2])
    whole, part = _dictionaries(subject, (1,))[0], _dictionaries(subject, (1,))[0]
    other = _dictionaries(subject, (1,))[0]
    with torch.no_grad():
        part.W_dec *= 0.25
        part.b_dec *= 0.25
        other.W_dec *= 0.75
        other.b_dec *= 0.75
    one = replaced_logits(subject, tokens, by_dictionaries([whole]))
    torch.testing.assert_close(replaced_logits(subject, tokens, by_dictionaries([part, other])), one)


def test_the_report_is_plain_and_repeatable():
    subject = tiny_subject("gpt2")
    model = Replacement(subject, _dictionaries(subject))
    report = evaluate(model, CORPUS)
    assert report == evaluate(model, CORPUS)
    plain = report.to_dict()
    assert plain["corpus"] == "four texts"
    assert set(plain["dictionaries"]) == {"transcoder.0", "transcoder.1", "transcoder.2"}
    assert plain["replaced"]["loss_recovered"] == report.replaced.loss_recovered


def test_tokens_limit_what_is_read():
    subject = tiny_subject("llama")
    report = evaluate(Replacement(subject, _dictionaries(subject)), CORPUS, tokens=5, rows=1)
    assert report.tokens == 6


def test_nothing_to_measure_is_refused(monkeypatch):
    subject = tiny_subject("llama")
    with pytest.raises(InputError, match="no dictionary"):
        evaluate(Replacement(subject, []), CORPUS)
    monkeypatch.setattr(Corpus, "token_rows", lambda self, subject: iter([[2]]))
    with pytest.raises(InputError, match="more than one token"):
        evaluate(Replacement(subject, _dictionaries(subject)), CORPUS)


def test_an_evaluation_shows_itself_as_a_table_with_a_sentence():
    subject = tiny_subject("llama")
    found = evaluate(Replacement(subject, _dictionaries(subject)), CORPUS)
    one = found.dictionaries["transcoder.1"]
    assert found.table[1]["variance_explained"] == one.variance_explained
    shown = repr(found)
    assert f"{one.l0:.3f}" in shown.splitlines()[2]
    assert f"{found.replaced.loss_recovered:.1%} recovered" in shown.splitlines()[-1]
    assert found.summary.startswith("13 tokens of four texts.")
    assert found._repr_html_().count("<tr>") == 4
