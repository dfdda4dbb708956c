"""Trains the language model of the embedded world and writes it as a Hugging Face folder.

1. Rows are drawn fresh from the corpus; at first few entities are common, later all are equally so.
2. Muon updates the matrices, AdamW the embedding and the norms; learning rates rise, hold and fall with the step.
3. The trained weights are exported as `LlamaForCausalLM` and saved with their tokenizer.

Everything depends on the step and on the seed, and on nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from time import perf_counter

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from saecircuits.errors import TrainingError
from saecircuits.world.corpus import BOS, ROW_LENGTH, row, rows
from saecircuits.world.sampler import Sampler
from saecircuits.world.tokenizer import CONTEXT_LENGTH, PAD, encode_words, make_tokenizer, token_ids

from .lean_llama import LeanLlama, Shape, to_hugging_face

_VALIDATION_SEED = 77
_VALIDATION_ROWS = 96


@dataclass(frozen=True)
class Sizes:
    """The sizes of the language model, without its vocabulary, which is the world's."""

    layers: int = 4
    width: int = 128
    head_width: int = 32
    mlp_width: int = 384


@dataclass(frozen=True)
class Schedule:
    """How learning rate and sampling change; all but `warm_up_steps` are shares of the training.

    The learning rate holds until `hold_until` and then falls linearly to `final_rate` of its peak. The sampling skew
    falls linearly from `first_skew` to 1 between `skew_from` and `skew_until`.
    """

    warm_up_steps: int = 100
    hold_until: float = 0.5
    final_rate: float = 0.01
    first_skew: float = 5.0
    skew_from: float = 0.2
    skew_until: float = 0.5

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of a step (counted from 0) as a share of the peak."""
        warm_up = min(1.0, (step + 1) / self.warm_up_steps)
        fall = max(0.0, ((step + 1) / steps - self.hold_until) / (1 - self.hold_until))
        return warm_up * max(self.final_rate, 1 - fall * (1 - self.final_rate))

    def skew(self, step: int, steps: int) -> float:
        """The sampling skew of a step."""
        left = (self.skew_until - step / steps) / (self.skew_until - self.skew_from)
        return 1 + (self.first_skew - 1) * min(1.0, max(0.0, left))


@dataclass(frozen=True)
class Recipe:
    """How the language model is trained.

    A second thread saves a quarter of the time on an idle machine and multiplies it on a busy one, where each of many
    small operations waits for both threads; so there is one.
    """

    steps: int = 8000
    batch_rows: int = 16
    row_length: int = ROW_LENGTH
    learning_rate: float = 5e-3
    weight_decay: float = 0.05
    gradient_clip: float = 1.0
    seed: int = 0
    threads: int = 1
    log_every: int = 500
    sizes: Sizes = field(default_factory=Sizes)
    schedule: Schedule = field(default_factory=Schedule)


@dataclass(frozen=True)
class LogEntry:
    """The state of a training after some steps.

    Args:
        step: steps done.
        tokens: tokens trained on.
        loss: mean training loss since the previous entry, in nats per token.
        validation_loss: loss on rows drawn evenly and never trained on, in nats per token.
        seconds: wall time since the start.
    """

    step: int
    tokens: int
    loss: float
    validation_loss: float
    seconds: float


def train_language_model(folder: Path, recipe: Recipe = Recipe(), *, progress: bool = True) -> list[LogEntry]:
    """Train the language model and save model, configuration and tokenizer in `folder`.

    Args:
        folder: made if it is missing; files of an earlier training in it are overwritten.
        recipe: sizes, steps and rates.
        progress: show a progress bar.

    Returns:
        the training log.
    """
    with _threads(recipe.threads):
        model, log = fit(recipe, progress=progress)
    save_language_model(model, folder)
    return log


def fit(recipe: Recipe, *, progress: bool = True) -> tuple[LeanLlama, list[LogEntry]]:
    """Train the language model; nothing is written.

    Raises:
        TrainingError: if the loss is no longer finite.
    """
    torch.manual_seed(recipe.seed)
    ids = token_ids()
    model = LeanLlama(Shape(vocabulary=len(ids), context=CONTEXT_LENGTH, **asdict(recipe.sizes)))
    optimizers = _optimizers(model, recipe)
    validation = _validation_batch(recipe, ids)
    log: list[LogEntry] = []
    losses: list[float] = []
    started = perf_counter()
    batches = tqdm(_batches(recipe, ids), "language model", recipe.steps, disable=not progress, mininterval=2)
    for step, batch in enumerate(batches):
        _set_rates(optimizers, recipe, step)
        losses.append(_update(model, optimizers, batch, recipe.gradient_clip))
        if (step + 1) % recipe.log_every == 0 or step + 1 == recipe.steps:
            with torch.no_grad():
                validation_loss = next_token_loss(model, validation).item()
            tokens = (step + 1) * recipe.batch_rows * recipe.row_length
            seconds = perf_counter() - started
            log.append(LogEntry(step + 1, tokens, sum(losses) / len(losses), validation_loss, seconds))
            losses.clear()
            batches.set_postfix(loss=f"{log[-1].loss:.3f}", validation=f"{validation_loss:.3f}")
    return model, log


def save_language_model(model: LeanLlama, folder: Path) -> None:
    """Write a trained model and the world's tokenizer in the Hugging Face layout."""
    ids = token_ids()
    exported = to_hugging_face(model, bos_token_id=ids[BOS], pad_token_id=ids[PAD])
    exported.save_pretrained(folder)
    make_tokenizer().save_pretrained(folder)


def next_token_loss(model: LeanLlama, batch: Int[Tensor, "batch position"]) -> Float[Tensor, ""]:
    """Mean cross-entropy of every token but the first, in nats."""
    logits = model(batch[:, :-1])
    return functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())


def _batches(recipe: Recipe, ids: dict[str, int]) -> Iterator[Tensor]:
    """One batch of token ids a step, from one random stream whose skew falls with the step."""
    random = Random(f"language model {recipe.seed}")
    for step in range(recipe.steps):
        sampler = Sampler(random, recipe.schedule.skew(step, recipe.steps))
        words = (row(sampler, recipe.row_length) for _ in range(recipe.batch_rows))
        yield torch.tensor([encode_words(line, ids) for line in words])


def _validation_batch(recipe: Recipe, ids: dict[str, int]) -> Tensor:
    lines = islice(rows(_VALIDATION_SEED, recipe.row_length), _VALIDATION_ROWS)
    return torch.tensor([encode_words(line, ids) for line in lines])


def _optimizers(model: LeanLlama, recipe: Recipe) -> list[torch.optim.Optimizer]:
    return [
        torch.optim.Muon(
            model.matrices(),
            lr=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            momentum=0.95,
            adjust_lr_fn="match_rms_adamw",
        ),
        torch.optim.AdamW(
            model.embedding_and_norms(),
            lr=recipe.learning_rate,
            betas=(0.9, 0.99),
            weight_decay=0.0,
            fused=True,
        ),
    ]


def _set_rates(optimizers: list[torch.optim.Optimizer], recipe: Recipe, step: int) -> None:
    rate = recipe.learning_rate * recipe.schedule.rate(step, recipe.steps)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate


def _update(model: LeanLlama, optimizers: list[torch.optim.Optimizer], batch: Tensor, gradient_clip: float) -> float:
    """One step of every optimizer; returns the loss before it."""
    loss = next_token_loss(model, batch)
    value = loss.item()
    if not math.isfinite(value):
        raise TrainingError(f"The language model's loss became {value}.", "Lower the recipe's learning rate.")
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), gradient_clip)
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return value


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Set the number of CPU threads for a while; the last bits of the weights may depend on it."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
