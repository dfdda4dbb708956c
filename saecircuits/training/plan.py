"""What to train, and how long: small frozen configurations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from saecircuits.dictionaries import activation_from_spec
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site

from .losses import LOSSES, AuxK, Loss, Reconstruction
from .revival import REVIVALS, Resample, Revival
from .starts import STARTS, Start, TokenRows

TRAINABLE = ("topk", "batchtopk")
"""Kinds of activation function that a plan takes."""


@dataclass(frozen=True)
class TrainingPlan:
    """One dictionary that is to be trained.

    Args:
        name: what circuits will call it.
        reads, writes: sites, as `Site` or as text (`"mlp_in.3"`).
        n_features: number of latents.
        activation: `{"kind": "topk", "k": 16}` or `{"kind": "batchtopk", "k": 16}`.
        losses: terms that are added up.
        start: first weights.
        revival: what is done about dead features beside the losses, while the learning rate is at its peak; or None.
        learning_rate: at its peak.
        dead_after: a feature is dead once it has not fired for this many tokens.
        gradient_clip: largest norm of a step's gradient.

    Raises:
        InputError: for values that cannot be used.
    """

    name: str
    reads: tuple[Site, ...]
    writes: tuple[Site, ...]
    n_features: int = 2048
    activation: Mapping[str, Any] = field(default_factory=lambda: {"kind": "topk", "k": 16})
    losses: tuple[Loss, ...] = (Reconstruction(), AuxK())
    start: Start = field(default_factory=TokenRows)
    revival: Revival | None = field(default_factory=Resample)
    learning_rate: float = 2e-3
    dead_after: int = 100_000
    gradient_clip: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "reads", _sites(self.reads))
        object.__setattr__(self, "writes", _sites(self.writes))
        object.__setattr__(self, "losses", tuple(self.losses))
        _refuse_not_positive(
            f"The plan {self.name!r}",
            n_features=self.n_features,
            learning_rate=self.learning_rate,
            dead_after=self.dead_after,
            gradient_clip=self.gradient_clip,
        )
        if not self.losses:
            raise InputError(f"The plan {self.name!r} has no loss.", "Give at least Reconstruction().")
        _check_activation(self)

    @classmethod
    def transcoder(cls, layer: int, **changes: Any) -> TrainingPlan:
        """A transcoder of one layer's MLP, named `transcoder.<layer>`; `changes` are further fields."""
        fields_given = {"name": f"transcoder.{layer}", "reads": (f"mlp_in.{layer}",), "writes": (f"mlp_out.{layer}",)}
        return cls.from_dict(fields_given | changes)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingPlan:
        """A plan from plain values, as `to_dict` gives them.

        Raises:
            InputError: for a field or the kind of a part that is not known.
        """
        known = [each.name for each in fields(cls)]
        unknown = sorted(set(values) - set(known))
        missing = sorted({"name", "reads", "writes"} - set(values))
        if unknown or missing:
            raise InputError(
                f"A training plan has no field {unknown[0]!r}."
                if unknown
                else f"A plan needs the field {missing[0]!r}.",
                f"Its fields are {', '.join(known)}.",
            )
        given = dict(values)
        if "losses" in given:
            given["losses"] = tuple(_part("loss", LOSSES, each) for each in given["losses"])
        for name, parts in (("start", STARTS), ("revival", REVIVALS)):
            if name in given:
                given[name] = _part(name, parts, given[name])
        return cls(**given)

    def to_dict(self) -> dict[str, Any]:
        """The plan in plain values, for config files."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        plain["reads"] = [str(site) for site in self.reads]
        plain["writes"] = [str(site) for site in self.writes]
        plain["activation"] = dict(self.activation)
        plain["losses"] = [_plain(loss) for loss in self.losses]
        plain["start"] = _plain(self.start)
        plain["revival"] = None if self.revival is None else _plain(self.revival)
        return plain


@dataclass(frozen=True)
class TrainingRun:
    """What all plans of one pass over the model share.

    Args:
        tokens: to train on; the last batch is whole.
        batch: tokens of a step.
        rows: rows of text that the model reads at once.
        pool: tokens that are held and shuffled.
        warm_up, decay: shares of the steps in which the learning rate rises from 0 and falls to 0, linearly.
        log_every: steps that one entry of the log covers.
        seed: of the first weights and of the order of the tokens.
    """

    tokens: int = 4_000_000
    batch: int = 1024
    rows: int = 64
    pool: int = 32_768
    warm_up: float = 0.02
    decay: float = 0.4
    log_every: int = 50
    seed: int = 0

    def __post_init__(self) -> None:
        _refuse_not_positive(
            "The training run",
            tokens=self.tokens,
            batch=self.batch,
            rows=self.rows,
            pool=self.pool,
            log_every=self.log_every,
        )
        if self.warm_up < 0 or self.decay < 0 or self.warm_up + self.decay > 1:
            raise InputError(
                f"Warm-up {self.warm_up} and decay {self.decay} have to be shares of one training.",
                "Give two numbers of 0 or more whose sum is at most 1.",
            )

    @property
    def steps(self) -> int:
        """Number of steps."""
        return -(-self.tokens // self.batch)

    def rate(self, step: int) -> float:
        """Learning rate of a step (counted from 0) as a share of its peak."""
        done, left = (step + 1) / self.steps, (self.steps - step) / self.steps
        rise = min(1.0, done / self.warm_up) if self.warm_up else 1.0
        return rise * (min(1.0, left / self.decay) if self.decay else 1.0)


def _sites(sites: Any) -> tuple[Site, ...]:
    several = (sites,) if isinstance(sites, str | Site) else tuple(sites)
    if not several:
        raise InputError("A plan came with no site to read or to write.", 'Name at least one, such as "mlp_in.0".')
    return tuple(Site.parse(site) for site in several)


def _plain(part: Any) -> dict[str, Any]:
    return {"kind": part.kind, **asdict(part)}


def _part(what: str, parts: Mapping[str, Any], value: Any) -> Any:
    """A part of a plan, from plain values or as it is."""
    if not isinstance(value, Mapping):
        return value
    given = dict(value)
    kind = given.pop("kind", None)
    if kind not in parts:
        raise InputError(f"There is no {what} {kind!r}.", f"Known are {', '.join(parts)}.")
    try:
        return parts[kind](**given)
    except TypeError as error:
        known = ", ".join(each.name for each in fields(parts[kind]))
        raise InputError(f"The {what} {kind!r} does not take {sorted(given)}.", f"Its fields are {known}.") from error


def _check_activation(plan: TrainingPlan) -> None:
    kind = plan.activation.get("kind")
    if kind not in TRAINABLE:
        raise InputError(
            f"The plan {plan.name!r} asks for the activation function {kind!r}.",
            f"Those that can be trained are {', '.join(TRAINABLE)}.",
        )
    try:
        activation_from_spec(dict(plan.activation))
    except FileFormatError as error:
        raise InputError(f"The plan {plan.name!r}: {error.message}", error.cure) from error


def _refuse_not_positive(what: str, **values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise InputError(f"{what} has {name} = {value}.", "Give a positive number.")
