"""Where the embedded world's files lie."""

from __future__ import annotations

from pathlib import Path

from saecircuits.errors import InputError

_PACKAGE = Path(__file__).resolve().parents[1]


def repository_world_folder() -> Path:
    """`data/world` of the repository that this package was checked out with; `make world` writes there."""
    return _PACKAGE.parent / "data" / "world"


def world_folder() -> Path:
    """The folder with the model, dictionaries, evidence and prompts: inside an installed package, or in a checkout.

    Raises:
        InputError: if neither exists.
    """
    candidates = (_PACKAGE / "data" / "world", repository_world_folder())
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise InputError(
        f"The embedded world is in none of {', '.join(map(str, candidates))}.",
        "Install the package from its wheel, or run `make world` in a checkout.",
    )
