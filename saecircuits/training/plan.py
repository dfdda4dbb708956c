"""What to train: a small frozen configuration, made of parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from saecircuits.dictionaries import activation_from_spec
from saecircuits.errors import FileFormatError, InputError
from saecircuits.sites import Site

from .checks import built, part, plain, refuse_not_positive
from .losses import Loss
from .parts import LOSSES, USUAL_LOSSES
from .revival import REVIVALS, Resample, Revival
from .scaling import CENTRES
from .starts import STARTS, RandomRows, Start
from .wiring import Wiring, cross_layer_transcoder, crosscoder, sae, transcoder


@dataclass(frozen=True)
class Adam:
    """How weights follow their gradients (Kingma and Ba 2015, arXiv 1412.6980).

    Args:
        learning_rate: at its peak.
        betas: of the two moving averages.
        clip: largest norm of a step's gradient.
        unit_rows: keep decoder rows at norm 1; without it they are free, and penalties are weighted by their norms.
    """

    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.99)
    clip: float = 1.0
    unit_rows: bool = True

    def __post_init__(self) -> None:
        refuse_not_positive("The optimizer", learning_rate=self.learning_rate, clip=self.clip)
        object.__setattr__(self, "betas", tuple(self.betas))


@dataclass(frozen=True)
class TrainingPlan:
    """One dictionary that is to be trained, or several that are to add up (a cross-layer transcoder).

    Args:
        name: what logs and files call it.
        wirings: the dictionary's sites; several are trained together on what their sum leaves.
        n_features: number of latents, of each dictionary.
        activation: the kind of activation function and its fields, e.g. `{"kind": "topk", "k": 16}`.
        losses: terms that are added up; default those of `USUAL_LOSSES` for the activation function.
        start: first weights.
        revival: what is done about dead features beside the losses, while the learning rate is at its peak; or None.
        centre: what is subtracted from activations: `"mean"`, `"geometric median"` or `"none"`.
        optimizer: how weights follow their gradients.
        dead_after: a feature is dead once it has not fired for this many tokens.
        seed: of the first weights, added to the run's.

    Raises:
        InputError: for values that cannot be used.
    """

    name: str
    wirings: tuple[Wiring, ...]
    n_features: int = 2048
    activation: Mapping[str, Any] = field(default_factory=lambda: {"kind": "topk", "k": 16})
    losses: tuple[Loss, ...] = ()
    start: Start = field(default_factory=RandomRows)
    revival: Revival | None = field(default_factory=Resample)
    centre: str = "mean"
    optimizer: Adam = field(default_factory=Adam)
    dead_after: int = 100_000
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "wirings", tuple(self.wirings))
        object.__setattr__(self, "activation", dict(self.activation))
        refuse_not_positive(f"The plan {self.name!r}", n_features=self.n_features, dead_after=self.dead_after)
        if not self.wirings:
            raise InputError(f"The plan {self.name!r} has no wiring.", "Use TrainingPlan.sae, transcoder, ….")
        if self.centre not in CENTRES:
            raise InputError(f"The plan {self.name!r} centres by {self.centre!r}.", f"Known are {', '.join(CENTRES)}.")
        _check_activation(self)
        object.__setattr__(self, "losses", tuple(self.losses) or USUAL_LOSSES[self.activation["kind"]])
        _check_losses(self)

    @property
    def reads(self) -> tuple[Site, ...]:
        """All sites that are read."""
        return tuple(sorted({site for each in self.wirings for site in each.reads}))

    @property
    def writes(self) -> tuple[Site, ...]:
        """All sites that are written."""
        return tuple(sorted({site for each in self.wirings for site in each.writes}))

    @property
    def sites(self) -> tuple[Site, ...]:
        """All sites that are read or written."""
        return tuple(sorted({*self.reads, *self.writes}))

    @classmethod
    def sae(cls, site: Site | str, **changes: Any) -> TrainingPlan:
        """A sparse autoencoder of one site; `changes` are further fields."""
        return cls._wired(sae(site, changes.get("name")), changes)

    @classmethod
    def transcoder(cls, layer: int, *, skip: bool = False, **changes: Any) -> TrainingPlan:
        """A transcoder of one layer's MLP, with a linear path beside its features or without."""
        return cls._wired(transcoder(layer, skip=skip, name=changes.get("name")), changes)

    @classmethod
    def cross_layer_transcoder(cls, n_layers: int, **changes: Any) -> TrainingPlan:
        """A cross-layer transcoder: one dictionary a layer, named `<name>.<layer>`."""
        wirings = cross_layer_transcoder(n_layers, changes.get("name"))
        return cls._wired(wirings, {"name": "clt"} | changes)

    @classmethod
    def crosscoder(cls, over: Sequence[Site | str], **changes: Any) -> TrainingPlan:
        """A crosscoder over several sites, of several layers or of several models."""
        return cls._wired(crosscoder(over, changes.get("name", "crosscoder")), changes)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingPlan:
        """A plan from plain values, as `to_dict` gives them.

        Raises:
            InputError: for a field or the kind of a part that is not known.
        """
        known = [each.name for each in fields(cls)]
        unknown = sorted(set(values) - set(known))
        missing = sorted({"name", "wirings"} - set(values))
        if unknown or missing:
            raise InputError(
                f"A training plan has no field {unknown[0]!r}."
                if unknown
                else f"A plan needs the field {missing[0]!r}.",
                f"Its fields are {', '.join(known)}.",
            )
        given = dict(values)
        given["wirings"] = tuple(built("wiring", Wiring, each) for each in given["wirings"])
        if "losses" in given:
            given["losses"] = tuple(part("loss", LOSSES, each) for each in given["losses"])
        for name, parts in (("start", STARTS), ("revival", REVIVALS)):
            if name in given:
                given[name] = part(name, parts, given[name])
        if "optimizer" in given:
            given["optimizer"] = built("optimizer", Adam, given["optimizer"])
        return cls(**given)

    def to_dict(self) -> dict[str, Any]:
        """The plan in plain values, for config files."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return values | {
            "wirings": [each.to_dict() for each in self.wirings],
            "activation": dict(self.activation),
            "losses": [plain(loss) for loss in self.losses],
            "start": plain(self.start),
            "revival": None if self.revival is None else plain(self.revival),
            "optimizer": asdict(self.optimizer),
        }

    @classmethod
    def _wired(cls, wirings: tuple[Wiring, ...], changes: dict[str, Any]) -> TrainingPlan:
        return cls.from_dict({"name": wirings[0].name, "wirings": wirings} | changes)


def _check_activation(plan: TrainingPlan) -> None:
    try:
        activation_from_spec(dict(plan.activation))
    except FileFormatError as error:
        raise InputError(f"The plan {plan.name!r}: {error.message}", error.cure) from error


def _check_losses(plan: TrainingPlan) -> None:
    for loss in plan.losses:
        needed = loss.needs
        if needed and plan.activation["kind"] not in needed:
            raise InputError(
                f"The plan {plan.name!r} has the loss {loss.kind!r} with the activation function "
                f"{plan.activation['kind']!r}.",
                f"It goes with {', '.join(needed)}.",
            )
