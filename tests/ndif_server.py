"""A server as NDIF runs it, as a process of its own: it has torch, transformers and nnsight, and not this package.

Requests come over a pipe in the place of a socket. What is done with one is what NDIF does: its environment is applied,
the block is rebuilt with the server's own objects in the place of persistent ids, run inside a trace scope, and the
values that it saved are written by `torch.save`.
"""

from __future__ import annotations

import sys

HIDDEN = ("saecircuits", "tests", "jaxtyping", "beartype", "anywidget", "ipywidgets", "traitlets", "lazy_loader")
HIDDEN += ("einops", "networkx", "matplotlib", "typer", "rich", "pandas", "sklearn", "IPython", "hypothesis", "pytest")
for _name in HIDDEN:
    sys.modules[_name] = None  # type: ignore[assignment]  # an import fails, as where it is not installed

import io  # noqa: E402
import pickle  # noqa: E402
import struct  # noqa: E402
import traceback  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from typing import Any  # noqa: E402

import torch  # noqa: E402
from nnsight import TransformersModel  # noqa: E402
from nnsight.schema.request import RequestModel  # noqa: E402
from nnsight.tracing.tracer import _saves, dec, inc  # noqa: E402


@contextmanager
def half_precision(tracer: Any) -> Iterator[None]:
    """What NDIF puts around blocks of models in half precision, here around all but generations."""
    if getattr(tracer.fn, "__name__", tracer.fn) == "generate":
        yield
        return
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            yield
    finally:
        torch.set_default_dtype(torch.float32)


def answer(model: TransformersModel, env: dict[str, Any], compress: bool, blob: bytes) -> bytes:
    """The saved values of one request, as NDIF sends them."""
    model._remoteable_set_env(env)
    tracer = RequestModel.deserialize(blob, model._remoteable_persistent_objects(), compress=compress)
    inc()
    try:
        with half_precision(tracer):
            tracer.execute(tracer.info.code)
        saves = _saves()
        saved = {name: value for name, value in tracer.info.frame.f_locals.items() if id(value) in saves}
    finally:
        dec()
    buffer = io.BytesIO()
    torch.save(saved, buffer)
    return buffer.getvalue()


def serve() -> None:
    """Answer requests until the pipe closes."""
    torch.set_num_threads(1)
    models: dict[str, TransformersModel] = {}
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # the pipe is for answers
    while head := sys.stdin.buffer.read(8):
        folder, dtype, env, compress, blob = pickle.loads(sys.stdin.buffer.read(struct.unpack("<Q", head)[0]))
        before, grad = set(sys.modules), torch.is_grad_enabled()
        try:
            if folder not in models:
                options = {"dtype": getattr(torch, dtype), "dispatch": True, "task": "text-generation"}
                models[folder] = TransformersModel(folder, **options)
                models[folder]._module.requires_grad_(False)
            reply: Any = True, answer(models[folder], env, compress, blob)
        except Exception:
            reply = False, traceback.format_exc()
        left = sorted(name for name in set(sys.modules) - before if "saecircuits" in name)
        if left or torch.is_grad_enabled() != grad:
            reply = False, f"the request left modules {left}, or another grad mode"
        data = pickle.dumps(reply)
        out.write(struct.pack("<Q", len(data)) + data)
        out.flush()


if __name__ == "__main__":
    serve()
