"""The Disentangler: why neurons are mixed, and how sparse autoencoders take them apart; in a toy, then in a model.

1. Toy models are trained at rising sparsity, and autoencoders on their neurons, in the widget's thread; the slider then
   moves without Python.
2. With a laboratory, one neuron of its model is shown beside the features that it is mixed from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import traitlets

from saecircuits.circuit import Feature
from saecircuits.errors import InputError, NotAttachedError, Stopped
from saecircuits.features import texts_of
from saecircuits.features.neuron_split import NeuronSplitter
from saecircuits.features.superposition import Recovery, ToyModels, ToySettings, recover, train_toy
from saecircuits.training import Corpus

from .base import Widget
from .disentangler_kinds import world_kinds
from .disentangler_state import number, places, plain, toy_state, unit_record
from .feature_card import HasCards
from .labels import answer_label, known_card
from .messages import Answer, Handler, describe

FIRST = "first"
"""Id of the requests that the widget makes of itself; the browser may cancel them."""


class Disentangler(Widget):
    """Tangled neurons against features, as sparsity rises.

    Args:
        lab: a laboratory whose neurons are taken apart too; the toy needs none.
        toy: what the toy is made of.
        corpus: texts for the laboratory's neurons; by default those of the evidence, where these are the world's.
        kinds: tokens by kind, to tell how mixed a unit is; known for the world.
        train: begin to train at once.

    Attributes:
        settings: what the toy is made of.
        level: number of the sparsity that is shown.
        toy: what was trained, as bytes; empty before.
        neuron: the neuron that is taken apart, with its features; empty without a laboratory.
        feature: the selected feature of the laboratory, or None.
    """

    bundle: ClassVar[str] = "disentangler"
    height: ClassVar[int] = 860
    beside: ClassVar[frozenset[str]] = frozenset({"neuron"})

    settings = traitlets.Dict().tag(sync=True)
    level = traitlets.Int(0).tag(sync=True)
    toy = traitlets.Dict().tag(sync=True)
    neuron = traitlets.Dict().tag(sync=True)
    places = traitlets.List(traitlets.Dict()).tag(sync=True)
    feature = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    card = traitlets.Dict().tag(sync=True)
    live = traitlets.Bool(True).tag(sync=True)

    def __init__(
        self,
        lab: HasCards | None = None,
        toy: ToySettings | None = None,
        *,
        corpus: Corpus | None = None,
        kinds: Mapping[str, Sequence[str]] | None = None,
        train: bool = True,
        **traits: Any,
    ) -> None:
        self._lab, self._corpus, self._kinds = lab, corpus, kinds
        self._splitters: dict[str, NeuronSplitter] = {}
        self._models: ToyModels | None = None
        self._found: Recovery | None = None
        super().__init__(**traits)
        settings = (toy or ToySettings()).checked()
        self.settings = plain(settings)
        self.level = traits.get("level", len(settings.levels) - 1)
        if lab is not None:
            self.places = places(lab)
            lab.tell_of_labels(self._named)
        if train:
            self._desks[0].submit({"id": FIRST, "type": "train", **self.settings}, self._begin(self._answer_train))
            if self.places:
                middle = self.places[len(self.places) // 2]["dictionary"]
                request = {"id": FIRST, "type": "neuron", "dictionary": middle}
                self._desks[1].submit(request, self._begin(self._answer_neuron))

    @property
    def models(self) -> ToyModels:
        """The trained toy models.

        Raises:
            InputError: before the training is over; `wait()` for it.
        """
        if self._models is None:
            raise InputError("The toy is not trained yet.", "Call wait() first.")
        return self._models

    @property
    def recovery(self) -> Recovery:
        """What the autoencoders found in their neurons.

        Raises:
            InputError: before the training is over; `wait()` for it.
        """
        if self._found is None:
            raise InputError("The toy is not trained yet.", "Call wait() first.")
        return self._found

    def train(self, settings: ToySettings) -> None:
        """Train other toy models, in this thread; the widget shows them while they learn.

        Raises:
            InputError: for settings that cannot be trained.
        """
        settings.checked()
        self._models = self._found = None
        self.settings = plain(settings)
        models = train_toy(settings, watch=lambda so_far: self._show_toy(so_far, None))
        self._show_toy(models, None)
        found = recover(models)
        self._models, self._found = models, found
        self._show_toy(models, found)

    def split(self, dictionary: str, neuron: int | None = None) -> None:
        """Take a neuron of the laboratory's model apart.

        Args:
            dictionary: whose features it is split into; its MLP is the neuron's.
            neuron: its number; by default one that teaches.

        Raises:
            NotAttachedError: if there is no laboratory.
            InputError: if there is no such dictionary or neuron, or no text to look at.
        """
        splitter = self._splitter(dictionary)
        found = splitter.split(splitter.most_mixed() if neuron is None else neuron)
        medians = splitter.purities() if splitter.has_kinds else (float("nan"),) * 2
        self.neuron = {
            "dictionary": dictionary,
            "layer": found.layer,
            "explained": found.explained,
            "tokens": len(splitter.texts),
            "medians": [number(each) for each in medians],
            "unit": unit_record(found.neuron),
            "features": [
                {
                    **unit_record(each),
                    "feature": f"{dictionary}/{each.index}",
                    "label": self._label(dictionary, each.index),
                }
                for each in found.features
            ],
        }

    def _show_toy(self, models: ToyModels, found: Recovery | None) -> None:
        with self.hold_sync():
            self.toy = toy_state(models, found)
            self.level = min(self.level, len(models.settings.levels) - 1)

    def _quick(self) -> Mapping[str, Handler]:
        return {"label": self._answer_label}

    def _long(self) -> Mapping[str, Handler]:
        return {"train": self._answer_train, "neuron": self._answer_neuron}

    def _page_state(self) -> dict[str, Any]:
        return super()._page_state() | {"live": False}

    def _begin(self, handler: Handler) -> Handler:
        """A request that nobody in the browser waits for: what goes wrong is shown."""

        def run(message: Mapping[str, Any]) -> Answer:
            try:
                return handler(message)
            except Stopped:
                raise
            except Exception as error:
                self.error = describe(error)
                raise

        return run

    def _answer_train(self, message: Mapping[str, Any]) -> Answer:
        features, neurons, seed = (_whole(message, name) for name in ("features", "neurons", "seed"))
        decay, levels = message.get("decay"), self.settings["levels"]
        if isinstance(decay, bool) or not isinstance(decay, (int, float)):
            raise InputError(f"The request has no number 'decay': it is {decay!r}.")
        self.train(ToySettings(features, neurons, float(decay), seed, tuple(levels)))
        return {}, []

    def _answer_neuron(self, message: Mapping[str, Any]) -> Answer:
        number = None if message.get("neuron") is None else _whole(message, "neuron")
        self.split(str(message.get("dictionary")), number)
        return {}, []

    def _answer_label(self, message: Mapping[str, Any]) -> Answer:
        return answer_label(self._at_hand, message)

    @property
    def _at_hand(self) -> HasCards:
        if self._lab is None:
            raise NotAttachedError("There is no laboratory behind the toy.", "Open it with sc.Disentangler(lab).")
        return self._lab

    def _splitter(self, name: str) -> NeuronSplitter:
        if name not in self._splitters:
            lab, known = self._at_hand, [place["dictionary"] for place in self.places]
            if name not in known:
                raise InputError(
                    f"There is no dictionary {name!r} that reads an MLP.", f"Known are {', '.join(known)}."
                )
            evidence = lab.evidence.get(name)
            corpus = self._corpus or texts_of(evidence)
            if corpus is None:
                raise InputError("There are no texts to look at.", "Open it with Disentangler(lab, corpus=...).")
            own = world_kinds() if re.match(r"world\b", corpus.name) else None
            kinds = self._kinds if self._kinds is not None else own
            self._splitters[name] = NeuronSplitter(lab.subject, lab.dictionaries[name], corpus, kinds=kinds)
        return self._splitters[name]

    def _label(self, dictionary: str, index: int) -> str:
        return self._at_hand.label(Feature(dictionary, index))

    def _named(self, dictionary: str, feature: int) -> None:
        """A feature was named somewhere."""
        name = f"{dictionary}/{feature}"
        features = self.neuron.get("features", [])
        if any(each["feature"] == name for each in features):
            label = self._label(dictionary, feature)
            renamed = [each | {"label": label} if each["feature"] == name else each for each in features]
            self.neuron = self.neuron | {"features": renamed}
        if name == self.feature:
            self._chosen({"new": name})

    @traitlets.observe("feature")
    def _chosen(self, change: Any) -> None:
        """Look up the card of another feature."""
        self.card = known_card(self._lab, change["new"])


def _whole(message: Mapping[str, Any], name: str) -> int:
    value = message.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**31) <= value < 2**31:
        raise InputError(f"The request has no whole number {name!r}: it is {value!r}.")
    return value
