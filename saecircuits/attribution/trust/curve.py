"""The report of a faithfulness measurement: a curve over the number of nodes that stay.

    f(C) = (m(C) − m(∅)) / (m(M) − m(∅))        m: mean metric over the examples; C stays, ∅: nothing does, M: the model
    completeness(C) = f(everything but C), features that fire only once others are gone included
    CMD = ∫ |1 − f(C_k)| dk,  CPR = ∫ f(C_k) dk       k: share of ranked nodes, by trapezoids, over the width of k

CMD (0 is best) is the headline: CPR counts f above 1 as good. Both are given over k and over log k, where small
circuits count. `∅` itself, whose f is 0 by definition, is in no integral. Integrals over different axes (numbers of
ranked nodes) are not to be compared: compare curves at equal numbers of nodes.

Sources: Marks et al. 2025 (arXiv 2403.19647) for f; Mueller et al. 2025, MIB (arXiv 2504.13151), for CMD and CPR.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from scipy.integrate import trapezoid

from saecircuits.errors import InputError
from saecircuits.table import Table

LEVEL = 0.95
"""Of confidence intervals."""


@dataclass(frozen=True)
class CurvePoint:
    """Circuits of one size.

    Attributes:
        nodes: how many stay.
        share: of the ranked nodes.
        faithfulness: f; `low` and `high` are its interval over bootstrap samples of the examples, NaN for one example.
        completeness: f of everything else; 0 is best.
        stability: mean Jaccard index of the chosen nodes over bootstrap samples of the prompts that ranked them.
    """

    nodes: int
    share: float
    faithfulness: float
    low: float
    high: float
    completeness: float
    stability: float


@dataclass(frozen=True)
class Summary:
    """One number for a whole curve, with its interval over bootstrap samples of the examples."""

    value: float
    low: float
    high: float

    def __repr__(self) -> str:
        spread = "" if np.isnan(self.low) else f" ({self.low:.3f} to {self.high:.3f})"
        return f"{self.value:.3f}{spread}"


@dataclass(frozen=True, eq=False)
class FaithfulnessCurve:
    """Metric of circuits of rising size, and what follows from it.

    Attributes:
        basis: what nodes are, `"features"`, `"neurons"` or `"coordinates"`.
        ablation: what the others become, `"mean"` or `"zero"`.
        errors: what becomes of errors, `"kept"`, `"removed"` or `"chosen"`.
        total: number of ranked nodes.
        sizes: numbers of nodes that stay, rising.
        circuit: metric with the first nodes in place, `[size, example]`.
        complement: metric with all but them in place, `[size, example]`.
        full, empty: metric of the model, and with all nodes ablated, `[example]`.
        stability: of the chosen nodes, `[size]`.
        resamples, seed: of the bootstrap.
    """

    basis: str
    ablation: str
    errors: str
    total: int
    sizes: tuple[int, ...]
    circuit: Float[np.ndarray, "size example"] = field(repr=False)
    complement: Float[np.ndarray, "size example"] = field(repr=False)
    full: Float[np.ndarray, " example"] = field(repr=False)
    empty: Float[np.ndarray, " example"] = field(repr=False)
    stability: Float[np.ndarray, " size"] = field(repr=False)
    resamples: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        if not abs(self.full.mean() - self.empty.mean()) > 1e-9:
            raise InputError(
                "Ablating all nodes leaves the metric as it is, so no circuit can restore it.",
                "Choose another metric, or examples whose answer depends on these nodes.",
            )

    @property
    def n_examples(self) -> int:
        """Number of examples."""
        return len(self.full)

    @cached_property
    def faithfulness(self) -> Float[np.ndarray, " size"]:
        """f of each size."""
        return self._share(self.circuit, np.arange(self.n_examples)[None])[0]

    @cached_property
    def completeness(self) -> Float[np.ndarray, " size"]:
        """f of what is left beside each size; 0 is best."""
        return self._share(self.complement, np.arange(self.n_examples)[None])[0]

    @property
    def cmd(self) -> Summary:
        """Mean distance of f from 1 over the share of nodes; 0 is best."""
        return self._summary(lambda f: np.abs(1 - f), logarithmic=False)

    @property
    def cmd_log(self) -> Summary:
        """The same over the logarithm of the number of nodes."""
        return self._summary(lambda f: np.abs(1 - f), logarithmic=True)

    @property
    def cpr(self) -> Summary:
        """Mean f over the share of nodes; above 1 if circuits outdo the model."""
        return self._summary(lambda f: f, logarithmic=False)

    @property
    def cpr_log(self) -> Summary:
        """The same over the logarithm of the number of nodes."""
        return self._summary(lambda f: f, logarithmic=True)

    @property
    def table(self) -> Table[CurvePoint]:
        """One row a size; columns that one prompt cannot fill are not shown."""
        low, high = self._interval(self._samples)
        columns = self.faithfulness, low, high, self.completeness, self.stability
        rows = [
            CurvePoint(size, size / self.total, *map(float, values))
            for size, *values in zip(self.sizes, *columns, strict=True)
        ]
        names = ("nodes", "share", "faithfulness", "low", "high", "completeness", "stability")
        known = [name for name in names if not all(np.isnan(getattr(row, name)) for row in rows)]
        return Table(rows, {name: name for name in known}, self._title())

    def nodes_for(self, faithfulness: float = 0.9) -> int | None:
        """The smallest measured size from which on f stays at or above a value; None if it never does."""
        enough = np.flatnonzero(self.faithfulness < faithfulness)
        first = enough[-1] + 1 if len(enough) else 0
        return self.sizes[first] if first < len(self.sizes) else None

    def at(self, nodes: int) -> CurvePoint:
        """The measured point of a size; `InputError` if there is none."""
        if nodes not in self.sizes:
            raise InputError(
                f"No circuit of {nodes} nodes was measured.", f"There are {', '.join(map(str, self.sizes))}."
            )
        return self.table[self.sizes.index(nodes)]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain JSON; NaN becomes None."""
        sums = {name: asdict(getattr(self, name)) for name in ("cmd", "cmd_log", "cpr", "cpr_log")}
        about = {name: getattr(self, name) for name in ("basis", "ablation", "errors", "total", "resamples", "seed")}
        metrics = {"full": float(self.full.mean()), "empty": float(self.empty.mean()), "examples": self.n_examples}
        return plain(about | metrics | sums | {"points": [asdict(point) for point in self.table]})

    def plot(self, others: Mapping[str, FaithfulnessCurve] | None = None) -> Figure:
        """The curve over the number of nodes, on a logarithmic axis, with its interval; `others` beside it, by name."""
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        axes = figure.add_subplot()
        curves = {self._named(): self, **(others or {})}
        for name, curve in curves.items():
            points = [point for point in curve.table if point.nodes > 0]
            sizes = [point.nodes for point in points]
            (line,) = axes.plot(sizes, [p.faithfulness for p in points], marker="o", markersize=3, label=name)
            if curve.n_examples > 1:
                low, high = ([getattr(p, end) for p in points] for end in ("low", "high"))
                axes.fill_between(sizes, low, high, alpha=0.2, color=line.get_color(), linewidth=0)
        axes.axhline(1, color="0.6", linewidth=0.8)
        axes.axhline(0, color="0.6", linewidth=0.8)
        axes.set(xscale="log", xlabel="nodes that stay", ylabel="faithfulness")
        axes.legend(frameon=False, fontsize=8)
        return figure

    def __repr__(self) -> str:
        return f"{self.table!r}\nCMD {self.cmd}, over log k {self.cmd_log}; CPR {self.cpr}, over log k {self.cpr_log}"

    def _repr_html_(self) -> str:
        image = io.BytesIO()
        self.plot().savefig(image, format="svg")
        source = base64.b64encode(image.getvalue()).decode()
        sums = {"CMD": self.cmd, "CMD over log k": self.cmd_log, "CPR": self.cpr, "CPR over log k": self.cpr_log}
        line = escape("; ".join(f"{name} {value}" for name, value in sums.items()))
        picture = f'<img alt="faithfulness over nodes" src="data:image/svg+xml;base64,{source}">'
        return f"<div>{picture}<p>{line}</p>{self.table._repr_html_()}</div>"

    def _title(self) -> str:
        return f"Faithfulness on {self.n_examples} example{'s' if self.n_examples > 1 else ''}: {self._named()}"

    def _named(self) -> str:
        errors = f", errors {self.errors}" if self.basis == "features" else ""  # nothing else leaves any
        return f"{self.basis}, {self.ablation} ablation{errors}"

    @cached_property
    def _samples(self) -> Float[np.ndarray, "resample size"]:
        """f of each size over bootstrap samples; empty for one example."""
        n = self.n_examples
        count = self.resamples if n > 1 else 0
        return self._share(self.circuit, np.random.default_rng(self.seed).integers(0, n, (count, n)))

    def _share(self, metric: np.ndarray, examples: np.ndarray) -> np.ndarray:
        """f of each size for samples of examples, `[sample, size]`."""
        full, empty = self.full[examples].mean(1), self.empty[examples].mean(1)
        restored = metric[:, examples].mean(2).T - empty[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):  # a sample in which the ablation does nothing
            return restored / (full - empty)[:, None]

    def _summary(self, height: Any, logarithmic: bool) -> Summary:
        sizes = np.array(self.sizes)
        used = sizes > 0
        k = np.log(sizes[used]) if logarithmic else sizes[used] / self.total
        value, samples = (_mean_height(height(f[..., used]), k) for f in (self.faithfulness[None], self._samples))
        low, high = self._interval(samples[:, None])
        return Summary(float(value[0]), float(low[0]), float(high[0]))

    def _interval(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if len(samples) == 0:
            return np.full(samples.shape[1], np.nan), np.full(samples.shape[1], np.nan)
        low, high = np.nanquantile(samples, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
        return low, high


def _mean_height(heights: Float[np.ndarray, "sample size"], k: Float[np.ndarray, " size"]) -> np.ndarray:
    """Integral over `k` by trapezoids, over the width of `k`; the height itself for one size."""
    if len(k) < 2:
        return heights.mean(axis=1) if len(k) else np.full(len(heights), np.nan)
    return trapezoid(heights, k, axis=1) / (k[-1] - k[0])


def plain(value: Any) -> Any:
    """The same, with None for NaN, which JSON does not have."""
    match value:
        case Mapping():
            return {name: plain(one) for name, one in value.items()}
        case list():
            return [plain(one) for one in value]
        case float() if np.isnan(value):
            return None
        case _:
            return value
