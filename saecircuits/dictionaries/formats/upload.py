"""A set of files into a repository of the Hugging Face Hub, in one commit: all of them or none.

1. The login, the repository and the branch are asked for; both are made if they are not there.
2. Files in the repository that would be read as dictionaries, and are not among those that come, are refused, or
   taken away in the same commit.
3. All files go up, then one commit names them. Whoever reads the repository sees nothing before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, constants, get_token
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

from saecircuits.errors import InputError

from .folder import TENSOR_FILES
from .hub import CONNECTION_ERRORS, PREFIX, Reference, first_line
from .table import FORMATS

EVIDENCE = "evidence"
"""The folder of a repository that holds evidence."""
_TOO_LARGE, _CHANGED = 413, (409, 412)
_NO_RIGHTS = (401, 403)


def upload(
    files: Mapping[str, Path], repo: Reference, message: str, private: bool | None = None, replace: bool = False
) -> Reference:
    """Make a repository hold these files.

    Args:
        files: path in the repository -> file.
        repo: where to; its revision is a branch.
        message: of the commit.
        private: for a repository that is not there yet; None leaves it to the owner's settings.
        replace: take away what is there of other dictionaries.

    Returns:
        What was written, at its commit.

    Raises:
        InputError: if nobody is logged in or may not write there, the repository holds other dictionaries, or the hub
            cannot be reached. Nothing of the files can be seen then.
    """
    if constants.HF_HUB_OFFLINE:
        raise InputError(
            f"{repo} cannot be written to: HF_HUB_OFFLINE is set.", "Unset it; huggingface_hub reads it when imported."
        )
    with _errors(repo):
        if get_token() is None:
            raise InputError(
                f"{repo} cannot be written to: nobody is logged in to the Hugging Face Hub.",
                "Run `hf auth login` with a token that may write, or set HF_TOKEN.",
            )
        api = HfApi(library_name="saecircuits")
        head = _head(api, repo, private)
        there = set(api.list_repo_files(repo.repo, revision=head))
        others = sorted(name for name in there - set(files) if _is_read(name))
        if others and not replace:
            raise InputError(
                f"{repo} holds {len(others)} files of other dictionaries or of a model: {_some(others)}.",
                "Give another name, or replace=True to take them away (the history of the repository keeps them).",
            )
        adding = [CommitOperationAdd(name, path) for name, path in sorted(files.items())]
        done = api.create_commit(
            repo.repo,
            [*(CommitOperationDelete(name, is_folder=False) for name in others), *adding],
            commit_message=message,
            revision=repo.revision,
            parent_commit=head,
        )
    return Reference(repo.repo, revision=done.oid)


def _head(api: HfApi, repo: Reference, private: bool | None) -> str:
    """The commit that a branch stands at; repository and branch are made if they are not there."""
    try:
        found = api.model_info(repo.repo, revision=repo.revision).sha
    except RevisionNotFoundError:
        assert repo.revision is not None
        api.create_branch(repo.repo, branch=repo.revision)
        found = api.model_info(repo.repo, revision=repo.revision).sha
    except RepositoryNotFoundError:
        api.create_repo(repo.repo, private=private)
        return _head(api, repo, private)
    if found is None:
        raise InputError(f"The Hugging Face Hub does not say at which commit {repo} is.", "Try again.")
    return found


def _is_read(name: str) -> bool:
    """Whether a reader of dictionaries would look at a file of the repository."""
    path, patterns = Path(name), {pattern for kind in FORMATS.values() for pattern in kind.patterns}
    known = path.suffix in TENSOR_FILES or any(fnmatch(path.name, Path(each).name) for each in patterns)
    return known or name.startswith(f"{EVIDENCE}/")


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


@contextmanager
def _errors(repo: Reference) -> Iterator[None]:
    """The hub's many exceptions as one that says what to do."""
    try:
        yield
    except InputError:
        raise
    except HfHubHTTPError as error:
        raise _refusal(repo, error) from error
    except (*CONNECTION_ERRORS, ValueError, RuntimeError) as error:  # the client wraps what stops a large file
        cause = error.__cause__ if isinstance(error.__cause__, HfHubHTTPError) else None
        if cause is not None:
            raise _refusal(repo, cause) from error
        raise InputError(
            f"{repo} cannot be written to: {first_line(error.__cause__ or error)}.",
            "Nothing was published. Check the connection, and push again; what went up before is not sent twice.",
        ) from error


def _refusal(repo: Reference, error: HfHubHTTPError) -> InputError:
    status = error.response.status_code
    line = first_line(error)
    if status in _NO_RIGHTS:
        owner = repo.repo.partition("/")[0]
        return InputError(
            f"The Hugging Face Hub does not let you write to {repo}: {line}.",
            f"Log in (`hf auth login`) with a token that may write for {owner!r}, or give a name of your own.",
        )
    if status in _CHANGED:
        return InputError(
            f"{PREFIX}{repo.repo} was changed by somebody else, or may not be seen by you: {line}.",
            "Look at what is there, and push again or give another name.",
        )
    cure = "A file is too large for the hub." if status == _TOO_LARGE else "Nothing was published; push again later."
    return InputError(f"The Hugging Face Hub refuses {repo}: {line}.", cure)
