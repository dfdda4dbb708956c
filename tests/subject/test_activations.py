"""Activations: what a site holds, reading and writing it, batches, and stopping early."""

from __future__ import annotations

import pytest
import torch

from saecircuits.errors import InputError, UnsupportedModelError
from saecircuits.sites import SITE_KINDS, Site
from saecircuits.subject import Subject
from tests.subject.plain import (
    POST_NORMED,
    attention_of,
    blocks_of,
    family_of,
    hooked,
    hooked_module,
    last_matrix_of,
    logits_with,
    mlp_of,
    read,
)
from tests.tiny import VOCABULARY

PROMPT = "w1 w20 w3 w4 w1 w7"
ALL_SITES = [Site(kind, layer) for layer in range(3) for kind in SITE_KINDS]


def test_what_is_added_adds_up(subject: Subject) -> None:
    """`attn_out` and `mlp_out` are what is added to the residual stream, in every architecture."""
    found = subject.read(PROMPT, ALL_SITES)
    for layer in range(3):
        pre, attention, mid, _, mlp, post = (found[Site(kind, layer)] for kind in SITE_KINDS)
        # the sum of two float32 numbers is rounded once, here and in the model
        torch.testing.assert_close(pre + attention, mid, atol=1e-6, rtol=1e-6)
        torch.testing.assert_close(mid + mlp, post, atol=1e-6, rtol=1e-6)
        assert min(attention.abs().max(), mlp.abs().max()) > 1e-2
        if layer < 2:
            torch.testing.assert_close(post, found[Site("resid_pre", layer + 1)], atol=0, rtol=0)


def test_reading_equals_plain_hooks(subject: Subject) -> None:
    expected, logits = read(subject, subject.tokenize(PROMPT).ids, ALL_SITES)
    found = subject.read(PROMPT, ALL_SITES)
    assert set(found) == set(ALL_SITES)
    for site in ALL_SITES:
        torch.testing.assert_close(found[site], expected[site], atol=1e-6, rtol=1e-6, msg=str(site))
    torch.testing.assert_close(subject.predict(PROMPT), logits[:, -1], atol=1e-5, rtol=1e-5)
    inside = subject.run(PROMPT, lambda: (subject.final_input(), subject.logits()))
    torch.testing.assert_close(inside[0], expected[Site("resid_post", 2)], atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(inside[1], logits, atol=1e-5, rtol=1e-5)


def test_the_order_in_which_sites_are_named_is_free(subject: Subject) -> None:
    sites = [Site("resid_post", 1), Site("mlp_in", 0), Site("resid_post", 1)]
    found = subject.read(PROMPT, sites)
    assert list(found) == [Site("mlp_in", 0), Site("resid_post", 1)]


@pytest.mark.parametrize("layer", [0, 2])
@pytest.mark.parametrize("kind", SITE_KINDS)
def test_writing_equals_plain_hooks(subject: Subject, kind: str, layer: int) -> None:
    site, ids = Site(kind, layer), subject.tokenize(PROMPT).ids
    value = torch.randn(1, ids.shape[1], subject.d_model, generator=torch.Generator().manual_seed(layer))

    def body() -> torch.Tensor:
        subject.set(site, value)
        return subject.logits()

    if kind == "resid_mid" and subject.parallel:
        with pytest.raises(InputError, match=rf"Nothing reads {site}.*run in parallel.*Use attn_out"):
            subject.run(PROMPT, body)
        return
    written = subject.run(PROMPT, body)
    torch.testing.assert_close(written, logits_with(subject, ids, site, value), atol=1e-5, rtol=1e-5)
    assert not torch.allclose(written, subject.run(PROMPT, subject.logits), atol=1e-2)


def test_a_value_can_be_read_changed_and_written(subject: Subject) -> None:
    site = Site("mlp_out", 1)

    def body() -> torch.Tensor:
        subject.set(site, 2 * subject.get(site))
        return subject.logits()

    (value,) = read(subject, subject.tokenize(PROMPT).ids, [site])[0].values()
    expected = logits_with(subject, subject.tokenize(PROMPT).ids, site, 2 * value)
    torch.testing.assert_close(subject.run(PROMPT, body), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("layer", [0, 2])
def test_neurons_are_read_and_written(subject: Subject, layer: int) -> None:
    if not subject.architecture.has_neurons:
        with pytest.raises(UnsupportedModelError, match="mixtures of experts"):
            subject.run(PROMPT, lambda: subject.mlp_hidden(layer))
        return
    ids, found, value = subject.tokenize(PROMPT).ids, [], torch.tensor(0)

    def body() -> tuple[torch.Tensor, torch.Tensor]:
        nonlocal value
        before = subject.mlp_hidden(layer)
        value = before.flip(-1) + 1
        subject.set_mlp_hidden(layer, value)
        return before, subject.logits()

    before, written = subject.run(PROMPT, body)
    with torch.no_grad(), hooked_module(last_matrix_of(subject, layer), True, found.append):
        live = subject.module(input_ids=ids).logits
    with torch.no_grad(), hooked_module(last_matrix_of(subject, layer), True, lambda _: value):
        expected = subject.module(input_ids=ids).logits
    torch.testing.assert_close(before, found[0], atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(written, expected, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(written, live, atol=1e-2)


def test_a_block_gives_everything_in_one_run(subject: Subject) -> None:
    """In the order of the forward pass, outputs before their post-norms included."""
    ids, raw, mlp = subject.tokenize(PROMPT).ids, [], []

    def body() -> list[dict[str, torch.Tensor]]:
        return [
            {
                "resid_pre": subject.get(Site("resid_pre", layer)),
                "attention_raw": subject.attention_raw(layer),
                "attn_out": subject.get(Site("attn_out", layer)),
                "resid_mid": subject.get(Site("resid_mid", layer)),
                "mlp_in": subject.get(Site("mlp_in", layer)),
                **({"mlp_hidden": subject.mlp_hidden(layer)} if subject.architecture.has_neurons else {}),
                "mlp_raw": subject.mlp_raw(layer),
                "mlp_out": subject.get(Site("mlp_out", layer)),
                "resid_post": subject.get(Site("resid_post", layer)),
            }
            for layer in range(3)
        ]

    (first, found, _) = subject.run(PROMPT, body)
    with (
        torch.no_grad(),
        hooked_module(attention_of(subject, 1), False, raw.append),
        hooked_module(mlp_of(subject, 1), False, mlp.append),
    ):
        subject.module(input_ids=ids)
    torch.testing.assert_close(found["attention_raw"], raw[0], atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(found["mlp_raw"], mlp[0], atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(found["resid_pre"], first["resid_post"], atol=0, rtol=0)
    added = found["resid_pre"] + found["attn_out"] + found["mlp_out"]
    torch.testing.assert_close(added, found["resid_post"], atol=1e-6, rtol=1e-6)
    post_normed = family_of(subject) in POST_NORMED
    assert torch.equal(found["attn_out"], found["attention_raw"]) != post_normed
    assert torch.equal(found["mlp_out"], found["mlp_raw"]) != post_normed


def test_gradients_flow_when_asked_for(subject: Subject) -> None:
    def body() -> tuple[torch.Tensor, torch.Tensor]:
        value = subject.get(Site("resid_pre", 1)).detach().requires_grad_()
        subject.set(Site("resid_pre", 1), value)
        return value, subject.logits()[0, -1, 5]

    value, logit = subject.run(PROMPT, body, grad=True)
    (gradient,) = torch.autograd.grad(logit, value)
    assert gradient.abs().max() > 0
    assert not subject.run(PROMPT, subject.logits).requires_grad


def test_prompts_of_different_lengths_are_one_batch(subject: Subject) -> None:
    """Padding on the left changes nothing: each prompt is as if it ran alone."""
    prompts = ["w1", "w5 w6 w7 w8 w9 w10 w11", "w2 w3 w2"]
    sites = [Site("resid_pre", 0), Site("attn_out", 1), Site("mlp_in", 2), Site("resid_post", 2)]
    tokens = subject.tokenize(prompts)
    together, logits = subject.read(tokens, sites), subject.predict(tokens)
    for row, prompt in enumerate(prompts):
        alone = subject.read(prompt, sites)
        for site in sites:
            # other shapes of the same float32 products: 4e-6 at the most
            torch.testing.assert_close(together[site][row][tokens.mask[row]], alone[site][0], atol=2e-5, rtol=1e-5)
        torch.testing.assert_close(logits[row], subject.predict(prompt)[0], atol=2e-5, rtol=1e-5)


@pytest.mark.parametrize("site", [Site("resid_pre", 0), Site("mlp_in", 1), Site("resid_post", 1)], ids=str)
def test_reading_stops_after_the_last_site(subject: Subject, site: Site) -> None:
    called: list[str] = []
    modules = {"earlier": mlp_of(subject, 0), "later": blocks_of(subject)[2], "head": subject.module.lm_head}
    hooks = [m.register_forward_hook(lambda *_, name=name: called.append(name)) for name, m in modules.items()]
    try:
        subject.read(PROMPT, [site])
        assert called == ([] if site.layer == 0 else ["earlier"])
        subject.predict(PROMPT)
        assert called[-3:] == ["earlier", "later", "head"]
    finally:
        for hook in hooks:
            hook.remove()


@torch.no_grad()
def test_generating_with_a_site_edited_equals_generating_step_by_step(subject: Subject) -> None:
    """Greedy, against the whole text run anew at every step, without a cache; past sliding windows."""
    shift = torch.randn(subject.d_model, generator=torch.Generator().manual_seed(0))
    site, tokens, seen = Site("resid_post", 1), subject.tokenize(PROMPT), []

    def body(_: int) -> None:
        subject.set(site, shift - subject.get(site))
        seen.append(subject.logits()[:, -1])

    made = subject.generate(tokens, body, max_new_tokens=6, do_sample=False, eos_token_id=VOCABULARY)
    with hooked(subject, site, lambda value: shift - value):
        for step, logits in enumerate(seen):
            ids = made[:, : tokens.ids.shape[1] + step]
            expected = subject.module(input_ids=ids).logits[:, -1]
            torch.testing.assert_close(logits, expected, atol=1e-4, rtol=1e-4)
            assert made[0, ids.shape[1]] == expected.argmax()
    assert len(seen) == 6
    assert not torch.allclose(seen[0], subject.predict(tokens), atol=1e-2)


def test_a_layer_that_does_not_exist_is_refused(subject: Subject) -> None:
    with pytest.raises(InputError, match=r"no site mlp_out\.3.*layers 0 to 2"):
        subject.read(PROMPT, [Site("mlp_in", 0), Site("mlp_out", 3)])


def test_an_error_in_the_body_leaves_the_model_usable(subject: Subject) -> None:
    before = subject.predict(PROMPT)
    with pytest.raises(ZeroDivisionError):
        subject.run(PROMPT, lambda: 1 / 0)
    torch.testing.assert_close(subject.predict(PROMPT), before, atol=0, rtol=0)


def test_sizes_are_those_of_the_model(subject: Subject) -> None:
    assert (subject.n_layers, subject.d_model, subject.context) == (3, 32, 64)
    assert subject.device == torch.device("cpu")
    assert not any(p.requires_grad for p in subject.module.parameters())
    assert not subject.module.training
