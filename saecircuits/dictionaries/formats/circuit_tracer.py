"""circuit-tracer's transcoders of single layers: `layer_<i>.safetensors`, and `config.yaml`.

`W_enc` is `[feature, d]`, nothing is subtracted before encoding, the linear path is applied as `x W_skipᵀ`, and a
threshold makes a JumpReLU. The config may instead name a file for every layer, also in other repositories, also of
Gemma Scope.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from safetensors.torch import save
from torch import Tensor

from saecircuits.atomic import replace_file
from saecircuits.dictionaries.activations import Activation, JumpReLU, ReLU, TopK
from saecircuits.dictionaries.dictionary import Dictionary
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site

from .configs import Fields
from .folder import Folder
from .format import Format, Request
from .gemma_scope import read_archive
from .hooks import Place, hook_of_site, place_of_hook, site_of_hook
from .hub import fetch_file
from .parts import Parts, ends, folded_biases, single, strict_jump_relu, threshold_of
from .tensors import Tensors

CONFIG = "config.yaml"
_LAYER = re.compile(r"^layer_(\d+)\.safetensors$")


def _recognise(folder: Folder) -> bool:
    if CONFIG in folder:
        try:
            return folder.yaml(CONFIG).get("model_kind") == "transcoder_set"
        except FileFormatError:
            return any(map(_LAYER.match, folder.names))
    return folder.has("layer_0.safetensors", "W_enc", "b_dec")


def _read(folder: Folder, request: Request) -> list[Dictionary]:
    config = Fields(str(folder.path / CONFIG), folder.yaml(CONFIG) if CONFIG in folder else {})
    activation = _top_k(config)
    made = []
    for layer, parts in enumerate(_layers(config, folder, activation)):
        wiring = request.two_sites(str(folder.path), lambda layer=layer: places(config, layer), layer)
        made.append(wiring.build(parts, request))
    return made


def places(config: Fields, layer: int) -> tuple[Place, Site]:
    """What a layer reads and writes, from a config that names hooks without blocks."""
    reads, writes = config.text("feature_input_hook"), config.text("feature_output_hook", "hook_mlp_out")
    if not reads:
        raise InputError(
            f"{config.where} does not say what is read (feature_input_hook).",
            'Give site=, what is read and what is written: site=("mlp_in", "mlp_out").',
        )
    if reads.startswith("blocks.") or writes.startswith("blocks."):
        raise FileFormatError(
            f"{config.where} names hooks of one block, {reads!r} and {writes!r}, for all layers.",
            f"Leave the block away: {reads.split('.', 2)[-1]!r}.",
        )
    at = place_of_hook(reads, layer)
    if writes == "mlp.hook_out" and not re.search(r"gemma-?[23]|olmo-?2", config.text("model_name"), re.IGNORECASE):
        writes = "hook_mlp_out"  # one place, where no norm lies behind the MLP
    return at, site_of_hook(writes, layer)


def _top_k(config: Fields) -> Activation | None:
    """Newer configs may say that all layers are TopK."""
    if "activation" not in config:
        return None
    kind = config.one_of("activation", {"relu": None, "jumprelu": None, "jump_relu": None, "topk": None})
    return TopK(config.size("k")) if kind == "topk" else None


def _layers(config: Fields, folder: Folder, activation: Activation | None) -> Iterator[Parts]:
    """One at a time: a set may be larger than half of the memory."""
    named = config.texts("transcoders")
    if named:
        return (_of_file(fetch_file(name, folder.path), activation, folder.lazy) for name in named)
    numbers = sorted(int(found[1]) for name in folder.names if (found := _LAYER.match(name)))
    if not numbers or numbers != list(range(len(numbers))):
        raise FileFormatError(
            f"{folder.path} has files of the layers {numbers}; a set begins at 0 and leaves none out.",
            "Copy the missing files.",
        )
    return (_parts(folder.tensors(f"layer_{number}.safetensors"), activation) for number in numbers)


def _of_file(path: Path, activation: Activation | None, lazy: bool) -> Parts:
    tensors = Folder(path.parent, {path.name}, lazy).tensors(path.name)
    return read_archive(tensors) if path.suffix == ".npz" else _parts(tensors, activation)


def _parts(tensors: Tensors, activation: Activation | None) -> Parts:
    W_enc, b_enc = tensors.matrix("W_enc", "m", "d"), tensors.take("b_enc", "m")
    W_dec, b_dec = tensors.matrix("W_dec", "m", "d"), tensors.take("b_dec", "d")
    skip = tensors.optional("W_skip", "d", "d")
    threshold = tensors.optional("activation_function.threshold", "m")
    tensors.finish()
    return single(W_enc, b_enc, W_dec, b_dec, activation or strict_jump_relu(threshold, tensors.where), None, skip)


def _write(dictionaries: Sequence[Dictionary], folder: Path, model: str) -> None:
    """A set: a dictionary for every layer, from the first on."""
    ordered = sorted(dictionaries, key=lambda d: d.writes[0].order)
    for layer, dictionary in enumerate(ordered):
        sites = ends(dictionary)
        if sites is None or sites[1].layer != layer:
            raise InputError(
                f"{dictionary.name!r} is not the transcoder of layer {layer}; circuit-tracer needs one for every "
                "layer, from 0 on, each of one layer alone.",
                'Cross-layer transcoders can be written with to="circuit_tracer_clt".',
            )
    reads, writes = alike(ordered)
    for layer, dictionary in enumerate(ordered):
        weights = _weights(dictionary)
        path = folder / f"layer_{layer}.safetensors"
        replace_file(path, lambda beside, weights=weights: beside.write_bytes(save(weights)))
    write_config(folder, "transcoder_set", reads, writes, model)


def _weights(dictionary: Dictionary) -> dict[str, Tensor]:
    b_enc, b_dec = folded_biases(dictionary)
    weights = {"W_enc": dictionary.W_enc[:, 0], "W_dec": dictionary.W_dec[:, 0], "b_enc": b_enc, "b_dec": b_dec[0]}
    threshold = threshold_of(dictionary.activation, dictionary.n_features)
    if threshold is not None:
        weights["activation_function.threshold"] = threshold
    if dictionary.W_skip is not None:
        weights["W_skip"] = dictionary.W_skip[0, :, 0]
    return plain(weights)


def alike(ordered: Sequence[Dictionary]) -> tuple[str, str]:
    """The hooks that all dictionaries of a set read and write; `InputError` where they are not alike."""
    reads, writes = {d.reads[0].kind for d in ordered}, {site.kind for d in ordered for site in d.writes}
    widths = {d.n_features for d in ordered}
    if len(reads) > 1 or len(writes) > 1 or len(widths) > 1:
        raise InputError(
            f"The dictionaries of a set read {sorted(reads)}, write {sorted(writes)} and have {sorted(widths)} "
            "features; circuit-tracer needs them alike.",
            "Write dictionaries of one kind and one size.",
        )
    for dictionary in ordered:
        if dictionary.reads[0].layer != dictionary.writes[0].layer:
            raise InputError(
                f"{dictionary.name!r} reads another layer than it writes.", "circuit-tracer cannot say so."
            )
        if not isinstance(dictionary.activation, ReLU | JumpReLU):
            raise InputError(
                f"{dictionary.name!r} has {dictionary.activation.kind}; circuit-tracer knows ReLU and JumpReLU.",
                "Train it with BatchTopK or JumpReLU: both are a JumpReLU once saved.",
            )
    return hook_of_site(ordered[0].reads[0], blocked=False), hook_of_site(ordered[0].writes[0], blocked=False)


def write_config(folder: Path, kind: str, reads: str, writes: str, model: str) -> None:
    """The config that circuit-tracer reads beside the weights."""
    config = {"model_name": model, "model_kind": kind, "feature_input_hook": reads, "feature_output_hook": writes}
    text = yaml.safe_dump(config | {"scan": model or "saecircuits"}, sort_keys=False)
    replace_file(folder / CONFIG, lambda path: path.write_text(text, "utf-8"))


def plain(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """As files hold them: each contiguous, so that the rows of one feature lie together."""
    return {name: value.detach().float().cpu().contiguous() for name, value in weights.items()}


CIRCUIT_TRACER = Format(
    "circuit_tracer",
    f"{CONFIG} and layer_<i>.safetensors",
    (CONFIG, "layer_*.safetensors"),
    _recognise,
    _read,
    _write,
    together=True,
    lazy=True,
)
