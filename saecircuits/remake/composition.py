"""Tests that an answer about a held-out city is composed of two facts, with the country in between.

1. The residual stream is averaged over each country's *taught* cities, on prompts that ask for a *source* relation.
2. On prompts about *held-out* cities that ask for *another* relation, the difference of two countries' means is added.
3. If the model looks up the country and then its attribute, the answer becomes that of the other country, wherever the
   residual stream holds the country and nowhere else.

A memorised answer, or one that is not held as a direction shared by relations, does not move.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import permutations
from random import Random

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from saecircuits.world.facts import COUNTRIES, COUNTRY_OF, HELD_OUT_CITIES, RELATIONS, TAUGHT_CITIES
from saecircuits.world.grammar.geography import COMPOSED_TEMPLATES
from saecircuits.world.grammar.templates import fill_prompt

CITY, LAST = "city", "last"

INSTALLED_AT_CITY = 0.95
KEPT_AT_CITY = 0.02
INSTALLED_AT_END = 0.50


@dataclass(frozen=True)
class Shift:
    """What a shift between countries does at one place.

    Args:
        source: the relation whose prompts the means come from.
        asked: the relation that the shifted prompts ask for.
        layer: the shift is added to this layer's output.
        position: `"city"` or `"last"`.
        installed: the share of prompts that now get the other country's answer.
        kept: the share that still gets its own.
    """

    source: str
    asked: str
    layer: int
    position: str
    installed: float
    kept: float


def country_shift(
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    source: str,
    asked: str,
    *,
    pairs: int = 100,
    seed: int = 13,
) -> tuple[Shift, ...]:
    """Shift the country after every layer, at the city and at the last position.

    Args:
        model: the language model.
        tokenizer: its tokenizer.
        source: the relation whose prompts the means come from.
        asked: the relation that the shifted prompts ask for.
        pairs: how many pairs of held-out cities, of countries that differ in `asked`.
        seed: of the choice of pairs.
    """
    cities = _draw_pairs(asked, pairs, seed)
    taught = _layer_outputs(model, _tokens(tokenizer, source, TAUGHT_CITIES))
    tokens = _tokens(tokenizer, asked, [city for city, _ in cities])
    own = _answer_ids(tokenizer, asked, [city for city, _ in cities])
    other = _answer_ids(tokenizer, asked, [city for _, city in cities])
    shifts = []
    for layer, activations in enumerate(taught):
        for position in (CITY, LAST):
            means = _country_means(activations[:, _position(source, position)])
            difference = torch.stack([means[COUNTRY_OF[to].name] - means[COUNTRY_OF[of].name] for of, to in cities])
            with _added(model, layer, _position(asked, position), difference):
                answers = _answers(model, tokens)
            installed = (answers == other).float().mean().item()
            kept = (answers == own).float().mean().item()
            shifts.append(Shift(source, asked, layer, position, installed, kept))
    return tuple(shifts)


def all_country_shifts(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast) -> tuple[Shift, ...]:
    """`country_shift` from every relation to every other."""
    return tuple(
        shift
        for source, asked in permutations(RELATIONS, 2)
        for shift in country_shift(model, tokenizer, source, asked)
    )


def is_composition(shifts: Sequence[Shift]) -> bool:
    """Whether a shift installs the answer at the city after layer 0 or 1, and not at the end after the last layer.

    Args:
        shifts: those of one source relation and one asked relation.
    """
    last_layer = max(shift.layer for shift in shifts)
    at_city = any(
        shift.installed >= INSTALLED_AT_CITY and shift.kept <= KEPT_AT_CITY
        for shift in shifts
        if shift.position == CITY and shift.layer <= 1
    )
    at_end = [shift for shift in shifts if shift.position == LAST and shift.layer == last_layer]
    return at_city and all(shift.installed <= INSTALLED_AT_END for shift in at_end)


def _draw_pairs(asked: str, count: int, seed: int) -> list[tuple[str, str]]:
    random = Random(seed)
    pairs: list[tuple[str, str]] = []
    while len(pairs) < count:
        first, second = random.sample(HELD_OUT_CITIES, 2)
        if COUNTRY_OF[first].attribute(asked) != COUNTRY_OF[second].attribute(asked):
            pairs.append((first, second))
    return pairs


def _words(relation: str, city: str) -> list[str]:
    return fill_prompt(COMPOSED_TEMPLATES[relation][0], city=city)


def _tokens(tokenizer: PreTrainedTokenizerFast, relation: str, cities: Sequence[str]) -> Tensor:
    """Prompts of one relation; they differ in the city only, and so are equally long."""
    return tokenizer([" ".join(_words(relation, city)) for city in cities], return_tensors="pt")["input_ids"]


def _position(relation: str, position: str) -> int:
    words = _words(relation, HELD_OUT_CITIES[0])
    return len(words) if position == LAST else words.index(HELD_OUT_CITIES[0]) + 1


def _answer_ids(tokenizer: PreTrainedTokenizerFast, relation: str, cities: Sequence[str]) -> Tensor:
    ids = tokenizer.get_vocab()
    return torch.tensor([ids[COUNTRY_OF[city].attribute(relation)] for city in cities])


def _answers(model: LlamaForCausalLM, tokens: Tensor) -> Tensor:
    with torch.no_grad():
        return model(tokens).logits[:, -1].argmax(-1)


def _layer_outputs(model: LlamaForCausalLM, tokens: Tensor) -> list[Float[Tensor, "prompt position width"]]:
    outputs: list[Tensor] = []

    def keep(_module: object, _inputs: object, output: Tensor) -> None:
        outputs.append(output)

    handles = [layer.register_forward_hook(keep) for layer in model.model.layers]
    try:
        _answers(model, tokens)
    finally:
        for handle in handles:
            handle.remove()
    return outputs


def _country_means(activations: Float[Tensor, "city width"]) -> dict[str, Float[Tensor, " width"]]:
    """The mean over each country's taught cities, in the order of `TAUGHT_CITIES`."""
    rows = {
        country.name: [index for index, city in enumerate(TAUGHT_CITIES) if COUNTRY_OF[city] is country]
        for country in COUNTRIES
    }
    return {name: activations[indices].mean(0) for name, indices in rows.items()}


@contextmanager
def _added(
    model: LlamaForCausalLM, layer: int, position: int, difference: Float[Tensor, "prompt width"]
) -> Iterator[None]:
    """While open, `difference` is added to the layer's output at one position."""

    def add(_module: object, _inputs: object, output: Tensor) -> Tensor:
        output = output.clone()
        output[:, position] += difference
        return output

    handle = model.model.layers[layer].register_forward_hook(add)
    try:
        yield
    finally:
        handle.remove()
