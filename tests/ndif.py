"""The client's end of `ndif_server`: passes of a remote subject go to that process in the place of NDIF."""

from __future__ import annotations

import pickle
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nnsight.ndif
import pytest
import torch
from nnsight import TransformersModel
from nnsight.intervention.backends.remote import RemoteBackend, RemoteError
from nnsight.schema.config import CONFIG

from saecircuits.subject import Subject, load_model
from saecircuits.subject.loading import without_weights
from tests.tiny import tiny_model, tiny_tokenizer


class Server:
    """A process that answers requests, started with the first of them.

    Attributes:
        sent: sizes of the requests so far, in bytes.
        last: the last one.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self.sent: list[int] = []
        self.last = b""

    def ask(self, request: tuple[Any, ...]) -> bytes:
        """What it answers; `RemoteError` with its report where a request fails."""
        if self._process is None:
            script = Path(__file__).with_name("ndif_server.py")
            command = [sys.executable, "-I", str(script)]  # -I: no PYTHONPATH, no current folder
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None and self._process.stdout is not None
        data = pickle.dumps(request)
        self.last = request[-1]
        self.sent.append(len(self.last))
        self._process.stdin.write(struct.pack("<Q", len(data)) + data)
        self._process.stdin.flush()
        size = struct.unpack("<Q", self._process.stdout.read(8))[0]
        fine, answer = pickle.loads(self._process.stdout.read(size))
        if not fine:
            raise RemoteError(answer)
        return answer

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()


class _Backend(RemoteBackend):
    """nnsight's own, but for the socket."""

    def __init__(self, server: Server, folder: str, env: dict[str, Any]) -> None:
        super().__init__("", host="http://nowhere.invalid", env=env)
        self._server, self._folder = server, folder

    def request(self, request: Any, tracer: Any) -> Any:
        blob = self._serialize(tracer)
        content = self._server.ask((self._folder, "float32", self.env, self.compress, blob))
        self.compress, compress = False, self.compress
        try:
            return self.finalize(content)
        finally:
            self.compress = compress


@contextmanager
def served(server: Server) -> Iterator[None]:
    """Requests go to the server inside the block."""

    def backend(model: TransformersModel, *_: Any) -> _Backend:
        assert isinstance(model.repo_id, str)
        return _Backend(server, model.repo_id, model._remoteable_get_env())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CONFIG.API, "APIKEY", "00000000-0000-0000-0000-000000000000")
        patch.setattr(CONFIG.APP, "REMOTE_LOGGING", False)
        patch.setattr(nnsight.ndif, "_PULLED_ENV", True)  # as where this package is installed: nothing goes by itself
        patch.setattr(TransformersModel, "_remote_backend", backend)
        yield


def saved_model(name: str, folder: Path) -> Path:
    """A tiny model in a folder."""
    model: Any = tiny_model(name)
    model.save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


def pair(name: str, folder: Path) -> tuple[Subject, Subject]:
    """A tiny model, opened here, and the same on the server."""
    if not folder.exists():
        saved_model(name, folder)
    tokenizer = tiny_tokenizer()
    here = load_model(folder, tokenizer, dtype=torch.float32)
    return here, without_weights(str(folder), tokenizer, folder.name)
