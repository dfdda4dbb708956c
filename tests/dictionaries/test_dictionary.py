"""What holds for every dictionary, whatever it reads, writes and activates with."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch

from saecircuits.dictionaries import (
    Dictionary,
    ReLU,
    load_dictionaries,
    load_dictionary,
    save_dictionary,
)
from saecircuits.errors import InputError
from saecircuits.sites import Site
from tests.dictionaries.test_activations import FEATURES as F, PARTS

D = 8
WIRINGS = {
    "sae": (["resid_post.1"], ["resid_post.1"]),
    "transcoder": (["mlp_in.1"], ["mlp_out.1"]),
    "cross-layer": (["mlp_in.0"], ["mlp_out.0", "mlp_out.1", "mlp_out.2"]),
    "crosscoder": (["resid_post.0", "resid_post.1"], ["resid_post.0", "resid_post.1"]),
    "models": (["a:resid_post.0", "b:resid_post.0"], ["a:resid_post.0", "b:resid_post.0"]),
    "odd": (["mlp_in.0", "mlp_in.1", "mlp_in.2"], ["mlp_out.2", "resid_post.2"]),
}


def make(wiring: str = "transcoder", activation: str = "topk", seed: int = 0, skip: bool = False) -> Dictionary:
    reads, writes = (list(map(Site.parse, sites)) for sites in WIRINGS[wiring])
    generator = torch.Generator().manual_seed(seed)
    part = PARTS[activation]()
    dictionary = Dictionary(f"{wiring}.x", reads, writes, F, D, part, skip=skip).initialise(generator)
    with torch.no_grad():
        for bias in (dictionary.b_in, dictionary.b_enc, dictionary.b_dec, dictionary.W_skip):
            if bias is not None:
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
    if "gated" not in activation:
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
        dictionary.activation.after_step(dictionary.encode(x).flatten())
    folder = save_dictionary(dictionary, tmp_path / "d", "a model", {"k": 4}, {"l0": 4.0})
    again = load_dictionary(folder)
    assert (again.name, again.reads, again.writes) == (dictionary.name, dictionary.reads, dictionary.writes)
    inference = deepcopy(dictionary).for_inference()
    assert again.state_dict().keys() == inference.state_dict().keys()
    for name, value in inference.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name
    assert torch.equal(again.encode(x), inference.encode(x))
    assert torch.equal(again(x), inference(x))
    assert not any(p.requires_grad for p in again.parameters())
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "config.json", "weights.safetensors"]


@each_wiring
@each_activation
@pytest.mark.parametrize("skip", [False, True], ids=["", "skip"])
def test_scales_fold_into_the_weights(wiring, activation, skip):
    dictionary = make(wiring, activation, skip=skip)
    if activation == "batchtopk":
        dictionary.activation.after_step(dictionary.encode(inputs(dictionary, 40)).flatten())
        dictionary.for_inference()
    read = torch.tensor([7.0, 0.3, 50.0])[: len(dictionary.reads)]
    write = torch.tensor([300.0, 2.0, 9.0])[: len(dictionary.writes)]
    size = write.pow(2).mean().sqrt()
    x = inputs(dictionary, 40)
    latents, out = dictionary.encode(x) * size, dictionary(x) * write[:, None]
    decoder = dictionary.W_dec.clone()
    dictionary.fold_scales(read, write)
    raw = x * read[:, None]
    torch.testing.assert_close(dictionary.encode(raw), latents, rtol=1e-4, atol=1e-5 * float(size))
    torch.testing.assert_close(dictionary(raw), out, rtol=1e-4, atol=1e-4 * float(size))
    torch.testing.assert_close(dictionary.W_dec, decoder * (write / size)[:, None])


@each_activation
def test_inference_gives_the_same_latents(activation):
    dictionary = make("transcoder", activation)
    x = inputs(dictionary, 40)
    before = dictionary.encode(x)
    if activation == "batchtopk":
        dictionary.activation.after_step(before.flatten())
    after = dictionary.for_inference().encode(x)
    if activation == "batchtopk":  # the smallest kept latent is the threshold, which a JumpReLU does not keep
        before = before.masked_fill(before == before[before > 0].min(), 0)
    torch.testing.assert_close(after, before)
    again = deepcopy(dictionary).for_inference()
    assert torch.equal(again.encode(x), after)


@each_wiring
def test_a_skip_path_is_linear_in_what_is_read(wiring):
    dictionary = make(wiring, skip=True)
    x = inputs(dictionary, 3, 5)
    assert dictionary.W_skip.shape == (len(dictionary.writes), D, len(dictionary.reads), D)
    expected = torch.einsum("wdre,btre->btwd", dictionary.W_skip, x - dictionary.b_in)
    torch.testing.assert_close(dictionary.skipped(x), expected)
    torch.testing.assert_close(dictionary(x), dictionary.decode(dictionary.encode(x)) + expected)
    assert make(wiring).skipped(x) == 0
    assert dictionary.replaces_mlps == make(wiring).replaces_mlps


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


def test_what_reads_and_writes_mlps_alone_replaces_them():
    assert [name for name in WIRINGS if make(name).replaces_mlps] == ["transcoder", "cross-layer"]


@pytest.mark.parametrize(
    ("reads", "writes", "ahead"),
    [
        (["mlp_in.1"], ["mlp_out.1"], False),
        (["mlp_in.0", "mlp_in.1"], ["mlp_out.2", "mlp_out.1"], False),
        (["mlp_in.1", "mlp_in.0"], ["mlp_out.0", "mlp_out.1"], True),
        (["resid_post.1"], ["resid_post.1"], False),
        (["resid_post.0", "resid_post.1"], ["resid_post.0", "resid_post.1"], True),
    ],
    ids=["transcoder", "causal crosscoder", "crosscoder", "sae", "crosscoder of the stream"],
)
def test_some_read_ahead_of_what_they_write(reads, writes, ahead):
    dictionary = Dictionary("d", list(map(Site.parse, reads)), list(map(Site.parse, writes)), 4, D, ReLU())
    assert dictionary.reads_ahead is ahead


@pytest.mark.parametrize(("reads", "writes", "features"), [(0, 1, 4), (1, 0, 4), (1, 1, 0)])
def test_empty_wirings_are_refused(reads, writes, features):
    with pytest.raises(InputError, match="at least one"):
        Dictionary("d", [Site("mlp_in", 0)] * reads, [Site("mlp_out", 0)] * writes, features, D, ReLU())


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
