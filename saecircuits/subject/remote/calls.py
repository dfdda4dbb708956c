"""The client's side of a request: what is asked is packed and sent, what comes back unpacked."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import cloudpickle
import nnsight
import torch
from nnsight.ndif import pull_env
from torch import Tensor, nn

from saecircuits import errors

from .host import opened, performed
from .ndif import translated
from .parameters import Fetched
from .sources import Installed, sources_of
from .wire import PACKAGE, Ends, pack, unpack

cloudpickle.register_pickle_by_value(sys.modules[performed.__module__])  # nnsight is to send these two as text

Request = dict[str, Any]

_ENTRY = "subject.remote.hosting"


class Remote:
    """A server of the model, as a subject uses it.

    Args:
        where: True for NDIF, `"local"` to pack and unpack as for it, and run here.
    """

    def __init__(self, where: bool | str) -> None:
        self.where = where
        self._fetched = Fetched()

    def run(self, subject: Any, inputs: dict[str, Tensor], asked: tuple[Any, Any, bool], stop: bool) -> Any:
        """One pass with the body, and what is made of its result, on the server.

        Args:
            subject: the model under study.
            inputs: of the model.
            asked: `body`, `then` and `grad` of `Subject.run`.
            stop: end the pass after the body.
        """
        request = packed(subject, (*asked, tuple(subject.around)), len(inputs["input_ids"]))
        model, where = subject.traced, self.where
        with translated(subject), model.trace(inputs, remote=where) as tracer:
            out = nnsight.save(performed(request, model))
            if stop:
                tracer.stop()
        return given(subject, out)

    def write(self, subject: Any, inputs: dict[str, Tensor], body: Any, options: dict[str, Any]) -> Tensor:
        """A generation with the body at every step, on the server; ids of prompts and continuations."""
        request, model = packed(subject, body, len(inputs["input_ids"])), subject.traced
        steps = options["max_new_tokens"]
        with translated(subject), warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*the loop asked for a step the run did not make")  # the text has ended
            with model.generate(remote=self.where, **options) as tracer:
                with tracer.invoke(inputs):
                    job = opened(request, model)
                    for step in tracer.iter[:steps]:
                        job.step(step)
                with tracer.invoke():
                    ids = tracer.result.save()
        return ids

    def bring(self, subject: Any, module: nn.Module) -> None:
        """The weights of a module, fetched when they are first asked for, and kept."""
        self._fetched.bring(subject, module)


def packed(subject: Any, asked: Any, batch: int) -> Request:
    """What a server needs to run it, plain enough for nnsight to send."""
    pull_env()  # functions of the user's own modules are sent by their source
    ends = Ends(Installed(), subject, leaves=True)
    main = pack(asked, ends)
    header = pack({"name": subject.name, "architecture": subject.architecture, "batch": batch}, Ends(Installed()))
    sources = sources_of({*main.modules, *header.modules, _ENTRY})
    return {
        "package": PACKAGE,
        "sources": sources.texts,
        "exports": sources.exports,
        "header": header.body,
        "header_tensors": header.tensors,
        "body": main.body,
        "tensors": main.tensors,
    }


def given(subject: Any, out: bytes) -> Any:
    """What a server sent back; an error of this package is raised here."""
    size = int.from_bytes(out[:8], "little")
    given = unpack(out[8 : 8 + size], out[8 + size :], Ends(Installed(), subject), torch.device("cpu"))
    if type(given).__name__ == "Refusal":
        raise getattr(errors, given.kind, errors.InputError)(given.message, given.cure)
    return given
