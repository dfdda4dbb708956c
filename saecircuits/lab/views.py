"""The widgets of a laboratory, each on its model, its dictionaries and what is known of their features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saecircuits.circuit import Circuit, Feature
from saecircuits.errors import InputError
from saecircuits.widgets import (
    ComparisonView,
    CrosscoderMap,
    Disentangler,
    Explorer,
    FeatureAtlas,
    FeatureCard,
    PatchBoard,
    SparsityExplorer,
    SteeringPanel,
)


class Views:
    """The widgets that a `ReplacementModel`, whose base this is, opens on itself."""

    def explore(
        self: Any,
        prompt: str | Circuit,
        target: Any = None,
        against: str | None = None,
        position: int = -1,
        **traits: Any,
    ) -> Explorer:
        """The Explorer on a prompt (see `attribute`) or on a circuit."""
        circuit = prompt if isinstance(prompt, Circuit) else self.attribute(prompt, target, against, position)
        return Explorer(circuit, self, **traits)

    def view(self: Any, circuit: Circuit) -> Explorer:
        """The widget that a circuit shows itself as."""
        return Explorer(circuit, self)

    def compare(
        self: Any, a: str | Circuit, b: str | Circuit, target: Any = None, against: str | None = None, **traits: Any
    ) -> ComparisonView:
        """Two circuits side by side; prompts in their place are attributed to one target (see `attribute`)."""
        first, second = (c if isinstance(c, Circuit) else self.attribute(c, target, against) for c in (a, b))
        return ComparisonView(first, second, **traits)

    def feature_card(self: Any, feature: Feature | str | None = None, value: float | None = None) -> FeatureCard:
        """The card of a feature; without one it is empty, and follows a shared selection."""
        return FeatureCard(self, feature, value)

    def patch_board(
        self: Any, clean: str, corrupted: str, target: str | None = None, against: str | None = None, **traits: Any
    ) -> PatchBoard:
        """What moves the answer of one prompt towards that of another."""
        return PatchBoard(self, clean, corrupted, target, against, **traits)

    def steering_panel(self: Any, prompt: str, features: Sequence[Feature | str] = (), **options: Any) -> SteeringPanel:
        """A text continued twice, without and with features turned up or down."""
        return SteeringPanel(self, prompt, features, options)

    def feature_atlas(self: Any, *names: str, **traits: Any) -> FeatureAtlas:
        """The directions of the dictionaries with these names, or of all, in the plane."""
        chosen = [self.replacement.dictionary(name) for name in names] or list(self.dictionaries.values())
        atlas = FeatureAtlas(chosen, self.evidence, **traits)
        self.tell_of_labels(atlas.renamed)
        return atlas

    def crosscoder_map(self: Any, name: str | None = None, **options: Any) -> CrosscoderMap:
        """Where the features of a dictionary that writes several places live.

        Raises:
            InputError: without a name, if not exactly one dictionary writes several places.
        """
        if name is None:
            wide = [each for each, dictionary in self.dictionaries.items() if len(dictionary.writes) > 1]
            if len(wide) != 1:
                raise InputError(
                    f"{len(wide)} dictionaries write several places: {', '.join(wide) or 'none'}.", "Name one."
                )
            (name,) = wide
        made = CrosscoderMap(self.replacement.dictionary(name), self.evidence, **options)
        self.tell_of_labels(made.renamed)
        return made

    def sparsity_explorer(
        self: Any, prompts: str | Sequence[str], dictionary: str | None = None, **options: Any
    ) -> SparsityExplorer:
        """Which features fire at which tokens of some prompts, and what sparsity costs."""
        return SparsityExplorer(self, prompts, dictionary, **options)

    def disentangler(self: Any, **options: Any) -> Disentangler:
        """How sparse autoencoders take neurons apart, in a toy and in this model."""
        return Disentangler(self, **options)
