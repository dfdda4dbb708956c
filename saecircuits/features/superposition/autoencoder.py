"""A sparse autoencoder on the neurons of toy models: does it find the features that they are mixed from?

    z  = TopK(E h + e)      more latents than the model has features
    ĥ  = z D                rows of D of length 1

1. D begins with activations of the model, drawn at random, and E with D.
2. k is the number of kept features that are on at once, on average, and at least 1.
3. Several are trained for each model; that with the lowest loss counts. Nobody tells it the features.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import normalize

from saecircuits.progress import report

from .toy import ToyModels, sample

_RATE = 1e-2
_SCORED = 4096
_ALIVE = 1e-3
"""Share of inputs that a latent has to fire on to count."""


@dataclass(frozen=True)
class Recovery:
    """What was found, at every sparsity.

    Attributes:
        decoder: rows of length 1.
        alive: which latents fire.
        k: latents that may fire at once.
        unexplained: fraction of the squared size of the neurons' activations that is missed.
        cosine: of each feature's direction with the nearest row.
        tracks: how well the best single unit follows each feature (correlation), for neurons and for latents.
        purity: share of a unit's activation that comes with its favourite feature, mean over units, for both. A
            neuron's two signs are two units.
    """

    decoder: Float[Tensor, "level latent neuron"]
    alive: Bool[Tensor, "level latent"]
    k: Int[Tensor, " level"]
    unexplained: Float[Tensor, " level"]
    cosine: Float[Tensor, "level feature"]
    tracks: Float[Tensor, "level 2 feature"]
    purity: Float[Tensor, "level 2"]


class _Autoencoders:
    """Several for each model, trained side by side."""

    def __init__(self, toy: ToyModels, runs: int, latents: int, generator: torch.Generator) -> None:
        self.weight = toy.weight.repeat_interleave(runs, 0)
        self.off = torch.tensor(toy.settings.levels).repeat_interleave(runs)[:, None, None]
        self.generator = generator
        on = (toy.kept.sum(1) * (1 - torch.tensor(toy.settings.levels))).round().long()
        self.k = on.clamp(1, latents).repeat_interleave(runs)
        _, h = self.inputs(latents)
        self.decoder = normalize(h, dim=2).requires_grad_(True)
        self.encoder = self.decoder.detach().clone().requires_grad_(True)
        self.bias = torch.zeros(len(h), 1, latents, requires_grad=True)

    def inputs(self, batch: int) -> tuple[Float[Tensor, "run batch feature"], Float[Tensor, "run batch neuron"]]:
        """Features and neurons; where nothing would be on, one feature is."""
        count, features = len(self.weight), self.weight.shape[2]
        x = sample((count, batch, features), self.off, self.generator)
        which = torch.randint(features, (count, batch, 1), generator=self.generator)
        alone = torch.zeros_like(x).scatter(2, which, torch.rand(count, batch, 1, generator=self.generator))
        x = torch.where(x.sum(2, keepdim=True) > 0, x, alone)
        return x, torch.bmm(x, self.weight.mT)

    def encode(self, h: Float[Tensor, "run batch neuron"]) -> Float[Tensor, "run batch latent"]:
        z = torch.baddbmm(self.bias, h, self.encoder.mT).relu()
        bound = z.sort(2, descending=True).values.gather(2, (self.k - 1)[:, None, None].expand(-1, h.shape[1], 1))
        return z * (z >= bound)

    def missed(self, h: Float[Tensor, "run batch neuron"]) -> tuple[Float[Tensor, " run"], Tensor]:
        """Fraction of the squared size that is not given back, and the latents."""
        z = self.encode(h)
        rest = h - torch.bmm(z, normalize(self.decoder, dim=2))
        return rest.square().sum((1, 2)) / h.square().sum((1, 2)).clamp_min(1e-12), z


def recover(toy: ToyModels, steps: int = 800, runs: int = 4, batch: int = 256) -> Recovery:
    """Train autoencoders on the neurons of toy models, and hold what they find against the features.

    Args:
        toy: the models.
        steps: of Adam.
        runs: autoencoders for each model.
        batch: inputs of a step.
    """
    settings = toy.settings
    generator = torch.Generator().manual_seed(settings.seed + 1)
    all_runs = _Autoencoders(toy, runs, 2 * settings.features, generator)
    optimizer = torch.optim.Adam([all_runs.decoder, all_runs.encoder, all_runs.bias], lr=_RATE)
    with torch.enable_grad():
        for step in range(steps):
            report("Training autoencoders on their neurons", step, steps)
            optimizer.param_groups[0]["lr"] = _RATE * min(1.0, max(0.02, 2 - 2 * step / steps))
            _, h = all_runs.inputs(batch)
            loss, _ = all_runs.missed(h)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
    with torch.no_grad():
        return _measure(toy, all_runs, runs)


def _measure(toy: ToyModels, trained: _Autoencoders, runs: int) -> Recovery:
    x, h = trained.inputs(_SCORED)
    missed, z = trained.missed(h)
    best = missed.unflatten(0, (-1, runs)).argmin(1) + runs * torch.arange(len(toy.loss))
    x, h, z, decoder = x[best], h[best], z[best], normalize(trained.decoder, dim=2)[best]
    neurons = torch.cat([h.relu(), (-h).relu()], 2)
    alive = (z > 0).float().mean(1) > _ALIVE
    cosine = torch.bmm(decoder, normalize(toy.weight, dim=1)).masked_fill(~alive[:, :, None], -1)
    tracks = torch.stack([correlation(units, x).amax(1) for units in (neurons, z)], 1)
    everything = torch.ones(neurons.shape[0], neurons.shape[2], dtype=torch.bool)
    return Recovery(
        decoder,
        alive,
        trained.k[best],
        missed[best],
        cosine.amax(1),
        tracks,
        torch.stack([purity(neurons, x, everything), purity(z, x, alive)], 1),
    )


def correlation(
    units: Float[Tensor, "level batch unit"], x: Float[Tensor, "level batch feature"]
) -> Float[Tensor, "level unit feature"]:
    """Pearson's, 0 for a unit that never changes."""
    a, b = units - units.mean(1, keepdim=True), x - x.mean(1, keepdim=True)
    sizes = a.norm(dim=1)[:, :, None] * b.norm(dim=1)[:, None]
    return torch.bmm(a.mT, b) / sizes.clamp_min(1e-9)


def purity(
    units: Float[Tensor, "level batch unit"],
    x: Float[Tensor, "level batch feature"],
    alive: Bool[Tensor, "level unit"],
) -> Float[Tensor, " level"]:
    """The largest share of `Σ unit · feature` that one feature has, mean over living units."""
    mass = torch.bmm(units.mT, x)
    share = mass.amax(2) / mass.sum(2).clamp_min(1e-12)
    return (share * alive).sum(1) / alive.sum(1).clamp_min(1)
