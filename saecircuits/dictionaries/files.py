"""Dictionaries on disk: a folder with `config.json`, `weights.safetensors` (never pickle) and a card, `README.md`."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from saecircuits.atomic import replace_file
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site

from .activations import activation_from_spec
from .card import card
from .dictionary import Dictionary
from .stored import Stored, StoredMatrices
from .tensor_files import SafetensorsFile
from .token_norm import TokenNorm

FORMAT = "saecircuits.dictionary"
VERSION = 1
_ACTIVATION = "activation."
_MATRICES = ("W_enc", "W_dec")


@dataclass(frozen=True)
class Record:
    """What is told of a dictionary beside its weights; the arguments of `save_dictionary`."""

    trained_on: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, float] = field(default_factory=dict)
    scored_on: str = ""


class _Config(BaseModel):
    """What `config.json` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str
    version: int
    name: str
    reads: Annotated[list[str], Field(min_length=1)]
    writes: Annotated[list[str], Field(min_length=1)]
    n_features: Annotated[int, Field(gt=0)]
    d_model: Annotated[int, Field(gt=0)]
    activation: dict[str, Any]
    skip: bool = False
    token_norm: str = ""
    trained_on: str = ""
    recipe: dict[str, Any] = {}
    scores: dict[str, float] = {}
    scored_on: str = ""


def save_dictionary(
    dictionary: Dictionary,
    folder: str | Path,
    trained_on: str = "",
    recipe: dict[str, Any] | None = None,
    scores: dict[str, float] | None = None,
    scored_on: str = "",
) -> Path:
    """Write a dictionary, as it is used at inference, into `folder`.

    Args:
        dictionary: takes raw activations (scales folded).
        folder: made if it is not there.
        trained_on: what its activations came from.
        recipe: how it was trained, for people.
        scores: its measured quality.
        scored_on: what that was measured on.

    Returns:
        The folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    dictionary = deepcopy(dictionary).for_inference()
    config = _Config(
        format=FORMAT,
        version=VERSION,
        name=dictionary.name,
        reads=[str(site) for site in dictionary.reads],
        writes=[str(site) for site in dictionary.writes],
        n_features=dictionary.n_features,
        d_model=dictionary.d_model,
        activation=dictionary.activation.spec(),
        skip=dictionary.W_skip is not None,
        token_norm="" if dictionary.token_norm is None else dictionary.token_norm.kind,
        trained_on=trained_on,
        recipe=recipe or {},
        scores=scores or {},
        scored_on=scored_on,
    )
    state = dictionary.state_dict() | {"W_enc": dictionary.W_enc, "W_dec": dictionary.W_dec}
    weights = {name: value.detach().cpu().contiguous() for name, value in state.items()}
    replace_file(folder / "weights.safetensors", lambda path: path.write_bytes(save(weights)))
    replace_file(folder / "config.json", lambda path: path.write_text(config.model_dump_json(indent=2) + "\n", "utf-8"))
    text = card(dictionary, trained_on, config.recipe, config.scores, scored_on)
    replace_file(folder / "README.md", lambda path: path.write_text(text, "utf-8"))
    return folder


def load_dictionary(folder: str | Path, device: str | torch.device = "cpu", lazy: bool = False) -> Dictionary:
    """Read a dictionary that `save_dictionary` wrote.

    Args:
        folder: where it lies.
        device: where to put it.
        lazy: leave its encoder and decoder in the file, and read rows of features when they are needed.

    Raises:
        InputError: if the folder is not there.
        FileFormatError: if a file is missing, cut short, or does not fit the other.
    """
    folder = Path(folder)
    config = _read_config(folder)
    if not (folder / "weights.safetensors").is_file():  # opening a pipe would wait for ever
        raise FileFormatError(f"{folder / 'weights.safetensors'} is missing.", "Copy the whole folder.")
    try:
        weights = _weights(folder / "weights.safetensors", str(device), lazy)
        stored = _stored(folder / "weights.safetensors") if lazy else None
        _check_weights(folder, config, weights, stored)
        dictionary = _build(config, weights, stored).to(device)
        dictionary.load_state_dict(weights)
    except (SafetensorError, OSError, MemoryError) as error:
        raise FileFormatError(
            f"{folder / 'weights.safetensors'} cannot be read: {error}.",
            "Copy or train the dictionary again.",
        ) from error
    except RuntimeError as error:
        raise FileFormatError(
            f"The weights in {folder} do not fit its config.json: {error}",
            "Restore both files from one dictionary.",
        ) from error
    dictionary.folder = folder
    return dictionary.requires_grad_(False).eval()


def recorded(dictionary: Dictionary) -> Record:
    """What the folder that a dictionary was read from tells of it; nothing if it is on no disk.

    Raises:
        InputError: if the folder is gone.
        FileFormatError: if its config is damaged.
    """
    if dictionary.folder is None:
        return Record()
    config = _read_config(dictionary.folder)
    return Record(config.trained_on, config.recipe, config.scores, config.scored_on)


def _weights(path: Path, device: str, lazy: bool) -> dict[str, torch.Tensor]:
    if not lazy:
        return load_file(path, device=device)
    file = SafetensorsFile(path)
    return {name: file[name].to(device) for name in file if name not in _MATRICES}


def _stored(path: Path) -> StoredMatrices | None:
    file = SafetensorsFile(path)
    if any(name not in file for name in _MATRICES):
        return None
    return StoredMatrices(*(Stored(file.extent(name), (0, 1, 2)) for name in _MATRICES))


def _check_weights(
    folder: Path, config: _Config, weights: Mapping[str, torch.Tensor], stored: StoredMatrices | None
) -> None:
    """Refuse sizes that are not in the file, before memory is asked for them, and numbers that are none."""
    matrices = dict(zip(_MATRICES, stored, strict=True)) if stored is not None else weights
    for name, sites in zip(_MATRICES, (config.reads, config.writes), strict=True):
        wanted = [config.n_features, len(sites), config.d_model]
        found = list(matrices[name].shape) if name in matrices else "missing"
        if found != wanted:
            raise FileFormatError(
                f"The weights in {folder} do not fit its config.json: {name} is {found}, not {wanted}.",
                "Restore both files from one dictionary.",
            )
    broken = [name for name, value in weights.items() if value.numel() and not bool(torch.isfinite(value).all())]
    if broken:
        raise FileFormatError(f"{', '.join(broken)} in {folder} hold NaN or infinity.", "Copy or train it again.")


def _build(config: _Config, weights: Mapping[str, torch.Tensor], stored: StoredMatrices | None) -> Dictionary:
    """The dictionary that a config describes; learned parts of its activation function come from the weights."""
    learned = {name.removeprefix(_ACTIVATION): w for name, w in weights.items() if name.startswith(_ACTIVATION)}
    dictionary = Dictionary(
        config.name,
        [Site.parse(site) for site in config.reads],
        [Site.parse(site) for site in config.writes],
        config.n_features,
        config.d_model,
        activation_from_spec(config.activation | learned),
        skip=config.skip,
        stored=stored,
    )
    if config.token_norm:
        dictionary.normalise_tokens(TokenNorm(config.token_norm, torch.zeros(len(config.writes), config.d_model)))
    return dictionary


def load_folder(source: str | Path, device: str | torch.device = "cpu", lazy: bool = False) -> list[Dictionary]:
    """Read a dictionary folder, or a folder of such folders, ordered by the first site that each writes.

    Raises:
        InputError: if there is no dictionary in it.
        FileFormatError: if one of them cannot be read.
    """
    folder = Path(source)
    if (folder / "config.json").is_file():
        return [load_dictionary(folder, device, lazy)]
    found = sorted(path.parent for path in folder.glob("*/config.json"))
    if not found:
        raise InputError(
            f"There is no dictionary in {str(source)!r}.",
            "Give a folder with config.json and weights.safetensors, or a folder of such folders.",
        )
    return sorted((load_dictionary(path, device, lazy) for path in found), key=lambda d: (d.writes[0].order, d.name))


def _read_config(folder: Path) -> _Config:
    path = folder / "config.json"
    if not path.is_file():
        raise InputError(
            f"There is no dictionary in {str(folder)!r}: config.json is missing.", "Copy the whole folder."
        )
    try:
        config = _Config.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "file"
        raise FileFormatError(
            f"{path} is not a dictionary's config: {where}: {first['msg']}.", "Copy or train the dictionary again."
        ) from error
    if config.format != FORMAT or config.version != VERSION:
        raise FileFormatError(
            f"{path} is {config.format!r} version {config.version}; this reads {FORMAT!r} version {VERSION}.",
            "Update saecircuits, or convert the file.",
        )
    return config
