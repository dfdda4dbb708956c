"""The model under study: every activation is read and written here, through nnsight.

All tracing goes through `Subject.run` and `Subject.generate`. Their `with ... trace` blocks, and the same two for
models on a server (`remote.calls`), are the only ones of the package: nnsight compiles the source text of such a block,
so fixed places make the library immune to reloads, `%%time` cells and `exec`; it also gives one place for the lock,
since two threads may not trace one model at once.

A body that is run this way may run elsewhere. It reads and writes sites, uses what it closes over, and gives its result
back; what it does to its surroundings is lost. What has to stay with the model, such as a gradient, goes into `then`.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, TypeVar, overload

import nnsight
import torch
from jaxtyping import Float
from nnsight import TransformersModel
from torch import Tensor, nn

from saecircuits.errors import InputError
from saecircuits.sites import Site

from .architecture import Access, Architecture
from .architectures import architecture_of
from .configs import longest_prompt, model_type, text_config
from .passage import Passage
from .server import Server
from .stored import check_device_map
from .tokens import Tokens, single_token, tokenize
from .weights import Weights

T = TypeVar("T")
U = TypeVar("U")


class Subject:
    """A language model with its tokenizer, opened for reading and writing.

    Args:
        model: a Hugging Face causal language model.
        tokenizer: its tokenizer.
        name: what to call it in circuits and messages.
        architecture: its row; by default that of the table.
        traced: the same model, if nnsight has it open already.
        server: where its passes run; None for here.

    Raises:
        UnsupportedModelError: if the architecture is not in the table.
        InputError: if a device map puts the token embeddings on disk.
    """

    def __init__(
        self,
        model: nn.Module,
        tokenizer: Any,
        name: str,
        architecture: Architecture | None = None,
        *,
        traced: TransformersModel | None = None,
        server: Server | None = None,
    ) -> None:
        self.config: Any = text_config(model)
        self.architecture: Architecture = architecture or architecture_of(model_type(model))
        self.architecture.check_config(self.config, name)
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        model.eval().requires_grad_(False)
        self.name = name
        self.module = model
        self.tokenizer = tokenizer
        self._server = server
        self.around: list[tuple[Callable[..., AbstractContextManager[Any]], tuple[Any, ...]]] = []
        self.weights = Weights(model, self.architecture, None if server is None else partial(server.bring, self))
        if traced is None:
            check_device_map(model, model.get_submodule(self.architecture.token_embedding))
        self.traced = traced or TransformersModel(model, task="text-generation", tokenizer=tokenizer)
        self._lock = threading.RLock()
        self._passage = Passage(self.traced, self.architecture, self.parallel, self.weights)

    def __repr__(self) -> str:
        return f"Subject({self.name}: {type(self.module).__name__}, {self.n_layers} layers of width {self.d_model})"

    @classmethod
    def hosted(cls, traced: TransformersModel, name: str, architecture: Architecture) -> Subject:
        """The subject on a server, of a model that is open there already."""
        return cls(traced._module, traced.tokenizer, name, architecture, traced=traced)

    @property
    def remote(self) -> bool | str:
        """Whether passes run on NDIF; `"local"` if they run here, and are packed and unpacked as for NDIF."""
        return False if self._server is None else self._server.where

    @property
    def apart(self) -> bool:
        """Whether the modules are empty: the model that they are of is in another process."""
        return next(self.module.parameters()).is_meta

    @property
    def n_layers(self) -> int:
        """Number of blocks."""
        return self.config.num_hidden_layers

    @property
    def d_model(self) -> int:
        """Width of the residual stream."""
        return self.config.hidden_size

    @property
    def parallel(self) -> bool:
        """Whether attention and MLP both read `resid_pre`."""
        return self.architecture.parallel(self.config)

    @property
    def device(self) -> torch.device:
        """Where the token embeddings lie and all values are handed out; of a model elsewhere, where they arrive."""
        return self.weights.device

    @property
    def context(self) -> int:
        """The longest prompt, in tokens."""
        return longest_prompt(self.config)

    def tokenize(self, prompts: str | Sequence[str] | Tensor | Tokens) -> Tokens:
        """Prompts as one left-padded batch on the model's device; see `tokens.tokenize` for what is refused."""
        tokens = prompts if isinstance(prompts, Tokens) else tokenize(self.tokenizer, prompts, self.context)
        return Tokens(tokens.ids.to(self.device), tokens.mask.to(self.device))

    def tokenize_one(self, prompt: str | Tensor | Tokens) -> Tokens:
        """One prompt as a batch of one, without padding; `InputError` for several."""
        tokens = self.tokenize(prompt)
        if len(tokens) != 1:
            raise InputError(f"{len(tokens)} prompts came, one was expected.", "Call it once for each.")
        return tokens.row(0)

    def token_id(self, text: str) -> int:
        """The id of a one-token text; `InputError` if it is not one token."""
        return single_token(self.tokenizer, text)

    def token_texts(self, ids: Iterable[int] | Tensor) -> list[str]:
        """Each token as its own text, blanks kept."""
        return [self.tokenizer.decode([int(i)]) for i in ids]

    @overload
    def run(
        self, prompts: str | Sequence[str] | Tensor | Tokens, body: Callable[[], T], grad: bool = ..., stop: bool = ...
    ) -> T: ...

    @overload
    def run(
        self,
        prompts: str | Sequence[str] | Tensor | Tokens,
        body: Callable[[], T],
        grad: bool = ...,
        stop: bool = ...,
        *,
        then: Callable[[T], U],
    ) -> U: ...

    def run(
        self,
        prompts: str | Sequence[str] | Tensor | Tokens,
        body: Callable[[], Any],
        grad: bool = False,
        stop: bool = False,
        *,
        then: Callable[[Any], Any] | None = None,
    ) -> Any:
        """Run the model once; `body()` reads and writes sites in the order of the forward pass.

        Args:
            prompts: what `tokenize` takes.
            body: uses `get` and `set`; what it returns is saved and handed back.
            grad: build an autograd graph.
            stop: end the forward pass after the last site that `body` touches.
            then: what to make of the result where the model is, such as its gradients: no graph leaves a server.

        Raises:
            InputError: of a remote model, for a body that cannot be sent, and for what the server refuses.
            SaeCircuitsError: of a remote model, if the server cannot be reached or breaks the pass off.
        """
        inputs = self.tokenize(prompts).inputs()
        if self._server is not None:
            with self._lock:
                return self._server.run(self, inputs, (body, then, grad), stop)
        with self._lock, torch.set_grad_enabled(grad), self.traced.trace(inputs) as tracer:
            out = nnsight.save(self.whole(body, len(inputs["input_ids"])))
            if stop:
                tracer.stop()
        return out if then is None else then(out)

    def generate(self, tokens: Tokens, body: Callable[[int], None], max_new_tokens: int, **options: Any) -> Tensor:
        """Generate a continuation; `body(step)` is called at every step and may read and write sites.

        At step 0 the sites hold the whole prompt, later only the newest token.

        Returns:
            Token ids `[batch, position]` of prompt and continuation.
        """
        inputs = tokens.inputs()
        options = {"max_new_tokens": max_new_tokens, **options}
        if self._server is not None:
            with self._lock:
                return self._server.write(self, inputs, body, options)
        with self._lock, torch.no_grad(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*the loop asked for a step the run did not make")  # the text has ended
            with self.traced.generate(**options) as tracer:
                with tracer.invoke(inputs):
                    for step in tracer.iter[:max_new_tokens]:
                        self.whole(partial(body, step), len(tokens))
                with tracer.invoke():  # apart: a text that ends early cuts the loop short, and what follows it
                    ids = tracer.result.save()
        return ids

    def there(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function where the weights are, `function(*args)`; what it gives comes back.

        Raises:
            InputError: of a remote model, if the server keeps weights from the code of its users.
        """
        if self._server is None:
            return function(*args)
        token = torch.zeros(1, 1, dtype=torch.long)  # any: a pass is the only way to the server
        return self.run(token, partial(self._beside, function, args), stop=True)

    def _beside(self, function: Callable[..., T], args: tuple[Any, ...]) -> T:
        """Inside a pass, for the sake of what lies beside it."""
        self.check_at_hand("weights")
        self.get(Site("resid_pre", 0))
        return function(*args)

    def alone(self) -> AbstractContextManager[Any]:
        """Keep other threads from running the model inside a `with` block: for changes that every run would see."""
        return self._lock

    @contextmanager
    def carrying(self, enter: Callable[..., AbstractContextManager[Any]], *args: Any) -> Iterator[None]:
        """Have a server enter `enter(subject, *args)` around every pass inside a `with` block."""
        self.around.append((enter, args))
        try:
            yield
        finally:
            self.around.pop()

    def check_at_hand(self, what: str) -> None:
        """Refuse what needs the model itself where a server runs passes apart from it."""
        if self.apart:
            raise InputError(
                f"The server runs passes of this key apart from the model, so there are no {what}.",
                f'Load the model here, sc.load_model("{self.name}"), or ask NDIF to trust the key.',
            )

    def get(self, site: Site) -> Float[Tensor, "batch position d_model"]:
        """The value of a site inside `run`."""
        return self._passage.get(site)

    def set(self, site: Site, value: Float[Tensor, "batch position d_model"]) -> None:
        """Replace the value of a site inside `run`, in the model's own precision.

        All that follows in the model reads the new value: of `resid_mid` the MLP and the residual stream past it.

        Raises:
            InputError: for `resid_mid` of a model whose attention and MLP run in parallel.
        """
        if site.kind == "resid_mid" and self.parallel:
            raise InputError(
                f"Nothing reads {site}: attention and MLP of {self.name} run in parallel, so it cannot be replaced.",
                "Use attn_out, mlp_in or resid_post.",
            )
        self._passage.set(site, value)

    def mlp_hidden(self, layer: int) -> Float[Tensor, "batch position hidden"]:
        """The neurons of an MLP inside `run`: what its last matrix reads, after `mlp_in` and before `mlp_out`."""
        return self._passage.read(Site("mlp_in", layer), self.architecture.mlp_hidden)

    def set_mlp_hidden(self, layer: int, value: Float[Tensor, "batch position hidden"]) -> None:
        """Replace the neurons of an MLP inside `run`."""
        self._passage.write(Site("mlp_in", layer), self.architecture.mlp_hidden, value)

    def attention_raw(self, layer: int) -> Float[Tensor, "batch position d_model"]:
        """What attention puts out inside `run`, before its post-norm; `attn_out` where there is no post-norm."""
        return self._passage.read(Site("attn_out", layer), self.architecture.attention_raw)

    def mlp_raw(self, layer: int) -> Float[Tensor, "batch position d_model"]:
        """What an MLP puts out inside `run`, before its post-norm; `mlp_out` where there is no post-norm."""
        return self._passage.read(Site("mlp_out", layer), self.architecture.mlp_raw)

    def attention_pattern(self, layer: int) -> Float[Tensor, "batch head query key"]:
        """Attention weights inside `run`; needs the `eager` implementation."""
        return self._passage.read(Site("attn_out", layer), Access(self.architecture.attention, "output", 1))

    def attention_module(self, layer: int) -> nn.Module:
        """The attention module of one layer, for holding its pattern."""
        blocks: Any = self.module.get_submodule(self.architecture.blocks)
        return blocks[layer].get_submodule(self.architecture.attention)

    def final_input(self) -> Tensor:
        """What the last norm reads inside `run`, `[batch, position, d_model]`."""
        return self._passage.final_input()

    def logits(self) -> Tensor:
        """The logits inside `run`, `[batch, position, vocabulary]`."""
        return self._passage.logits()

    def unembedded(self) -> Tensor:
        """The logits inside `run` before a soft cap, `[batch, position, vocabulary]`."""
        return self._passage.unembedded()

    def read(
        self, prompts: str | Sequence[str] | Tensor | Tokens, sites: Sequence[Site]
    ) -> dict[Site, Float[Tensor, "batch position d_model"]]:
        """Activations at `sites`; the forward pass stops after the last of them.

        Padding positions hold values too: mask them with `tokenize(prompts).mask`.
        """
        self.check_sites(sites)
        ordered = sorted(set(sites))

        return self.run(prompts, lambda: {site: self.get(site) for site in ordered}, stop=True)

    def predict(self, prompts: str | Sequence[str] | Tensor | Tokens) -> Float[Tensor, "batch vocabulary"]:
        """Logits of the next token of each prompt."""
        return self.run(prompts, lambda: self.logits()[:, -1])

    def check_sites(self, sites: Iterable[Site]) -> None:
        """Refuse sites of layers that the model does not have."""
        for site in sites:
            if site.layer >= self.n_layers:
                raise InputError(
                    f"There is no site {site}: {self.name} has layers 0 to {self.n_layers - 1}.",
                    "Choose a layer of this model.",
                )

    def whole(self, body: Callable[[], T], batch: int) -> T:
        """One forward pass: what it still owes to the stream is paid at its end."""
        self._passage.begin(batch)
        out = body()
        self._passage.settle()
        return out
