"""Opening a laboratory: a folder that holds a model with its dictionaries and their evidence; and its parts alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from saecircuits.dictionaries import Dictionary, convert as write_dictionaries, load_dictionaries as read_dictionaries
from saecircuits.dictionaries.formats import EVIDENCE, FORMATS, PREFIX, fetch
from saecircuits.dictionaries.set_card import model_of
from saecircuits.errors import InputError
from saecircuits.features import Evidence
from saecircuits.sites import Site
from saecircuits.subject import Subject, load_model as load_hugging_face_model
from saecircuits.world.files import world_folder

from .replacement_model import ReplacementModel

WORLD = "world"
"""The name of the embedded model."""


def load(
    name: str | Path = WORLD, model: Subject | str | Path | None = None, *, lazy: bool = False
) -> ReplacementModel:
    """Open a model with its dictionaries and their evidence.

    Args:
        name: `"world"` for the embedded one, which is opened with its transcoders; a folder with `model/`,
            `dictionaries/` and, if there is any, `evidence/`; or what `push_to_hub` published, `"hub:owner/name"`.
        model: the model, or what `load_model` takes; default the one in the folder, or the one that the card names.
        lazy: leave encoders and decoders in their files; see `load_dictionaries`.

    Raises:
        InputError: if something of it is missing.
        FileFormatError: if a file cannot be read.
    """
    if str(name).startswith(PREFIX):
        folder = fetch(str(name), (*FORMATS["saecircuits"].patterns, f"{EVIDENCE}/*", "README.md"))
    else:
        folder = world_folder() if name == WORLD else Path(name)
    subject = model if isinstance(model, Subject) else _subject_of(folder, name, model)
    inside = folder / "dictionaries" if (folder / "model").is_dir() else folder
    transcoders = inside / "transcoders"
    dictionaries = read_dictionaries(transcoders if transcoders.is_dir() else inside, lazy=lazy)
    return ReplacementModel(subject, dictionaries, evidence_in(folder / EVIDENCE))


def _subject_of(folder: Path, name: str | Path, model: str | Path | None) -> Subject:
    """The model that was named, else the one in a folder, else the one that its card names."""
    if model is None and (folder / "model" / "config.json").is_file():
        return load_hugging_face_model(folder / "model", name=WORLD if name == WORLD else folder.name)
    named = model or model_of(folder)
    if not named:
        raise InputError(
            f"There is no model in {str(name)!r}, and no card that names one.",
            'Give model=, as sc.load_model takes it; or "world", or a folder with model/, dictionaries/ and evidence/.',
        )
    return load_model(named)


def evidence_in(folder: Path) -> dict[str, Evidence]:
    """All evidence in a folder, by dictionary; none if there is no such folder."""
    return {path.stem: Evidence.load(folder, path.stem) for path in sorted(folder.glob("*.safetensors"))}


def load_dictionaries(  # noqa: PLR0913 - what files do not say
    source: str | Path,
    device: str = "cpu",
    *,
    format: str | None = None,
    site: str | Site | Sequence[str | Site] | None = None,
    name: str | None = None,
    scale: float | Sequence[float] | None = None,
    model: Subject | None = None,
    lazy: bool = False,
) -> list[Dictionary]:
    """Read dictionaries, ours or those of other libraries, ordered by the first site that each writes.

    The format is recognised from the files: SAELens, dictionary_learning, sparsify, Gemma Scope, OpenAI,
    circuit-tracer, llamascopium, and the crosscoders of several projects; see `docs/formats.md`.

    Args:
        source: a folder or a file; a repository on the Hugging Face Hub, `"hub:owner/name[/folder][@revision]"`; or one
            of the embedded world's sets: `"world/transcoders"`, `"world/saes"`, `"world/clt"`, `"world/crosscoder"`.
        device: where to put them.
        format: the name of the format, where files could be of two.
        site: where they read and write, where files do not say it: one site for an SAE (`"resid_post.3"`), two for a
            transcoder (`("mlp_in.3", "mlp_out.3")`), all for a crosscoder. A kind alone takes the layer from the files.
        name: what circuits will call the dictionary; several get a number behind it.
        scale: what activations were multiplied by before a dictionary saw them, one a site, where files do not keep it.
        model: the model that they are for; needed for those that read inside the MLP's norm (Gemma Scope's
            transcoders), whose gain is then folded into them.
        lazy: leave encoders and decoders in their files, and read the rows of features when they are needed: a set of
            many layers then takes hardly any memory. For formats of safetensors and of uncompressed npz; what the
            dictionaries compute stays the same.

    Raises:
        InputError: if there is no dictionary in it, it cannot be fetched, or something has to be said.
        FileFormatError: if one of them cannot be read, or cannot be expressed here; the message says why.
    """
    first, _, which = str(source).partition("/")
    if first == WORLD and which and not Path(source).exists():
        source = _world_set(str(source), which)
    norm = None if model is None else _norm_of(model)
    return read_dictionaries(source, device, format=format, site=site, name=name, scale=scale, norm=norm, lazy=lazy)


def convert(
    source: str | Path | Dictionary | Sequence[Dictionary],
    folder: str | Path,
    to: str = "saecircuits",
    model_name: str = "",
    **reading: Any,
) -> list[Path]:
    """Write dictionaries in the format of another library, or those of another library in ours.

    Args:
        source: dictionaries, or whatever `load_dictionaries` reads.
        folder: made if it is not there. Formats that hold one dictionary a folder get a folder for each of several.
        to: `"saecircuits"`, `"sae_lens"`, `"dictionary_learning"`, `"sparsify"`, `"circuit_tracer"` or
            `"circuit_tracer_clt"`.
        model_name: what other libraries call the model (`"google/gemma-2-2b"`), for their config files.
        reading: options of `load_dictionaries`.

    Returns:
        The folders that were written.

    Raises:
        InputError: if the format cannot be written, or cannot express a dictionary; the message says why.
        FileFormatError: if the source cannot be read.
    """
    given = load_dictionaries(source, **reading) if isinstance(source, str | Path) else source
    return write_dictionaries(given, folder, to, model_name)


def _world_set(source: str, name: str) -> Path:
    sets = world_folder() / "dictionaries"
    if not (sets / name).is_dir():
        known = sorted(f"{WORLD}/{path.name}" for path in sets.iterdir())
        raise InputError(f"There are no dictionaries {source!r}.", f"Known are {', '.join(known)}.")
    return sets / name


def _norm_of(model: Subject) -> Callable[[int], tuple[Tensor, Tensor]]:
    """Gain and bias of the norm before each layer's MLP."""

    def norm(layer: int) -> tuple[Tensor, Tensor]:
        found = model.weights.mlp_norm(layer)
        return found.gain.detach().float().cpu(), found.bias.detach().float().cpu()

    return norm


def load_model(
    model: str | Path | nn.Module = WORLD,
    tokenizer: Any = None,
    name: str | None = None,
    *,
    remote: bool | str = False,
    **options: Any,
) -> Subject:
    """Open a language model alone, without dictionaries.

    Args:
        model: `"world"` for the embedded one, a Hugging Face name (`"openai-community/gpt2"`), a folder, or a loaded
            causal language model.
        tokenizer: needed with a loaded model; otherwise the model's own is loaded.
        name: what to call it; default the name or the folder's name.
        remote: run its passes on NDIF, by its Hugging Face name and with nnsight's key: no weights are loaded here.
            `"local"` loads it here, and packs and unpacks each pass as for NDIF. See `docs/remote.md`.
        options: handed to `AutoModelForCausalLM.from_pretrained`, e.g. `dtype=torch.bfloat16`.

    Raises:
        InputError: if the model cannot be found, a loaded model comes without its tokenizer, or a remote one without a
            key or a name.
        UnsupportedModelError: if its architecture is not in the table.
    """
    if model == WORLD:
        return load_hugging_face_model(world_folder() / "model", tokenizer, name or WORLD, remote=remote, **options)
    return load_hugging_face_model(model, tokenizer, name, remote=remote, **options)
