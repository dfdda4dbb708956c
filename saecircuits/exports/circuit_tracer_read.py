"""Reading circuit-tracer's graph files (`.pt`; the format is described in `circuit_tracer`) without running a pickle.

Only tensors and plain values are unpickled, and two classes of that library, for which empty stand-ins of our own are
filled. What else a pickle names is refused before it is imported.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from saecircuits.circuit import Circuit, NodeKind
from saecircuits.dictionaries.formats.archives import check_archive
from saecircuits.errors import FileFormatError, InputError

from .circuit_tracer import MLP_OUT, STAND_INS, Config
from .read_nodes import FileNodes, origin, readout, unique_labels

BLOCK = 1024
"""Rows of an adjacency matrix that are made sparse together."""
Texts = Sequence[str] | Callable[[list[int]], Sequence[str]]
"""A text for each token, or what makes them of their ids."""
_AGAIN = "Copy the file again, or write it anew with the library that made it."


@dataclass(frozen=True)
class _File:
    """What a file holds, checked.

    Attributes:
        features: layer, position and index of the selected ones.
        activations: theirs.
        active: number of features that fire, selected or not.
        tokens: ids of the prompt.
        texts, ids, probabilities: of the targets; ids from `vocab_size` on are no tokens.
        adjacency: `[target, source]`, not yet looked at.
        config: plain fields of the configuration.
        layers, vocab_size, prompt, scan: as they say.
    """

    features: Int[np.ndarray, "feature 3"]
    activations: Float[np.ndarray, " feature"]
    active: int
    tokens: Int[np.ndarray, " token"]
    texts: list[str]
    ids: list[int]
    probabilities: Float[np.ndarray, " target"]
    adjacency: Tensor
    config: dict[str, str | int]
    layers: int
    vocab_size: int
    prompt: str
    scan: Any


def read_circuit_tracer(path: str | Path, tokens: Texts | None = None) -> Circuit:
    """Read a graph that circuit-tracer's `Graph.to_pt`, or `write_circuit_tracer`, wrote.

    Features of layer l are called `transcoder.l/index`. The file holds no norms of errors (they are given as 1) and no
    values of targets (given as the sum of their inputs). Biases are in no node of that library, so the inputs of a
    feature need not add up to its value.

    Args:
        path: the file.
        tokens: text of each token of the prompt, which the file does not hold, or what makes them of their ids
            (`model.token_texts`); by default the words of the prompt if each is one token, else `#` and its id.

    Raises:
        InputError: if there is no such file, or not one text a token.
        FileFormatError: if it is not such a graph, is cut short, or would run something when unpickled.
    """
    path = Path(path)
    file = _checked(path, _unpickled(path))
    ids = file.tokens.tolist()
    texts = _words(file.prompt, ids) if tokens is None else list(tokens(ids) if callable(tokens) else tokens)
    if len(texts) != len(file.tokens):
        raise InputError(f"{len(texts)} texts came for {len(file.tokens)} tokens.", "Give one for each.")
    length, layers = len(file.tokens), file.layers
    nodes = FileNodes(path, tuple(f"transcoder.{layer}" for layer in range(layers)))
    layer, position, index = file.features.T
    nodes.add(NodeKind.FEATURE, layer, position, dictionary=layer, index=index, value=file.activations)
    everywhere = np.tile(np.arange(length), layers)
    nodes.add(NodeKind.ERROR, np.repeat(np.arange(layers), length), everywhere, site=MLP_OUT)
    nodes.add(NodeKind.TOKEN, np.full(length, -1), np.arange(length))
    labels = unique_labels(file.texts, file.ids)
    for label, probability in zip(labels, file.probabilities, strict=True):
        nodes.add_target(label, layers, length - 1, float(probability))
    provenance = origin(
        str(file.config.get("model_name", "")),
        file.prompt,
        list(zip(file.tokens.tolist(), texts, strict=True)),
        layers,
        labels,
        source="circuit-tracer",
        file=path.name,
        target="NextTokens",
        readouts=[readout(number if number < file.vocab_size else -1, length - 1) for number in file.ids],
        scan=file.scan,
        vocab_size=file.vocab_size,
        active_features=file.active,
        config=file.config,
    )
    pruned = len(file.features) < file.active
    return nodes.circuit(_edges(path, file.adjacency), file.probabilities, provenance, pruned=pruned)


def _words(prompt: str, ids: Sequence[int]) -> list[str]:
    """The words of a prompt, if they are as many as its tokens: each is one token at least, so it is exactly one."""
    words = re.sub(r"^(<[^<>\s]+>)(?=\S)", r"\1 ", prompt).split()
    return words if len(words) == len(ids) else [f"#{number}" for number in ids]


def _unpickled(path: Path) -> Mapping[str, Any]:
    """What the file holds, of tensors, plain values and stand-ins."""
    if not path.is_file():
        raise InputError(f"There is no graph file {str(path)!r}.", "Check its name and its folder.")
    check_archive(path)
    try:
        with torch.serialization.safe_globals(STAND_INS):
            found = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except Exception as error:  # a damaged pickle can raise anything
        named = re.search(r"GLOBAL (\S+)", str(error))
        if named:
            raise FileFormatError(
                f"{path} is refused: it asks for {named[1]}, which no graph needs.", "Do not unpickle it elsewhere."
            ) from error
        reason = str(error).strip().split("\n")[0][:200] or type(error).__name__
        raise FileFormatError(f"{path} is no circuit-tracer graph, or is cut short: {reason}.", _AGAIN) from error
    if not isinstance(found, Mapping):
        raise FileFormatError(
            f"{path} holds a {type(found).__name__}, not the fields of a circuit-tracer graph.", _AGAIN
        )
    return found


def _checked(path: Path, found: Mapping[str, Any]) -> _File:
    config = _config(path, found)
    layers = config.get("n_layers")
    _refuse(path, not isinstance(layers, int) or layers < 1, f"its configuration says {layers!r} layers")
    tokens = _tensor(path, found, "input_tokens", (None,), whole=True)
    active = _tensor(path, found, "active_features", (None, 3), whole=True)
    selected = _tensor(path, found, "selected_features", (None,), whole=True)
    values = _tensor(path, found, "activation_values", (len(active),))
    texts, ids = _targets(path, found)
    probabilities = _tensor(path, found, "logit_probabilities", (len(ids),))
    size = len(selected) + (int(layers) + 1) * len(tokens) + len(ids)  # type: ignore[arg-type]
    adjacency = _field(path, found, "adjacency_matrix", Tensor)
    _refuse_tensor(path, "adjacency_matrix", adjacency, (size, size))
    limits = np.array([layers, len(tokens), np.iinfo(np.int32).max])
    _refuse(path, len(tokens) == 0 or len(ids) == 0, "there is no token, or no target")
    _refuse(
        path, bool(((active < 0) | (active >= limits)).any()), "active_features lie outside the model or the prompt"
    )
    outside = bool(((selected < 0) | (selected >= len(active))).any())
    _refuse(path, outside, "selected_features are not all rows of active_features")
    _refuse(path, bool((probabilities < 0).any()), "logit_probabilities are below zero")
    vocabulary = found.get("vocab_size") or config.get("d_vocab") or max(*ids, *tokens.tolist()) + 1
    _refuse(path, not isinstance(vocabulary, int), f"vocab_size is {vocabulary!r}")
    return _File(
        active[selected],
        values[selected],
        len(active),
        tokens,
        texts,
        ids,
        probabilities,
        adjacency,
        config,
        int(layers),  # type: ignore[arg-type]
        int(vocabulary),
        _field(path, found, "input_string", str),
        _scan(found.get("scan")),
    )


def _config(path: Path, found: Mapping[str, Any]) -> dict[str, str | int]:
    """Its fields that are text or whole numbers."""
    fields = vars(_field(path, found, "cfg", Config))
    return {str(name): value for name, value in fields.items() if isinstance(value, (str, int))}


def _targets(path: Path, found: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    """Texts and vocabulary ids; older files hold ids alone."""
    given = found.get("logit_targets", found.get("logit_tokens"))
    if isinstance(given, Tensor):
        ids = _numbers(path, "logit_targets", given, (None,), whole=True).tolist()
        return [""] * len(ids), ids
    pairs = [pair for pair in given if _is_target(pair)] if isinstance(given, (list, tuple)) else []
    fits = bool(pairs) and len(pairs) == len(given)  # type: ignore[arg-type]
    _refuse(path, not fits, "logit_targets are no pairs of text and vocabulary id")
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _is_target(pair: Any) -> bool:
    fits = isinstance(pair, tuple) and len(pair) == 2
    return fits and isinstance(pair[0], str) and isinstance(pair[1], int) and pair[1] >= 0


def _scan(given: Any) -> str | list[str] | None:
    if isinstance(given, (list, tuple)):
        return [str(name) for name in given]
    return None if given is None else str(given)


def _edges(path: Path, adjacency: Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, targets and sources of what is not zero."""
    data, rows, columns = [], [], []
    for start in range(0, len(adjacency), BLOCK):
        block = adjacency[start : start + BLOCK].float().numpy()
        _refuse(path, not np.isfinite(block).all(), "adjacency_matrix holds numbers that are not finite")
        row, column = block.nonzero()
        data.append(block[row, column])
        rows.append(row + start)
        columns.append(column)
    return np.concatenate(data), np.concatenate(rows), np.concatenate(columns)


def _tensor(
    path: Path, found: Mapping[str, Any], name: str, shape: tuple[int | None, ...], whole: bool = False
) -> np.ndarray:
    return _numbers(path, name, _field(path, found, name, Tensor), shape, whole)


def _numbers(path: Path, name: str, tensor: Tensor, shape: tuple[int | None, ...], whole: bool = False) -> np.ndarray:
    """A tensor of a shape (None for any length) as int64 or float32."""
    _refuse_tensor(path, name, tensor, shape)
    _refuse(path, whole and tensor.is_floating_point(), f"{name} are {tensor.dtype}, not whole numbers")
    values = tensor.long().numpy() if whole else tensor.float().numpy()
    _refuse(path, not np.isfinite(values).all(), f"{name} are not all finite")
    return values


def _refuse_tensor(path: Path, name: str, tensor: Tensor, shape: tuple[int | None, ...]) -> None:
    _refuse(path, tensor.is_nested, f"{name} is no plain tensor")
    fits = tensor.ndim == len(shape) and all(w in (None, n) for w, n in zip(shape, tensor.shape, strict=True))
    wanted = ", ".join("any" if n is None else str(n) for n in shape)
    _refuse(path, not fits, f"{name} has shape {tuple(tensor.shape)}, not ({wanted})")
    plain = tensor.layout is torch.strided and tensor.device.type == "cpu" and not tensor.is_quantized
    _refuse(path, not plain or tensor.is_complex(), f"{name} is no plain tensor")
    held = tensor.untyped_storage().nbytes()
    _refuse(path, held < tensor.numel() * tensor.element_size(), f"{name} claims more numbers than the file holds")


def _field(path: Path, found: Mapping[str, Any], name: str, kind: type[Any]) -> Any:
    value = found.get(name)
    _refuse(path, not isinstance(value, kind), f"{name} is {type(value).__name__}, not {kind.__name__}")
    return value


def _refuse(path: Path, wrong: bool, reason: str) -> None:
    if wrong:
        raise FileFormatError(f"{path} is no whole circuit-tracer graph: {reason}.", _AGAIN)
