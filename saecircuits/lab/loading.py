"""Opening a laboratory: a folder that holds a model with its dictionaries and their evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from saecircuits.dictionaries import Dictionary, load_dictionaries as read_dictionaries
from saecircuits.errors import InputError
from saecircuits.features import Evidence
from saecircuits.subject import Subject, load_model as load_hugging_face_model
from saecircuits.world.files import world_folder

from .replacement_model import ReplacementModel

WORLD = "world"
"""The name of the embedded model."""


def load(name: str | Path = WORLD) -> ReplacementModel:
    """Open a model with its dictionaries and their evidence.

    Args:
        name: `"world"` for the embedded one, which is opened with its transcoders, or a folder with `model/`,
            `dictionaries/` and, if there is any, `evidence/`.

    Raises:
        InputError: if something of it is missing.
        FileFormatError: if a file cannot be read.
    """
    folder = world_folder() if name == WORLD else Path(name)
    if not (folder / "model" / "config.json").is_file():
        raise InputError(
            f"There is no model in {str(folder)!r}.",
            'Give "world", or a folder with model/, dictionaries/ and evidence/; for other models see sc.load_model.',
        )
    subject = load_hugging_face_model(folder / "model", name=WORLD if name == WORLD else folder.name)
    transcoders = folder / "dictionaries" / "transcoders"
    dictionaries = read_dictionaries(transcoders if transcoders.is_dir() else folder / "dictionaries")
    known = sorted((folder / "evidence").glob("*.safetensors"))
    return ReplacementModel(subject, dictionaries, {path.stem: Evidence.load(path.parent, path.stem) for path in known})


def load_dictionaries(source: str | Path, device: str = "cpu") -> list[Dictionary]:
    """Read a dictionary folder, or a folder of such folders, ordered by the first site that each writes.

    Args:
        source: a folder; or one of the embedded world's sets: `"world/transcoders"`, `"world/saes"`, `"world/clt"`,
            `"world/crosscoder"`.
        device: where to put them.

    Raises:
        InputError: if there is no dictionary in it.
        FileFormatError: if one of them cannot be read.
    """
    first, _, name = str(source).partition("/")
    if first == WORLD and name and not Path(source).exists():
        sets = world_folder() / "dictionaries"
        known = sorted(f"{WORLD}/{path.name}" for path in sets.iterdir())
        if not (sets / name).is_dir():
            raise InputError(f"There are no dictionaries {str(source)!r}.", f"Known are {', '.join(known)}.")
        return read_dictionaries(sets / name, device)
    return read_dictionaries(source, device)


def load_model(
    model: str | Path | nn.Module = WORLD, tokenizer: Any = None, name: str | None = None, **options: Any
) -> Subject:
    """Open a language model alone, without dictionaries.

    Args:
        model: `"world"` for the embedded one, a Hugging Face name (`"openai-community/gpt2"`), a folder, or a loaded
            causal language model.
        tokenizer: needed with a loaded model; otherwise the model's own is loaded.
        name: what to call it; default the name or the folder's name.
        options: handed to `AutoModelForCausalLM.from_pretrained`, e.g. `dtype=torch.bfloat16`.

    Raises:
        InputError: if the model cannot be found, or a loaded model comes without its tokenizer.
        UnsupportedModelError: if its architecture is not in the table.
    """
    if model == WORLD:
        return load_hugging_face_model(world_folder() / "model", tokenizer, name or WORLD, **options)
    return load_hugging_face_model(model, tokenizer, name, **options)
