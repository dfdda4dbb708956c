"""What can be done with a circuit beyond looking at it."""

from __future__ import annotations

from collections.abc import Collection

from saecircuits.circuit import Circuit
from saecircuits.errors import InputError, NotAttachedError, SaeCircuitsError
from saecircuits.exports.state import origin_record

_ONE_PROMPT = "Open the circuit of one prompt to edit and check it."


def why_not_run(circuit: Circuit, attached: bool) -> SaeCircuitsError | None:
    """Why a model cannot be run on the prompt of a circuit and its targets read; None if it can.

    Args:
        circuit: of one prompt, of many, or of another tool.
        attached: whether there is a model.
    """
    if not attached:
        return NotAttachedError(
            "There is no model behind this circuit, so it can only be looked at.",
            "Open it with Explorer(circuit, lab).",
        )
    origin = origin_record(circuit.provenance)
    if origin["kind"] != "prompt":
        prompts = len(origin["prompts"])
        made = f"the mean of {prompts} prompts" if origin["kind"] == "merged" else "the difference of two others"
        return InputError(f"This circuit is {made}, so there is no run to edit or check.", _ONE_PROMPT)
    if not circuit.provenance.settings.get("readouts") or min(circuit.provenance.token_ids) < 0:
        return InputError(
            "This circuit does not say where its targets are read, so it can be neither edited nor checked.",
            "Find the circuit of its prompt here: lab.explore(prompt).",
        )
    return None


def why_not_changed(circuit: Circuit, dictionaries: Collection[str]) -> SaeCircuitsError | None:
    """Why the features of a circuit cannot be edited, in a model with these dictionaries; None if they can."""
    unknown = [name for name in circuit.nodes.dictionaries if name not in dictionaries]
    if not unknown:
        return None
    if origin_record(circuit.provenance)["nodes"] == "neurons":
        return InputError(
            "The nodes of this circuit are neurons: only features of dictionaries can be edited and checked.",
            'Attribute with nodes="features".',
        )
    return InputError(
        f"The model has no dictionary {unknown[0]!r}, so this circuit can be neither edited nor checked.",
        f"Load it with its dictionaries: {', '.join(unknown)}.",
    )


def why_no_card(name: str, dictionaries: Collection[str]) -> SaeCircuitsError | None:
    """Why nothing is known of the features of a dictionary that the model does not have; None if it has it."""
    if name in dictionaries:
        return None
    return InputError(f"{name!r} is none of the model's dictionaries, so there is no evidence of its features.")
