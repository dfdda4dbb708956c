"""What holds for every dictionary, whatever it reads, writes and activates with."""

from __future__ import annotations

import pytest
import torch

from saecircuits.dictionaries import (
    ACTIVATIONS,
    BatchTopK,
    Dictionary,
    JumpReLU,
    ReLU,
    TopK,
    activation_from_spec,
    load_dictionaries,
    load_dictionary,
    save_dictionary,
)
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site

D, F = 8, 20
WIRINGS = {
    "sae": (["resid_post.1"], ["resid_post.1"]),
    "transcoder": (["mlp_in.1"], ["mlp_out.1"]),
    "cross-layer": (["mlp_in.0"], ["mlp_out.0", "mlp_out.1", "mlp_out.2"]),
    "crosscoder": (["resid_post.0", "resid_post.1"], ["resid_post.0", "resid_post.1"]),
    "odd": (["mlp_in.0", "mlp_in.1", "mlp_in.2"], ["mlp_out.2", "resid_post.2"]),
}
PARTS = {"relu": ReLU, "topk": lambda: TopK(4), "batchtopk": lambda: BatchTopK(4), "jumprelu": lambda: JumpReLU(0.7)}
PARTS["jumprelu by feature"] = lambda: JumpReLU(torch.linspace(0.1, 0.9, F))


def make(wiring: str = "transcoder", activation: str = "topk", seed: int = 0) -> Dictionary:
    reads, writes = (list(map(Site.parse, sites)) for sites in WIRINGS[wiring])
    generator = torch.Generator().manual_seed(seed)
    dictionary = Dictionary(f"{wiring}.x", reads, writes, F, D, PARTS[activation]()).initialise(generator)
    with torch.no_grad():
        for bias in (dictionary.b_in, dictionary.b_enc, dictionary.b_dec):
            bias.copy_(0.3 * torch.randn(bias.shape, generator=generator))
    return dictionary.requires_grad_(False)


def inputs(dictionary: Dictionary, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, len(dictionary.reads), D, generator=torch.Generator().manual_seed(9))


each_wiring = pytest.mark.parametrize("wiring", WIRINGS)
each_activation = pytest.mark.parametrize("activation", PARTS)


@each_wiring
@each_activation
def test_shapes_and_formula(wiring, activation):
    dictionary = make(wiring, activation)
    x = inputs(dictionary, 3, 5)
    pre = torch.einsum("btrd,frd->btf", x - dictionary.b_in, dictionary.W_enc) + dictionary.b_enc
    torch.testing.assert_close(dictionary.preactivations(x), pre)
    z = dictionary.encode(x)
    assert z.shape == (3, 5, F)
    assert (z >= 0).all()
    fires = z > 0
    torch.testing.assert_close(z[fires], pre[fires])  # what fires is left as it is
    expected = torch.einsum("btf,fwd->btwd", z, dictionary.W_dec) + dictionary.b_dec
    assert expected.shape == (3, 5, len(dictionary.writes), D)
    torch.testing.assert_close(dictionary(x), expected)
    torch.testing.assert_close(dictionary.decode(z), expected)


@each_wiring
def test_decoder_rows_start_as_unit_vectors_and_saes_start_tied(wiring):
    dictionary = make(wiring)
    torch.testing.assert_close(dictionary.W_dec.flatten(1).norm(dim=1), torch.ones(F))
    if dictionary.reads == dictionary.writes:
        torch.testing.assert_close(dictionary.W_enc, dictionary.W_dec)


@each_wiring
@each_activation
def test_files_give_back_the_dictionary_of_inference(tmp_path, wiring, activation):
    dictionary = make(wiring, activation)
    x = inputs(dictionary, 40)
    if activation == "batchtopk":
        for _ in range(5):
            dictionary.activation.observe(dictionary.encode(x))
    folder = save_dictionary(dictionary, tmp_path / "d", "a model", {"k": 4}, {"l0": 4.0})
    again = load_dictionary(folder)
    assert (again.name, again.reads, again.writes) == (dictionary.name, dictionary.reads, dictionary.writes)
    for name, parameter in dictionary.named_parameters():
        assert torch.equal(parameter, dict(again.named_parameters())[name])
    dictionary.activation = dictionary.activation.for_inference()
    assert torch.equal(again.encode(x), dictionary.encode(x))
    assert not any(p.requires_grad for p in again.parameters())
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "weights.safetensors"]


def test_topk_keeps_the_largest():
    pre = torch.tensor([[3.0, -1.0, 2.0, 1.0], [-1.0, -2.0, 0.5, -3.0]])
    assert TopK(2)(pre).tolist() == [[3, 0, 2, 0], [0, 0, 0.5, 0]]
    assert TopK(9)(pre).tolist() == pre.relu().tolist()


def test_batchtopk_spends_its_budget_where_it_is_needed():
    pre = torch.tensor([[3.0, 2.5, 2.0, 1.0], [-1.0, -2.0, 0.5, -3.0]])
    assert BatchTopK(2)(pre).tolist() == [[3, 2.5, 2, 1], [0, 0, 0, 0]]


def test_batchtopk_becomes_a_jumprelu_with_the_learned_threshold():
    generator = torch.Generator().manual_seed(0)
    part = BatchTopK(5, momentum=0.9)
    first = part(torch.randn(500, 100, generator=generator))
    part.observe(first)
    assert float(part.threshold) == pytest.approx(float(first[first > 0].min()))  # the first value is taken as it is
    for _ in range(30):
        part.observe(part(torch.randn(500, 100, generator=generator)))
    inference = part.for_inference()
    assert isinstance(inference, JumpReLU)
    fired = (inference(torch.randn(2000, 100, generator=generator)) > 0).float().sum(1).mean()
    assert float(fired) == pytest.approx(5, rel=0.05)


def test_a_silent_batch_leaves_the_threshold():
    part = BatchTopK(1)
    part.observe(torch.zeros(3, 4))
    assert part.threshold.isnan()
    assert float(part.for_inference().threshold) == 0


def test_jumprelu_keeps_what_is_above():
    pre = torch.tensor([-2.0, 0.4, 0.6, 3.0])
    assert JumpReLU(0.5)(pre).tolist() == pytest.approx([0, 0, 0.6, 3])
    assert JumpReLU(-1.0)(pre).tolist() == pytest.approx([0, 0.4, 0.6, 3])  # never below zero


@each_activation
def test_scales_fold_into_the_weights(activation):
    dictionary = make("transcoder", activation)
    if activation == "batchtopk":
        dictionary.activation.observe(dictionary.encode(inputs(dictionary, 40)))
        dictionary.activation = dictionary.activation.for_inference()
    x, read, write = inputs(dictionary, 40), 7.0, 300.0
    latents, out = dictionary.encode(x) * write, dictionary(x) * write
    decoder = dictionary.W_dec.clone()
    dictionary.fold_scales(read, write)
    torch.testing.assert_close(dictionary.encode(x * read), latents, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(dictionary(x * read), out, rtol=1e-4, atol=1e-3)
    assert torch.equal(dictionary.W_dec, decoder)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_unusable_scales_are_refused(scale):
    with pytest.raises(InputError, match="positive and finite"):
        make().fold_scales(1.0, scale)


def test_promoted_logits_sum_over_what_is_written():
    dictionary = make("cross-layer")
    unembed = torch.randn(11, D, generator=torch.Generator().manual_seed(1))
    found = dictionary.promoted_logits(unembed, torch.tensor([4, 0]))
    torch.testing.assert_close(found[0], sum(unembed @ dictionary.W_dec[4, w] for w in range(3)))
    assert found.shape == (2, 11)


def test_only_transcoders_of_one_layer_call_themselves_so():
    assert [name for name in WIRINGS if make(name).is_transcoder] == ["transcoder"]


@pytest.mark.parametrize("make_one", [lambda: Dictionary("d", [], [Site("mlp_out", 0)], 4, 8, ReLU()), lambda: TopK(0)])
def test_empty_wirings_and_k_are_refused(make_one):
    with pytest.raises(InputError):
        make_one()


def test_specs_give_the_parts_back():
    assert set(ACTIVATIONS) <= set(PARTS)
    for part in PARTS.values():
        assert activation_from_spec(part().spec()).spec() == part().spec()
    for spec in ({"kind": "gelu"}, {}, {"kind": "topk"}, {"kind": "relu", "k": 1}):
        with pytest.raises(FileFormatError):
            activation_from_spec(spec)


def test_a_folder_of_folders_is_ordered_as_the_model_runs(tmp_path):
    for layer in (10, 2, 0):
        dictionary = Dictionary(f"transcoder.{layer}", [Site("mlp_in", layer)], [Site("mlp_out", layer)], 4, 8, ReLU())
        save_dictionary(dictionary, tmp_path / dictionary.name)
    assert [d.name for d in load_dictionaries(tmp_path)] == ["transcoder.0", "transcoder.2", "transcoder.10"]
    assert [d.name for d in load_dictionaries(tmp_path / "transcoder.2")] == ["transcoder.2"]


def test_saving_twice_replaces(tmp_path):
    save_dictionary(make(seed=0), tmp_path)
    save_dictionary(make(seed=1), tmp_path)
    assert torch.equal(load_dictionary(tmp_path).W_enc, make(seed=1).W_enc)


def test_files_can_be_read_by_everyone_who_may_read_the_folder(tmp_path):
    folder = save_dictionary(make(), tmp_path)
    (tmp_path / "other").touch()
    usual = (tmp_path / "other").stat().st_mode
    assert {path.stat().st_mode for path in folder.iterdir()} == {usual}
