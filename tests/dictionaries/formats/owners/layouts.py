"""Checkpoints of projects that are not on the package index, by their documented layout; the numbers are worked out
here in the plainest way from the formulas in their code. Needs torch alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
import yaml
from safetensors.torch import save_file
from torch import Tensor

from tests.dictionaries.formats.owners.fixture import D, M, keep, randn, tokens

SITES = 2


def main(data: Path) -> None:
    openai(data)
    ckkissane(data)
    for number, case in enumerate(FINETUNING):
        science_of_finetuning(data, case, 600 + 10 * number)
    for kind in ("ReLUActivation", "AnthropicSTEJumpReLUActivation"):
        crosscode(data, kind)
    crosscode_transcoder(data)
    llama_scope(data)


def write_json(path: Path, value: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2))


def openai(data: Path) -> None:
    W, b, D_, bias = randn(500, M, D), randn(501, M), randn(502, D, M), randn(503, D)
    folder = data / "openai" / "resid_delta_mlp_v4" / "autoencoders"
    folder.mkdir(parents=True, exist_ok=True)
    state = {"pre_bias": bias, "encoder.weight": W, "latent_bias": b, "decoder.weight": D_}
    statistics = {"stats_last_nonzero": torch.zeros(M, dtype=torch.long), "latents_mean_square": torch.zeros(M)}
    torch.save(state | statistics | {"activation": "ReLU", "activation_state_dict": {}}, folder / "8.pt")
    x = tokens()
    latents = torch.relu((x - bias) @ W.T + b)
    keep(data, "openai", x, latents, latents @ D_.T + bias)
    top = state | {"activation": "TopK", "activation_state_dict": {"k": 3, "postact_fn": "ReLU"}}
    other = data / "openai_topk" / "resid_post_mlp_v5_32k" / "autoencoders"
    other.mkdir(parents=True, exist_ok=True)
    torch.save(top, other / "8.pt")
    centred = x - x.mean(-1, keepdim=True)
    std = centred.std(-1, keepdim=True)
    pre = (centred / (std + 1e-5) - bias) @ W.T + b
    values, index = pre.topk(3, dim=-1)
    latents = torch.zeros_like(pre).scatter(-1, index, values.relu())
    out = (latents @ D_.T + bias) * std + x.mean(-1, keepdim=True)
    keep(data, "openai_topk", x, latents * std, out)  # here latents are as large as what they write


def ckkissane(data: Path) -> None:
    """The numbers are of raw activations, which the script of the project multiplies with a scale for each model."""
    W_enc, W_dec, b_enc, b_dec = randn(510, 2, D, M), randn(511, M, 2, D), randn(512, M), randn(513, 2, D)
    folder = data / "ckkissane"
    write_json(folder / "cfg.json", {"hook_point": "blocks.14.hook_resid_pre", "dict_size": M, "d_in": D, "seed": 49})
    torch.save({"W_enc": W_enc, "W_dec": W_dec, "b_enc": b_enc, "b_dec": b_dec}, folder / "cc_weights.pt")
    x, scale = tokens(2), torch.tensor([0.25, 0.5])[:, None]
    latents = torch.relu(torch.einsum("nkd,kdm->nm", x * scale, W_enc) + b_enc)
    keep(data, "ckkissane", x, latents, (torch.einsum("nm,mkd->nkd", latents, W_dec) + b_dec) / scale)


FINETUNING = {
    "relu": ("CrossCoder", 1, False, False),
    "batchtopk_crosscoder": ("BatchTopKCrossCoder", 1, False, False),
    "batchtopk_sae": ("BatchTopKCrossCoder", 2, True, False),
    "batchtopk_mixed": ("BatchTopKCrossCoder", 3, False, False),
    "batchtopk_none": ("BatchTopKCrossCoder", 4, True, False),
    "old": ("CrossCoder", None, False, True),
    "decoupled": ("BatchTopKCrossCoder", 5, False, False),
}
"""Class, id of the code normalisation, whether activations are normalised, whether names have a compiler's prefix."""


def science_of_finetuning(data: Path, case: str, seed: int) -> None:
    kind, code, normalised, compiled = FINETUNING[case]
    state = {
        "encoder.weight": randn(seed, SITES, D, M),
        "encoder.bias": randn(seed + 1, M),
        "decoder.weight": randn(seed + 2, SITES, M, D),
        "decoder.bias": randn(seed + 3, SITES, D),
    }
    if code is not None:
        nan = torch.full((SITES, D), float("nan"))
        state |= {"code_normalization_id": torch.tensor(code), "target_rms": torch.tensor(1.0)}
        state |= {"activation_mean": nan, "activation_std": nan, "activation_global_scale": torch.ones(SITES)}
    mean, scale = torch.zeros(SITES, D), torch.ones(SITES)
    if normalised:
        mean, std = randn(seed + 4, SITES, D), 1 + randn(seed + 5, SITES, D).abs()
        scale = 1 / std.pow(2).sum(-1).add(1e-8).sqrt()
        state |= {"activation_mean": mean, "activation_std": std, "activation_global_scale": scale}
    if "TopK" in kind:
        state |= {"k": torch.tensor(3, dtype=torch.int), "threshold": torch.tensor(6.0)}
        if code == 5:
            state["threshold"] = torch.full((SITES,), 6.0)
    folder = data / f"science_of_finetuning_{case}"
    trainer = {"dict_class": kind, "activation_dim": D, "dict_size": M, "wandb_name": "gemma-2-2b-L13-mu4.1e-02"}
    write_json(folder / "config.json", {"trainer": trainer, "buffer": {}})
    torch.save({("_orig_mod." if compiled else "") + name: value for name, value in state.items()}, folder / "ae.pt")
    if code != 5:
        x = tokens(SITES)
        keep(data, f"science_of_finetuning_{case}", x, *_finetuning(state, x, code or 1, mean, scale))


def _finetuning(state: dict[str, Tensor], x: Tensor, code: int, mean: Tensor, scale: Tensor) -> tuple[Tensor, Tensor]:
    used = (x - mean) * scale[:, None]
    f = torch.relu(torch.einsum("bld,ldf->blf", used, state["encoder.weight"]).sum(1) + state["encoder.bias"])
    W = state["decoder.weight"]
    norms = {1: W.norm(dim=2).sum(0), 2: W.norm(dim=(0, 2)), 4: torch.ones(M)}
    norms[3] = norms[2] * 1.0 + norms[1] * 0.1
    if "threshold" in state:
        f = f * (f * norms[code] > state["threshold"])
    out = torch.einsum("bf,lfd->bld", f, W) + state["decoder.bias"]
    return f, out / (scale[:, None] + (1e-8 if bool((mean != 0).any()) else 0.0)) + mean


def crosscode(data: Path, kind: str) -> None:
    """Two models at two hookpoints."""
    state = {
        "_W_enc_XiDiL": randn(700, 2, 2, D, M),
        "_W_dec_LXoDo": randn(701, M, 2, 2, D),
        "b_enc_L": randn(702, M),
        "_b_dec_XoDo": randn(703, 2, 2, D),
        "folded_scaling_factors_in_Xi": torch.ones(2, 2),
        "folded_scaling_factors_out_Xo": torch.ones(2, 2),
        "is_folded": torch.tensor(True),
    }
    x = tokens(2, 2)
    pre = torch.einsum("bxpd,xpdl->bl", x, state["_W_enc_XiDiL"]) + state["b_enc_L"]
    latents, arguments = torch.relu(pre), {}
    if "Jump" in kind:
        arguments = {"size": M, "bandwidth": 2.0}
        state["_activation_fn.log_threshold_L"] = log = randn(704, M)
        latents = torch.where(pre > log.exp(), pre, 0.0)
    name = "crosscode_jumprelu" if "Jump" in kind else "crosscode_relu"
    folder = data / name
    folder.mkdir(exist_ok=True)
    config = {"n_models": 2, "n_hookpoints": 2, "d_model": D, "n_latents": M, "dtype": "float32"}
    config |= {
        "activation_fn": {"classname": kind, "cfg": arguments},
        "use_encoder_bias": True,
        "use_decoder_bias": True,
    }
    config["hookpoints"] = ["blocks.1.hook_resid_post", "blocks.2.hook_resid_post"]
    (folder / "model_cfg.yaml").write_text(yaml.safe_dump(config))
    torch.save(state, folder / "model.pt")
    out = torch.einsum("bl,lxpd->bxpd", latents, state["_W_dec_LXoDo"]) + state["_b_dec_XoDo"]
    keep(data, name, x.flatten(1, 2), latents, out.flatten(1, 2))


def crosscode_transcoder(data: Path) -> None:
    """No axis of places; a linear path, stored `[in, out]`; no encoder bias."""
    state = {"_W_enc_XiDiL": randn(710, D, M), "_W_dec_LXoDo": randn(711, M, D), "_b_dec_XoDo": randn(712, D)}
    state |= {"W_skip_DD": randn(713, D, D), "is_folded": torch.tensor(True)}
    state |= {"folded_scaling_factors_in_Xi": torch.tensor(1.0), "folded_scaling_factors_out_Xo": torch.tensor(1.0)}
    folder = data / "crosscode_transcoder"
    folder.mkdir(exist_ok=True)
    config = {"d_model": D, "n_latents": M, "activation_fn": {"classname": "ReLUActivation", "cfg": {}}}
    (folder / "model_cfg.yaml").write_text(yaml.safe_dump(config))
    torch.save(state, folder / "model.pt")
    x = tokens()
    latents = torch.relu(x @ state["_W_enc_XiDiL"])
    out = latents @ state["_W_dec_LXoDo"] + state["_b_dec_XoDo"] + x @ state["W_skip_DD"]
    keep(data, "crosscode_transcoder", x, latents, out)


def llama_scope(data: Path) -> None:
    W, b, D_, bias, norm, level = randn(720, M, D), randn(721, M), randn(722, D, M), randn(723, D), 4.0, 0.5
    folder = data / "llama_scope"
    config = {"d_model": D, "d_sae": M, "jump_relu_threshold": level, "act_fn": "jumprelu"}
    config |= {"hook_point_in": "blocks.0.hook_resid_post", "hook_point_out": "blocks.0.hook_resid_post"}
    write_json(folder / "hyperparams.json", config | {"dataset_average_activation_norm": {"in": norm, "out": norm}})
    (folder / "checkpoints").mkdir(exist_ok=True)
    state = {"encoder.weight": W, "encoder.bias": b, "decoder.weight": D_, "decoder.bias": bias}
    save_file(state, folder / "checkpoints" / "final.safetensors")
    x, scale = tokens(), D**0.5 / norm
    pre = (x * scale) @ W.T + b
    latents = torch.where(pre > level * scale, pre, 0.0)
    keep(data, "llama_scope", x, latents, (latents @ D_.T + bias) / scale)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
