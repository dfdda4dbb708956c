"""What has gone wrong when files of one library were read by another, and what cannot be read at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import save_file

from saecircuits.dictionaries import Dictionary, JumpReLU, ReLU, TopK, load_dictionaries
from saecircuits.errors import FileFormatError, InputError, SaeCircuitsError
from tests.dictionaries.formats.cases import DATA, expected
from tests.dictionaries.formats.damage import change_config, change_inner, change_weights, copied, weights_of

CLOSE = {"atol": 1e-5, "rtol": 1e-5}


def only(folder: Path, **options: Any) -> Dictionary:
    (dictionary,) = load_dictionaries(folder, **options)
    return dictionary


def refused(folder: Path, why: str, **options: Any) -> SaeCircuitsError:
    with pytest.raises((FileFormatError, InputError), match=why) as caught:
        load_dictionaries(folder, **options)
    return caught.value


@pytest.mark.parametrize("case", ["sae_lens_old_topk", "sae_lens_topk", "dictionary_learning_topk", "sparsify_sae"])
def test_topk_is_never_a_relu(case: str) -> None:
    activation = only(DATA / case).activation
    assert isinstance(activation, TopK)
    assert activation.k == 3


@pytest.mark.parametrize("case", ["sae_lens_matryoshka_training", "dictionary_learning_batchtopk"])
def test_batch_topk_is_one_threshold(case: str) -> None:
    activation = only(DATA / case).activation
    assert isinstance(activation, JumpReLU)
    assert activation.threshold.ndim == 0


def test_a_threshold_that_was_never_set_is_said_and_read_as_its_own_library_does() -> None:
    case = "dictionary_learning_batchtopk_unset"
    with pytest.warns(UserWarning, match="before its threshold was set"):
        dictionary = only(DATA / case)
    assert isinstance(dictionary.activation, ReLU)
    numbers = expected(case)
    torch.testing.assert_close(dictionary.encode(numbers["x"][:, None]), numbers["latents"], **CLOSE)


@pytest.mark.parametrize("case", ["jumprelu", "gated", "transcoder", "batchtopk_training"])
@pytest.mark.parametrize("how", ["layer_norm", "constant_norm_rescale", "something new", 3])
def test_normalising_each_token_where_that_is_not_linear_is_refused(case: str, how: object, tmp_path: Path) -> None:
    folder = copied(f"sae_lens_{case}", tmp_path)
    change_config(folder, "cfg.json", normalize_activations=how)
    refused(folder, "normalize_activations")


def test_a_scale_that_is_not_in_the_files_has_to_be_said(tmp_path: Path) -> None:
    folder, numbers = copied("sae_lens_scaled", tmp_path), expected("sae_lens_scaled")
    (folder / "activation_scaler.json").unlink()
    assert "scale=" in refused(folder, "activations that were scaled").cure
    for given in (0.3, [0.3], (0.3,)):
        out = only(folder, scale=given)(numbers["x"][:, None])
        torch.testing.assert_close(out[:, 0], numbers["out"], **CLOSE)
    for wrong in (0.0, -1.0, float("nan"), (0.3, 0.3)):
        refused(folder, "scale is", scale=wrong)


def test_old_files_that_say_it_with_a_truth_value(tmp_path: Path) -> None:
    folder = copied("sae_lens_old_standard", tmp_path)
    change_config(folder, "cfg.json", normalize_activations=True)
    refused(folder, "expected_average_only_in")


def test_whitening_without_its_matrix_is_refused(tmp_path: Path) -> None:
    folder = copied("sae_lens_whitened", tmp_path)
    (folder / "activation_whitening.safetensors").unlink()
    refused(folder, "whitened")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"architecture": "temporal"}, "temporal"),
        ({"architecture": "abstopk"}, "abstopk"),
        ({"architecture": "matching_pursuit"}, "matching_pursuit"),
        ({"architecture": None, "activation_fn": "tanh-relu"}, "tanh-relu"),
        ({"architecture": ["standard"]}, "architecture"),
        ({"d_sae": 17}, "d_sae|m=17|shape"),
        ({"d_in": "8"}, "d_in"),
        ({"d_in": True}, "d_in"),
        ({"architecture": "topk"}, "k=None"),
        ({"architecture": "jumprelu"}, "no threshold"),
        ({"metadata": {}}, "site="),
        ({"metadata": {"hook_name": "blocks.3.attn.hook_z"}}, "before they are mixed"),
        ({"metadata": {"hook_name": "blocks.3.mlp.hook_post"}}, "neurons"),
    ],
    ids=str,
)
def test_configs_of_saelens_that_do_not_fit(changes: dict[str, Any], why: str, tmp_path: Path) -> None:
    folder = copied("sae_lens_standard", tmp_path)
    change_config(folder, "cfg.json", **changes)
    refused(folder, why)


def test_a_transcoder_that_subtracts_its_decoder_bias_is_refused(tmp_path: Path) -> None:
    folder = copied("sae_lens_transcoder", tmp_path)
    change_config(folder, "cfg.json", apply_b_dec_to_input=True)
    refused(folder, "apply_b_dec_to_input")


def test_a_transcoder_between_two_widths_is_refused(tmp_path: Path) -> None:
    folder = copied("sae_lens_transcoder", tmp_path)
    wide = {"W_dec": torch.zeros(16, 12), "b_dec": torch.zeros(12)}
    change_weights(weights_of(folder)[0], lambda values: values | wide)
    refused(folder, "one width|a width of 8")


def test_a_transcoder_on_whitened_activations_is_refused(tmp_path: Path) -> None:
    folder = copied("sae_lens_transcoder", tmp_path)
    (folder / "activation_whitening.safetensors").write_bytes(b"")
    change_config(folder, "cfg.json", normalize_activations="covariance_whitening")
    refused(folder, "cannot whiten two places")


@pytest.mark.parametrize("dtype", [torch.int8, torch.complex64, torch.bool])
def test_weights_that_are_no_floating_point_numbers(dtype: torch.dtype, tmp_path: Path) -> None:
    folder = copied("sae_lens_standard", tmp_path)
    change_weights(weights_of(folder)[0], lambda values: values | {"W_enc": values["W_enc"].to(dtype)})
    refused(folder, "floating-point")


def test_factors_of_finetuning_are_refused(tmp_path: Path) -> None:
    folder = copied("sae_lens_old_standard", tmp_path)
    change_weights(weights_of(folder)[0], lambda values: values | {"scaling_factor": torch.full((16,), 1.1)})
    refused(folder, "scaling_factor")


def test_of_gemma_3_the_module_counts_and_not_the_hook(tmp_path: Path) -> None:
    """SAELens calls what the MLP reads `hook_mlp_in`, which in TransformerLens lies before the norm."""
    folder = copied("sae_lens_transcoder", tmp_path)
    inner = {"hook_name": "blocks.1.hook_mlp_in", "hook_name_out": "blocks.1.hook_mlp_out"}
    change_inner(folder, "cfg.json", "metadata", **inner)
    assert str(only(folder).reads[0]) == "resid_mid.1"
    ends = {
        "hf_hook_name": "model.layers.1.pre_feedforward_layernorm.output",
        "hf_hook_name_out": "model.layers.1.post_feedforward_layernorm.output",
    }
    change_inner(folder, "cfg.json", "metadata", hf_hook_name="transformer.h.1.mlp")  # in some way of its own
    assert str(only(folder).reads[0]) == "resid_mid.1"
    change_inner(folder, "cfg.json", "metadata", **ends)
    assert [str(site) for site in (*only(folder).reads, *only(folder).writes)] == ["mlp_in.1", "mlp_out.1"]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_weights_of_other_precision(dtype: torch.dtype, tmp_path: Path) -> None:
    folder = copied("sae_lens_jumprelu", tmp_path)
    change_weights(weights_of(folder)[0], lambda values: {name: value.to(dtype) for name, value in values.items()})
    dictionary = only(folder)
    assert dictionary.W_enc.dtype == torch.float32
    torch.testing.assert_close(dictionary.W_enc, only(DATA / "sae_lens_jumprelu").W_enc, atol=2e-2, rtol=1e-2)


def test_dictionary_learning_says_it_all_in_its_class(tmp_path: Path) -> None:
    for changes, why in (
        ({"dict_class": "IdentityDict"}, "IdentityDict"),
        ({"dict_class": "AutoEncoderNew"}, "no decoder.bias"),
        ({"k": 4}, "holds k=3"),
        ({"dict_size": 15}, "shape"),
    ):
        folder = copied("dictionary_learning_topk", tmp_path / why[:4])
        change_inner(folder, "config.json", "trainer", **changes)
        refused(folder, why)


@pytest.mark.parametrize(
    ("changes", "site"),
    [
        ({"submodule_name": "mlp_out_layer_3"}, "mlp_out.3"),
        ({"submodule_name": "gpt_neox.layers.3.attention"}, "attn_out.3"),
        ({"submodule_name": "model.layers.3"}, "resid_post.3"),
    ],
    ids=str,
)
def test_dictionary_learning_names_places_in_its_way(changes: dict[str, Any], site: str, tmp_path: Path) -> None:
    folder = copied("dictionary_learning_new", tmp_path)
    change_inner(folder, "config.json", "trainer", **changes)
    assert only(folder).name == f"sae.{site}"


def test_dictionary_learning_from_a_modules_input_to_its_output(tmp_path: Path) -> None:
    folder = copied("dictionary_learning_new", tmp_path)
    change_inner(folder, "config.json", "trainer", submodule_name="gpt_neox.layers.3.mlp")
    for ends, name in (("in", "sae.mlp_in.3"), ("out", "sae.mlp_out.3"), ("in_and_out", "transcoder.3")):
        change_inner(folder, "config.json", "buffer", io=ends)
        assert only(folder).name == name


def test_dictionary_learning_without_a_place(tmp_path: Path) -> None:
    folder = copied("dictionary_learning_new", tmp_path)
    change_inner(folder, "config.json", "trainer", submodule_name=None)
    refused(folder, "where the dictionary reads")
    assert only(folder, site="resid_post").name == "sae.resid_post.8"
    assert only(folder, site="attn_out.2").name == "sae.attn_out.2"


def test_what_cannot_be_expressed_is_refused_with_its_reason(tmp_path: Path) -> None:
    refused(DATA / "sparsify_groupmax", "largest latent of each group")
    refused(DATA / "science_of_finetuning_decoupled", "decoupled")
    for number, (case, name, changes, why) in enumerate(
        (
            ("sparsify_sae", "cfg.json", {"signed": True}, "below 0 fire"),
            ("llamascopium_crosscoder", "config.json", {"act_fn": "jumprelu"}, "not\nfor another|and not for another"),
            ("llamascopium_sae_relu", "config.json", {"act_fn": "batchtopk"}, "batchtopk"),
            ("llamascopium_sae_relu", "config.json", {"norm_activation": "token-wise"}, "token-wise"),
            ("llamascopium_sae_relu", "config.json", {"use_glu_encoder": True}, "linear unit"),
            ("llamascopium_sae_relu", "config.json", {"sae_type": "lorsa"}, "lorsa"),
            ("llamascopium_clt_relu", "config.json", {"act_fn": "topk"}, "all of its layers"),
        )
    ):
        folder = copied(case, tmp_path / str(number))
        change_config(folder, name, **changes)
        refused(folder, why)


def test_sparsify_on_a_model_with_norms_behind_its_sublayers(tmp_path: Path) -> None:
    folder = copied("sparsify_transcoder", tmp_path)
    (folder / "config.json").write_text('{"model": "google/gemma-2-2b"}', "utf-8")
    refused(folder, "a norm lies behind it")
    (folder / "config.json").write_text('{"model": "EleutherAI/pythia-70m"}', "utf-8")
    assert only(folder).name == "transcoder.2"
    (folder / "layers.2.mlp").rename(folder / "seed1")
    refused(folder, "site=")
    assert only(folder, site=("mlp_in.4", "mlp_out.4")).name == "transcoder.4"


def test_scales_of_crosscoders(tmp_path: Path) -> None:
    refused(DATA / "ckkissane", "was not saved")
    refused(DATA / "ckkissane", "2 sites", scale=(1.0, 1.0, 1.0))
    folder, numbers = copied("crosscode_relu", tmp_path), expected("crosscode_relu")
    change_weights(weights_of(folder)[0], lambda values: values | {"is_folded": torch.tensor(False)})
    refused(folder, "not folded")
    torch.testing.assert_close(only(folder, scale=1)(numbers["x"]), numbers["out"], **CLOSE)
    out = only(folder, scale=0.5)(2 * numbers["x"])
    torch.testing.assert_close(out, 2 * numbers["out"], **CLOSE)


def test_crosscoders_of_two_models_know_which_site_is_whose() -> None:
    assert [str(site) for site in only(DATA / "ckkissane", scale=1).reads] == ["A:resid_pre.14", "B:resid_pre.14"]
    sites = ("base:resid_pre.14", "tuned:resid_pre.14")
    assert [str(site) for site in only(DATA / "ckkissane", scale=1, site=sites).writes] == list(sites)
    finetuned = only(DATA / "science_of_finetuning_relu")
    assert [str(site) for site in finetuned.reads] == ["base:resid_post.13", "chat:resid_post.13"]
    of_both = [f"{model}:resid_post.{layer}" for model in "AB" for layer in (1, 2)]
    assert [str(site) for site in only(DATA / "crosscode_relu").reads] == of_both


def test_crosscode_rules_without_a_token_of_their_own(tmp_path: Path) -> None:
    folder = copied("crosscode_relu", tmp_path)
    change_config(folder, "model_cfg.yaml", activation_fn={"classname": "BatchTopkActivation", "cfg": {}})
    refused(folder, "depends on the batch")
    change_config(folder, "model_cfg.yaml", activation_fn={"classname": "TopkActivation", "cfg": {"k": 3}})
    with pytest.warns(UserWarning, match="lets negative ones fire"):
        assert isinstance(only(folder).activation, TopK)


def moved(tmp_path: Path, repository: str) -> Path:
    folder = copied("gemma_scope", tmp_path)
    return (folder / "gemma-scope-2b-pt-mlp").rename(folder / repository)


def test_gemma_scope_says_where_it_reads_by_its_name(tmp_path: Path) -> None:
    assert only(moved(tmp_path / "a", "gemma-scope-9b-it-res")).name == "sae.resid_post.3"
    assert only(moved(tmp_path / "b", "models--google--gemma-scope-2b-pt-res")).name == "sae.resid_post.3"
    refused(moved(tmp_path / "c", "gemma-scope-2b-pt-att"), "hook_z")
    renamed = moved(tmp_path / "d", "downloads")
    refused(renamed, "does not say where it reads")
    assert only(renamed, site="resid_post").name == "sae.resid_post.3"
    assert only(next(renamed.rglob("params.npz")), site="resid_post").name == "sae.resid_post.3"


def test_embeddings_of_gemma_are_scaled(tmp_path: Path) -> None:
    folder = moved(tmp_path, "gemma-scope-2b-pt-res")
    (folder / "layer_3").rename(folder / "embedding")
    numbers, root = expected("gemma_scope"), 8**0.5
    dictionary = only(folder)
    assert dictionary.name == "sae.resid_pre.0"
    torch.testing.assert_close(dictionary(numbers["x"][:, None] * root)[:, 0], numbers["out"] * root, **CLOSE)


def test_a_transcoder_that_reads_inside_a_norm(tmp_path: Path) -> None:
    """Gemma Scope's transcoders read `n`, where the MLP reads `gain * n + bias`."""
    generator = torch.Generator().manual_seed(4)
    gain, bias = (torch.randn(8, generator=generator) for _ in range(2))
    numbers = expected("gemma_scope")
    folder = moved(tmp_path, "gemma-scope-2b-pt-transcoders")
    assert "model=" in refused(folder, "before the gain").cure
    dictionary = only(folder, norm=lambda layer: (gain, bias))
    assert dictionary.name == "transcoder.3"
    read = gain * numbers["x"] + bias
    torch.testing.assert_close(dictionary.encode(read[:, None]), numbers["latents"], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(dictionary(read[:, None])[:, 0], numbers["out"], atol=1e-4, rtol=1e-4)
    refused(folder, "gain of a norm is 0", norm=lambda layer: (torch.zeros(8), bias))


def test_a_set_with_linear_paths_inside_norms(tmp_path: Path) -> None:
    folder, numbers = copied("circuit_tracer_jumprelu_skip", tmp_path), expected("circuit_tracer_jumprelu_skip")
    change_config(folder, "config.yaml", feature_input_hook="ln2.hook_normalized")
    norms = [tuple(torch.randn(2, 8, generator=torch.Generator().manual_seed(layer)) + 0.1) for layer in range(3)]
    for layer, dictionary in enumerate(load_dictionaries(folder, norm=lambda layer: norms[layer])):
        read = norms[layer][0] * numbers["x"][:, layer] + norms[layer][1]
        torch.testing.assert_close(dictionary(read[:, None])[:, 0], numbers["out"][:, layer], atol=1e-4, rtol=1e-4)


def test_a_set_that_names_its_files_also_of_gemma_scope(tmp_path: Path) -> None:
    folder = copied("gemma_scope", tmp_path)
    path = next(folder.rglob("params.npz")).relative_to(folder)
    config = {"model_kind": "transcoder_set", "transcoders": [str(path)], "feature_input_hook": "mlp.hook_in"}
    (folder / "config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    numbers = expected("gemma_scope")
    dictionary = only(folder, format="circuit_tracer")
    torch.testing.assert_close(dictionary(numbers["x"][:, None])[:, 0], numbers["out"], **CLOSE)


def test_sets_of_circuit_tracer_that_do_not_fit(tmp_path: Path) -> None:
    folder = copied("circuit_tracer_jumprelu_skip", tmp_path / "negative")
    low = {"activation_function.threshold": torch.full((16,), -0.1)}
    change_weights(weights_of(folder)[1], lambda values: values | low)
    refused(folder, "16 thresholds below 0")
    folder = copied("circuit_tracer_relu", tmp_path / "missing")
    (folder / "layer_1.safetensors").unlink()
    refused(folder, r"layers \[0, 2\]")
    folder = copied("circuit_tracer_clt_relu", tmp_path / "decoder")
    (folder / "W_dec_1.safetensors").unlink()
    refused(folder, "W_dec_1.safetensors is missing")
    folder = copied("circuit_tracer_clt_relu", tmp_path / "grouped by target")
    change_weights(folder / "W_dec_0.safetensors", lambda values: {"W_dec_0": values["W_dec_0"][:, :1]})
    refused(folder, r"W_dec_0 .* has shape \[16, 1, 8\]")
    folder = copied("circuit_tracer_relu", tmp_path / "gemma")
    change_config(folder, "config.yaml", feature_output_hook="mlp.hook_out")
    refused(folder, "before a norm behind it")
    change_config(folder, "config.yaml", model_name="meta-llama/Llama-3.2-1B")
    assert str(load_dictionaries(folder)[0].writes[0]) == "mlp_out.0"
    change_config(folder, "config.yaml", activation="topk", k=3)  # of newer versions
    assert {type(d.activation) for d in load_dictionaries(folder)} == {TopK}
    change_config(folder, "config.yaml", feature_input_hook=None)
    refused(folder, "feature_input_hook")
    given = load_dictionaries(folder, site=("mlp_in", "mlp_out"))
    assert [d.name for d in given] == ["transcoder.0", "transcoder.1", "transcoder.2"]


def test_gemma_scope_2_without_a_config_and_across_layers(tmp_path: Path) -> None:
    folder = tmp_path / "gemma-scope-2-1b-pt" / "transcoder_all" / "layer_5_width_16k_l0_small_affine"
    folder.parent.mkdir(parents=True)
    copied("gemma_scope_2_transcoder_skip", tmp_path).rename(folder)
    (folder / "config.json").unlink()
    assert only(folder).name == "transcoder.5"
    plain = tmp_path / "plain"
    folder.rename(plain)
    refused(plain, "does not say where it reads")
    held: dict[str, Any] = {}
    change_weights(plain / "params.safetensors", lambda values: held.update(values) or values)
    (plain / "params.safetensors").unlink()
    every = torch.randn(2, 16, 2, 8, generator=torch.Generator().manual_seed(0))
    for layer in range(2):
        weights = held | {"w_dec": every[layer], "affine_skip_connection": held["affine_skip_connection"] + layer}
        save_file(
            {name: value.contiguous() for name, value in weights.items()}, plain / f"params_layer_{layer}.safetensors"
        )
    x = torch.randn(4, 1, 8, generator=torch.Generator().manual_seed(1))
    skip, bias = held["affine_skip_connection"], held["b_dec"]
    for lazy in (False, True):
        first, second = load_dictionaries(plain, lazy=lazy)
        assert [str(site) for site in first.writes] == ["mlp_out.0", "mlp_out.1"]
        torch.testing.assert_close(
            second(x)[:, 0], second.encode(x) @ every[1, :, 1] + bias + x[:, 0] @ (skip + 1), **CLOSE
        )
        torch.testing.assert_close(first(x)[:, 1], first.encode(x) @ every[0, :, 1], **CLOSE)
        torch.testing.assert_close(first(x)[:, 0], first.encode(x) @ every[0, :, 0] + bias + x[:, 0] @ skip, **CLOSE)
        assert torch.equal(second.decoder_rows(3, 0), every[1, 3, 1])
