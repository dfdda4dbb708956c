"""How far to trust a circuit: predictions against measurements, and faithfulness with everything else ablated."""

from .check import CheckReport, Measured, check
from .curve import FaithfulnessCurve
from .examples import Example, example_of
from .gradient_ranking import rank_by_gradient
from .measure import faithfulness
from .predict import predict
from .ranking import Ranking, rank

__all__ = [
    "CheckReport",
    "Example",
    "FaithfulnessCurve",
    "Measured",
    "Ranking",
    "check",
    "example_of",
    "faithfulness",
    "predict",
    "rank",
    "rank_by_gradient",
]
