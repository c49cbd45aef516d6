"""The rows of the comparison: problems, and what is to be reached against the peers."""

from collections.abc import Callable
from dataclasses import dataclass

import problems


@dataclass(frozen=True)
class Integration:
    """A problem that is integrated, and how many times faster than each peer's best gradflow is to be."""

    make: Callable
    goals: dict[str, float]
    # The floor it is held to: of one core where its products are too small to share, of several flows one on each.
    cores: str = "one"


@dataclass(frozen=True)
class Contest:
    """One method of gradflow's against those of the peers that set out from the same."""

    ours: str
    theirs: tuple[str, ...]
    goal: float


@dataclass(frozen=True)
class Evaluation:
    """A problem whose solution every tool computes alike, up to rounding."""

    make: Callable
    contests: tuple[Contest, ...]
    left_out: tuple[str, ...] = ()  # methods that a quick run does without


def linear(batch, updates):
    return lambda quick: problems.training(
        f"784-100-10 linear, {updates} updates of {batch:,}", (100,), batch, updates, False, 0.02
    )


def tanh(batch, updates, quickly, rate):
    def make(quick):
        count = quickly if quick else updates
        name = f"784-100-100-100-100-10 tanh, {count} updates of {batch:,}"
        return problems.training(name, (100,) * 4, batch, count, True, rate)

    return make


INTEGRATIONS = {
    "1": Integration(problems.one_hidden_layer, {"SciPy": 10.0, "diffrax": 3.0}),
    "2": Integration(problems.power_law, {"SciPy": 6.0, "diffrax": 4.0}, "all"),
    "3": Integration(problems.general, {"SciPy": 2.5, "diffrax": 3.0}, "all"),
    "4": Integration(problems.ten_matrices, {"SciPy": 5.0, "diffrax": 4.0}),
    "5": Integration(lambda: problems.one_hidden_layer(64), {"SciPy": 12.0, "diffrax": 3.0}),
    "6": Integration(problems.mode_equations, {"SciPy": 5.0, "diffrax": 3.0}),
}

FROM_SAMPLES = ("by layers", "by the map", "by jax.grad", "by autograd")
ON_SAMPLES = (Contest("samples", FROM_SAMPLES, 1.2),)
SIGMOIDS = ("whole arrays", "in blocks", "in blocks, a thread a core")

EVALUATIONS = {
    "7": Evaluation(lambda quick: problems.closed_forms(), (Contest("closed form", SIGMOIDS, 3.0),)),
    "8": Evaluation(linear(32, 624), ON_SAMPLES),
    "9": Evaluation(
        linear(10_000, 200),
        (
            Contest("statistics, given", ("by statistics, given",), 1.5),
            Contest("statistics, made", ("by statistics, made", *FROM_SAMPLES), 1.5),
        ),
        FROM_SAMPLES,
    ),
    "10a": Evaluation(tanh(32, 624, 624, 0.02), ON_SAMPLES),
    # At larger rates descent of full batches is unstable, and rounding grows.
    "10b": Evaluation(tanh(10_000, 200, 20, 0.002), ON_SAMPLES),
}
