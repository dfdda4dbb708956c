"""The effect of edits as the Explorer shows it."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float

from saecircuits.attribution import readouts
from saecircuits.circuit import Circuit
from saecircuits.interventions import Effect

from .messages import describe
from .predicted import Prediction

_TOKENS = 12


def effect_state(circuit: Circuit, effect: Effect, prediction: Prediction) -> dict[str, Any]:
    """The `effect` trait: the output before and after, every node's value after the edits, and what was predicted.

    `predicted` is the change of every node that the graph says, NaN where it does not; `unpredicted` says why not.
    """
    before, after = effect.before.probabilities, effect.after.probabilities
    ids = list(dict.fromkeys([*after.topk(_TOKENS).indices.tolist(), *before.topk(_TOKENS).indices.tolist()]))
    ids = sorted(ids, key=lambda i: -max(float(before[i]), float(after[i])))[:_TOKENS]
    weights = circuit.weights[circuit.target_rows]
    was, became = (
        [readout.measure(run, effect.unedited) for readout in readouts(circuit)]
        for run in (effect.unedited, effect.edited)
    )
    values = _node_values(circuit, effect)
    values[circuit.target_rows] = became
    return {
        "tokens": [effect.before.tokenizer.decode([i]) for i in ids],
        "before": before[ids].numpy(force=True).astype("<f4").tobytes(),
        "after": after[ids].numpy(force=True).astype("<f4").tobytes(),
        "target_before": float(weights @ np.array(was)),
        "target_after": float(weights @ np.array(became)),
        "target_predicted": prediction.target if np.isfinite(prediction.target) else None,
        "top_before": effect.before.answer,
        "top_after": effect.after.answer,
        "node_value": values.astype("<f4").tobytes(),
        "predicted": _single(prediction.change).tobytes(),
        "unpredicted": None if prediction.refusal is None else describe(prediction.refusal),
    }


def _node_values(circuit: Circuit, effect: Effect) -> Float[np.ndarray, " node"]:
    """Values of features after the edits; NaN for other nodes, and for what no dictionary of the model is."""
    nodes = circuit.nodes
    values = np.full(len(nodes), np.nan)
    for number, name in enumerate(nodes.dictionaries):
        if name in effect.edited.latents:
            rows = np.flatnonzero(nodes.dictionary == number)
            latents = effect.edited.latents[name]
            values[rows] = latents[nodes.position[rows], nodes.index[rows]].numpy(force=True)
    return values


def _single(values: Float[np.ndarray, " node"]) -> Float[np.ndarray, " node"]:
    """In float32; what is too large for it is as good as unknown."""
    small = np.abs(values) < np.finfo("<f4").max  # False for NaN
    return np.where(small, values, np.nan).astype("<f4")
