"""The least time that a problem can take: its multiplications at the rate of the machine's products, on one core and all."""

import time
import timeit

import numpy as np
from threadpoolctl import threadpool_limits

from machine import cores

# Whatever else the machine does at a moment, some other one finds it idle.
ROUNDS = 3
SHAPES = ((256, 256, 256), (384, 384, 384), (512, 512, 512), (100, 784, 784))


def numpy_rate(threads):
    """GFLOP/s of NumPy's products of doubles, the best of several shapes."""
    with threadpool_limits(threads):
        return max(rate(*shape) for shape in SHAPES)


def rate(rows, inner, columns):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(rows, inner)), rng.normal(size=(inner, columns))
    out = np.empty((rows, columns))
    seconds = min(timeit.repeat(lambda: np.matmul(a, b, out=out), number=1, repeat=20))
    return 2e-9 * rows * inner * columns / seconds


def rates(ours, cores):
    """GFLOP/s of the best of gradflow's and NumPy's products, and whose they are."""
    found = {"one": {"gradflow": 0.0, "NumPy": 0.0}, "all": {"gradflow": 0.0, "NumPy": 0.0}}
    for _ in range(ROUNDS):
        time.sleep(1.0)
        best = {"gradflow": ours.gemm_rates(), "NumPy": (numpy_rate(1), numpy_rate(cores))}
        for name, (one, every) in best.items():
            found["one"][name] = max(found["one"][name], one)
            found["all"][name] = max(found["all"][name], every)
    return {"found": found} | {where: max(of.values()) for where, of in found.items()}


def described(rates):
    """As facts of the machine."""
    lists = {k: ", ".join(f"{name} {rate:.1f} GFLOP/s" for name, rate in of.items()) for k, of in rates["found"].items()}
    return {"products on one core": lists["one"], "on all cores": lists["all"]}


def seconds(products, rates, share=1):
    """Of so many multiplications, `share` of them at a time where each is on one core."""
    return {"one": 2e-9 * products / rates["one"] / share, "all": 2e-9 * products / rates["all"]}


def of_flow(flow, rates):
    """Seconds of one evaluation; of several flows, one a core."""
    return seconds(multiplications(flow) * len(flow.starts), rates, min(len(flow.starts), cores()))


def multiplications(flow):
    """Those of one evaluation, in the frame of Σ11: three products a layer but one, whose matrices have as
    few columns as the thinner end; inputs that do not vary are left out, and white ones span N2 + N3 directions."""
    n = list(flow.widths)
    if flow.sigma11 is None:
        n[0] = min(n[0], n[1] + n[-1])
    else:
        n[0] = min(n[0], int(np.linalg.matrix_rank(flow.sigma11, hermitian=True)))
    layers = [a * b for a, b in zip(n, n[1:])]
    return 3 * min(n[-1] * sum(layers[:-1]), n[0] * sum(layers[1:]))


def of_batch(training):
    """Multiplications of one update on a batch: layer by layer, or through the map W if that is cheaper."""
    n, size = training.widths, training.batch
    layers = [a * b for a, b in zip(n, n[1:])]
    by_layers = size * (3 * sum(layers) - layers[0])
    if training.tanh or len(layers) != 2:
        return by_layers
    return min(by_layers, 2 * size * n[0] * n[-1] + of_statistics(training))


def of_statistics(training):
    """Multiplications of one update of two layers by the statistics, in the frame of Σ11."""
    n1, n2, n3 = training.widths
    return 3 * n1 * n2 * n3


def of_moments(training):
    """Multiplications that Σ11, half of which is the other half, and Σ31 take."""
    n1, n3 = training.widths[0], training.widths[-1]
    return len(training.x) * n1 * (n1 / 2 + n3)


def of_method(training, method, rates):
    """Seconds of all updates by one of gradflow's methods; None where there are no products."""
    if training.kind != "training":
        return None
    if not method.startswith("statistics"):
        return seconds(training.updates * of_batch(training), rates)
    made = of_moments(training) if method.endswith("made") else 0
    return seconds(training.updates * of_statistics(training) + made, rates)
