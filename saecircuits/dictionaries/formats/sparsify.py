"""sparsify: `sae.safetensors` and `cfg.json`, in a folder named after the module, `layers.10.mlp`.

`pre = relu((x - b_dec) W_encᵀ + b)`, `b_dec` only where it does not transcode; the `k` largest; `y = Σ a_j W_dec[j] +
b_dec`, and `x W_skipᵀ` with the raw `x`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import save

from saecircuits.atomic import replace_file
from saecircuits.dictionaries.activations import TopK
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site

from .configs import Fields
from .folder import Folder
from .format import Format, Request, Wiring
from .hooks import Place, module_of_site, site_of_module
from .parts import ends, folded_biases, single

CONFIG, WEIGHTS = "cfg.json", "sae.safetensors"


def _recognise(folder: Folder) -> bool:
    return CONFIG in folder and WEIGHTS in folder


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    config = Fields(str(folder.path / CONFIG), folder.json(CONFIG))
    if config.text("activation", "topk") != "topk":
        raise FileFormatError(
            f"{config.where} says activation={config.text('activation')!r}: the largest latent of each group.",
            "There is no such activation function here; only topk can be read.",
        )
    if "signed" in config and config.flag("signed"):
        raise FileFormatError(
            f"{config.where} says signed: latents below 0 fire too.", "There is no such dictionary here."
        )
    transcodes, d = config.flag("transcode"), config.size("d_in")
    latents = config.size("num_latents") if _given(config) else d * config.size("expansion_factor")
    tensors = folder.tensors(WEIGHTS, {"d": d, "m": latents})
    b_dec = tensors.take("b_dec", "d")
    parts = single(
        tensors.matrix("encoder.weight", "m", "d"),
        tensors.take("encoder.bias", "m"),
        tensors.matrix("W_dec", "m", "d"),
        b_dec,
        TopK(config.size("k", 32)),
        None if transcodes else b_dec,
        tensors.take("W_skip", "d", "d") if config.flag("skip_connection") else None,
    )
    tensors.finish()
    return [_wiring(folder.path, transcodes, config.where, request).build(parts, request)]


def _given(config: Fields) -> bool:
    """Whether the number of latents is given itself; 0 says that it is not."""
    try:
        return config.size("num_latents") > 0
    except FileFormatError:
        return False


def _wiring(path: Path, transcodes: bool, where: str, request: Request) -> Wiring:
    if transcodes:
        return request.two_sites(where, lambda: (Place(_site(path, "input")), _site(path, "output")))
    return request.one_site(where, lambda: Place(_site(path, "output")))


def _site(path: Path, end: str) -> Site:
    """The folder bears the module's name; several seeds lie in folders of their own below it."""
    folder = path.parent if path.name.startswith("seed") else path
    model = _model(folder.parent / "config.json")
    return site_of_module(folder.name, end, model)


def _model(config: Path) -> str:
    """The model's name, from the config of the run, if that is there."""
    run = Folder(config.parent, {config.name})
    return str(run.json(config.name).get("model", "")) if run.has(config.name, "model") else ""


def _write(dictionaries: Sequence[Dictionary], folder: Path, model: str) -> None:
    """Each dictionary into a folder below, named after its module; the model's name into the run's config."""
    places = [_module(dictionary) for dictionary in dictionaries]
    if len(set(places)) < len(places):
        raise InputError(
            f"Two dictionaries belong to one module: {', '.join(sorted(places))}.",
            "Write them into folders of their own.",
        )
    for place, dictionary in zip(places, dictionaries, strict=True):
        (folder / place).mkdir(exist_ok=True)
        _write_one(dictionary, folder / place)
    if model:
        text = json.dumps({"model": model}) + "\n"
        replace_file(folder / "config.json", lambda path: path.write_text(text, "utf-8"))


def _module(dictionary: Dictionary) -> str:
    sites = ends(dictionary)
    if sites is None or not isinstance(dictionary.activation, TopK):
        raise InputError(
            f"{dictionary.name!r} cannot be written for sparsify, whose dictionaries read one site, write one, and are "
            "TopK.",
            'Write it with to="sae_lens" or to="circuit_tracer".',
        )
    if sites[0] != sites[1] and (sites[0].kind, sites[1].kind) != ("mlp_in", "mlp_out"):
        raise InputError(
            f"{dictionary.name!r} does not go from an MLP's input to its output, and no other module is transcoded.",
            'Write it with to="sae_lens".',
        )
    return module_of_site(sites[1])


def _write_one(dictionary: Dictionary, folder: Path) -> None:
    (b_enc, b_dec), transcodes = folded_biases(dictionary), dictionary.reads != dictionary.writes
    W_enc, W_dec = dictionary.W_enc[:, 0], dictionary.W_dec[:, 0]
    b_enc = b_enc if transcodes else b_enc + W_enc @ b_dec[0]
    weights = {"encoder.weight": W_enc, "encoder.bias": b_enc, "W_dec": W_dec, "b_dec": b_dec[0]}
    if dictionary.W_skip is not None:
        weights["W_skip"] = dictionary.W_skip[0, :, 0]
    config = {
        "activation": "topk",
        "expansion_factor": 32,
        "normalize_decoder": False,
        "num_latents": dictionary.n_features,
        "k": dictionary.activation.spec()["k"],
        "multi_topk": False,
        "skip_connection": dictionary.W_skip is not None,
        "transcode": transcodes,
        "d_in": dictionary.d_model,
    }
    plain = {name: value.detach().float().cpu().contiguous() for name, value in weights.items()}
    replace_file(folder / WEIGHTS, lambda path: path.write_bytes(save(plain)))
    replace_file(folder / CONFIG, lambda path: path.write_text(json.dumps(config, indent=2) + "\n", "utf-8"))


SPARSIFY = Format(
    "sparsify",
    f"{CONFIG} and {WEIGHTS}",
    (CONFIG, WEIGHTS, "config.json"),
    _recognise,
    _read,
    _write,
    together=True,
    lazy=True,
)
