"""References: SciPy's DOP853 at a relative tolerance of 1e-13, stopping at the times; closed forms where there are."""

import numpy as np

from problems import Modes, digest
from scipy_tool import flow_rate, integrate_by_stops


def sigmoid(s, starts, times):
    """u(t) = s/(1 + (s/u0 − 1)e^{−2st}), times × modes."""
    return s / (1.0 + (s / starts - 1.0) * np.exp(-2.0 * times[:, None] * s))


def integrated(flow):
    """starts × times × state, from a tolerance at which rounding begins."""
    atol = 1e-16 * flow.scale()
    rate = flow_rate(flow)
    return np.stack([integrate_by_stops(rate, start, flow.times, "DOP853", 1e-13, atol)[0] for start in flow.starts])


def reference(problem, folder):
    """The states of a problem, from the cache if it has them."""
    if isinstance(problem, Modes):
        return sigmoid(problem.s, problem.starts, problem.times)[None]
    file = folder / f"{digest(problem)}.npy"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        np.save(file, integrated(problem))
    return np.load(file)


def error(states, exact):
    """max|y − y_ref|/max|y_ref| over all entries of a state, the largest over times and starts; infinite if one is not finite."""
    size = np.abs(exact).max(axis=-1)
    value = float((np.abs(states - exact).max(axis=-1) / size).max())
    return value if np.isfinite(value) else np.inf
