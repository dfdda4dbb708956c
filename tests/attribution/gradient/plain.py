"""The slow and independent way: torch hooks on the Hugging Face model, and random dictionaries of all wirings."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import ExitStack
from functools import cache
from typing import Any

import torch
from torch import Tensor

from saecircuits.dictionaries import Activation, Dictionary, JumpReLU, ReLU, TopK
from saecircuits.replacement import Replacement
from saecircuits.sites import Site
from saecircuits.subject import Subject
from tests.tiny import tiny_subject

PROMPT = "w1 w20 w3 w4 w1"
OTHER = "w7 w20 w30 w4 w2"
ARCHITECTURES = ("llama", "gpt2", "gpt_neox", "gemma2")
EMBEDDED = Site("resid_pre", 0)

# name -> reads, writes, skip
SETS: dict[str, dict[str, tuple[list[str], list[str], bool]]] = {
    "saes": {
        f"sae.{site}": ([site], [site], False)
        for site in (
            "resid_pre.0",
            "attn_out.0",
            "resid_post.0",
            "resid_mid.1",
            "mlp_out.1",
            "mlp_in.2",
            "resid_post.2",
        )
    },
    "mixed": {
        "sae.attn_out.0": (["attn_out.0"], ["attn_out.0"], False),
        "transcoder.0": (["mlp_in.0"], ["mlp_out.0"], True),
        "sae.attn_out.1": (["attn_out.1"], ["attn_out.1"], False),
        "clt.1": (["mlp_in.1"], ["mlp_out.1", "mlp_out.2"], False),
        "transcoder.2": (["mlp_in.2"], ["mlp_out.2"], False),
    },
    "crosscoder": {
        "crosscoder": (
            ["resid_post.0", "resid_post.1", "mlp_out.2"],
            ["resid_post.0", "resid_post.1", "mlp_out.2"],
            False,
        )
    },
}


@cache
def subject_of(name: str) -> Subject:
    return tiny_subject(name, dtype=torch.float64)


@cache
def replacement(name: str, kind: str, width: int = 24) -> Replacement:
    """A tiny model in float64 with random dictionaries."""
    subject = subject_of(name)
    activations = (ReLU(), TopK(6), JumpReLU(0.4))
    return Replacement(
        subject,
        [
            _dictionary(each, reads, writes, skip, width, subject.d_model, activations[number % 3], number)
            for number, (each, (reads, writes, skip)) in enumerate(SETS[kind].items())
        ],
    )


def _dictionary(
    name: str, reads: list[str], writes: list[str], skip: bool, width: int, d_model: int, act: Activation, seed: int
) -> Dictionary:
    generator = torch.Generator().manual_seed(seed)
    sites = [list(map(Site.parse, group)) for group in (reads, writes)]
    dictionary = Dictionary(name, *sites, width, d_model, act, skip=skip).initialise(generator, 0.4)
    with torch.no_grad():
        for bias in (dictionary.b_in, dictionary.b_enc, dictionary.b_dec):
            bias.copy_(0.3 * torch.randn(bias.shape, generator=generator))
        if dictionary.W_skip is not None:
            dictionary.W_skip.copy_(0.1 * torch.randn(dictionary.W_skip.shape, generator=generator))
    return dictionary.double().requires_grad_(False)


def written_sites(model: Replacement) -> list[Site]:
    return sorted({site for d in model.dictionaries.values() for site in d.writes})


def all_sites(model: Replacement) -> list[Site]:
    return sorted({site for d in model.dictionaries.values() for site in (*d.reads, *d.writes)})


class Plain:
    """Runs the Hugging Face model with torch hooks at some sites."""

    def __init__(self, subject: Subject, ids: Tensor) -> None:
        self._subject, self._ids = subject, ids
        self._model: Any = subject.module

    def run(
        self,
        sites: Collection[Site],
        at: Callable[[Site, Tensor], Tensor],
        embedding: Callable[[Tensor], Tensor] | None = None,
    ) -> tuple[dict[Site, Tensor], Tensor]:
        """What was computed at each site, before `at` replaced it, and scores `[batch, position, vocabulary]`."""
        seen: dict[Site, Tensor] = {}
        scores: list[Tensor] = []
        blocks = self._model.get_submodule(self._subject.architecture.blocks)
        entered: dict[int, Tensor] = {}
        with ExitStack() as stack:
            # after the hooks of `sites` on a block's input, so registered behind them
            for layer, block in enumerate(blocks):
                for place in sorted(set(sites)):
                    if place.layer == layer:
                        self._hook(stack, block, place, seen, at, embedding, entered)
                if layer == 0 and EMBEDDED not in sites and embedding is not None:
                    self._hook(stack, block, EMBEDDED, {}, lambda _, value: value, embedding, entered)
                stack.callback(
                    block.register_forward_pre_hook(
                        lambda _, inputs, layer=layer: entered.__setitem__(layer, inputs[0])
                    ).remove
                )
            unembed = self._model.get_output_embeddings()
            stack.callback(unembed.register_forward_hook(lambda _, __, out: scores.append(out)).remove)
            self._model(input_ids=self._ids)
        return seen, scores[0]

    def _hook(
        self, stack: ExitStack, block: Any, place: Site, seen: Any, at: Any, embedding: Any, entered: Any
    ) -> None:
        middle = place.kind == "resid_mid"  # the stream runs past it: what is set there has to come by attn_out
        access = self._subject.architecture.access(Site("attn_out", place.layer) if middle else place)
        module = block.get_submodule(access.path) if access.path else block

        def change(value: Tensor) -> Tensor:
            if place == EMBEDDED and embedding is not None:
                value = embedding(value)
            offset = entered[place.layer] if middle else 0
            seen[place] = value + offset
            return at(place, seen[place]) - offset

        def before(_: Any, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            return change(inputs[0]), *inputs[1:]

        def after(_: Any, __: Any, out: Any) -> Any:
            return (change(out[0]), *out[1:]) if isinstance(out, tuple) else change(out)

        hook = (
            module.register_forward_pre_hook(before) if access.end == "input" else module.register_forward_hook(after)
        )
        stack.callback(hook.remove)


class Known:
    """A prompt split by hand: latents, errors and everything that is written, `[position, …]`."""

    def __init__(self, model: Replacement, prompt: str) -> None:
        self.model, self.tokens = model, model.subject.tokenize_one(prompt)
        self.plain = Plain(model.subject, self.tokens.ids)
        self.values, self.scores = self.plain.run([EMBEDDED, *all_sites(model)], lambda _, value: value)
        self.latents: dict[str, Tensor] = {}
        self.errors = {site: self.values[site][0].clone() for site in written_sites(model)}
        for name, d in model.dictionaries.items():
            x = torch.stack([self.values[site][0] for site in d.reads], 1)
            z = d.encode(x)
            z[0] = 0
            self.latents[name] = z
            written = z @ d.W_dec.flatten(1) + d.b_dec.flatten()
            written = written.unflatten(1, d.b_dec.shape) + d.skipped(x)
            for number, site in enumerate(d.writes):
                self.errors[site][1:] -= written[1:, number]

    @property
    def embedding(self) -> Tensor:
        return self.values[EMBEDDED][0]
