"""Dictionaries, with all that is known of them, into a repository of the Hugging Face Hub.

README.md                                  the card of the set
<dictionary>/config.json, weights.safetensors, README.md, labels.json
evidence/<dictionary>.json, .safetensors
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id

from saecircuits.dictionaries import Dictionary, save_dictionary
from saecircuits.dictionaries.card import card
from saecircuits.dictionaries.files import Record, recorded
from saecircuits.dictionaries.formats import EVIDENCE, Reference, folder_names, upload
from saecircuits.dictionaries.set_card import Row, set_card
from saecircuits.errors import InputError
from saecircuits.features import Evidence, LabelBook
from saecircuits.progress import report
from saecircuits.subject import Subject

from .loading import evidence_in, load_dictionaries
from .replacement_model import ReplacementModel

_FILES = ("config.json", "weights.safetensors")


def push_to_hub(
    source: ReplacementModel | Dictionary | Sequence[Dictionary] | str | Path,
    repo: str,
    *,
    model: str = "",
    license: str = "",
    private: bool | None = None,
    message: str = "",
    replace: bool = False,
) -> str:
    """Publish dictionaries, with evidence and labels, in a repository of the Hugging Face Hub, which is made if needed.

    One commit holds all of it, or nothing is published. The card names the model, so `sc.load("hub:owner/name")` opens
    both together.

    Args:
        source: a model with its dictionaries (their evidence comes along); dictionaries; or whatever
            `load_dictionaries` reads, with the evidence in its folder `evidence`.
        repo: `"owner/name"`, or `"owner/name@branch"`. You have to be logged in (`hf auth login`, or `HF_TOKEN`).
        model: the model's name on the hub (`"google/gemma-2-2b"`); default that of the model that is given.
        license: the hub's name of a licence (`"apache-2.0"`), for the card.
        private: for a repository that is made; None leaves it to the owner's settings.
        message: of the commit.
        replace: take away what the repository holds of other dictionaries; otherwise that is an error.

    Returns:
        What was written, to be loaded again: `"hub:owner/name@<commit>"`.

    Raises:
        InputError: if there is nothing to publish, the name is none, nobody is logged in or may not write there, the
            repository holds something else, or the hub cannot be reached; the message says what to do.
        FileFormatError: if a dictionary cannot be read.
    """
    to = _repository(repo)
    given = _gathered(source, model)
    with tempfile.TemporaryDirectory(prefix="saecircuits-") as folder:
        files = _files(given, to.repo, license, Path(folder))
        report("files published", 0, len(files))
        return str(upload(files, to, message or f"Dictionaries of {given.model or 'a model'}", private, replace))


@dataclass(frozen=True)
class _Given:
    """What is published.

    Attributes:
        dictionaries: at least one.
        evidence: of some of them, by name.
        model: the model's name; may be empty.
        from_disk: the dictionaries are as their folders hold them.
    """

    dictionaries: Sequence[Dictionary]
    evidence: Mapping[str, Evidence]
    model: str
    from_disk: bool = False


def _repository(text: str) -> Reference:
    found = Reference.parse(text)
    if found.folder:
        raise InputError(f"{text!r} names a folder of a repository.", f'Give the repository alone: "{found.repo}".')
    try:
        validate_repo_id(found.repo)
    except HFValidationError as error:
        raise InputError(f"{text!r} cannot be a repository's name: {error}", 'Write "owner/name".') from error
    return found


def _gathered(source: ReplacementModel | Dictionary | Sequence[Dictionary] | str | Path, model: str) -> _Given:
    if isinstance(source, ReplacementModel):
        return _Given(list(source.dictionaries.values()), source.evidence, model or _name_on_hub(source.subject))
    if isinstance(source, str | Path):
        dictionaries = load_dictionaries(source)
        known = evidence_in(Path(source) / EVIDENCE)
        return _Given(dictionaries, {d.name: known[d.name] for d in dictionaries if d.name in known}, model, True)
    dictionaries = [source] if isinstance(source, Dictionary) else list(source)
    if not dictionaries:
        raise InputError("There is no dictionary to publish.", "Give one or more.")
    return _Given(dictionaries, {}, model)


def _name_on_hub(subject: Subject) -> str:
    """What the hub calls a model that came from it; otherwise its name here."""
    loaded_from = str(getattr(subject.config, "_name_or_path", ""))
    on_hub = loaded_from.count("/") == 1 and not Path(loaded_from).exists()
    return loaded_from if on_hub else subject.name


def _files(given: _Given, repo: str, license: str, stage: Path) -> dict[str, Path]:
    """Path in the repository -> file; what is not on disk as it should be is written below `stage`."""
    labels, rows, files = LabelBook(given.dictionaries), [], {}
    names = folder_names(given.dictionaries)
    for number, (dictionary, name) in enumerate(zip(given.dictionaries, names, strict=True)):
        report("dictionaries prepared", number, len(names))
        record, folder = recorded(dictionary), stage / name
        if given.from_disk and dictionary.folder is not None and dictionary.folder.name == name:
            folder.mkdir()
            files |= {f"{name}/{each}": dictionary.folder / each for each in _FILES}
            text = card(dictionary, record.trained_on, record.recipe, record.scores, record.scored_on)
            (folder / "README.md").write_text(text, "utf-8")
        else:
            _save(dictionary, folder, record, given.model)
        labels.write(dictionary.name, folder)
        rows.append(Row.of(dictionary, name, record))
    for known in given.evidence.values():
        known.save(stage / EVIDENCE)
    beside = ["evidence of what features fire on"] * bool(given.evidence)
    beside += ["labels that people gave"] * any(stage.glob("*/labels.json"))
    (stage / "README.md").write_text(set_card(repo, rows, given.model, license, beside), "utf-8")
    written = [path for path in stage.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return files | {path.relative_to(stage).as_posix(): path for path in written}


def _save(dictionary: Dictionary, folder: Path, record: Record, model: str) -> None:
    told = asdict(record)
    if not record.trained_on and model:
        told["trained_on"] = f"activations of {model}"
    save_dictionary(dictionary, folder, **told)
