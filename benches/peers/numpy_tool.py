"""NumPy: descent, and closed forms."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import threadpool_limits

import descent
from problems import Modes, join, split
from record import Run, Tool

# Modes of a block whose numbers at all times fit the cache of a core.
BLOCK = 16


class NumPy(Tool):
    name = "NumPy"

    def __init__(self, cores):
        self.cores = cores
        self.pool = ThreadPoolExecutor(cores)

    def methods(self, problem):
        if isinstance(problem, Modes):
            return ["whole arrays", "in blocks", "in blocks, a thread a core"]
        return descent.methods(problem)

    def load(self, problem):
        self.problem = problem
        if isinstance(problem, Modes):
            return
        self.given = descent.statistics(problem.x, problem.y) if "by statistics, given" in self.methods(problem) else ()
        self.limits = {}

    def solve(self, method, rtol=0.0, atol=0.0, keep=True):
        if isinstance(self.problem, Modes):
            return self.sigmoids(method)
        if method not in self.limits:
            self.limits[method] = min(range(1, self.cores + 1), key=lambda n: self.trial(method, n))
        threadpool_limits(self.limits[method])
        return self.descend(method, self.problem.updates)

    def trial(self, method, threads):
        """Seconds of a few updates on so many threads."""
        threadpool_limits(threads)
        return min(self.descend(method, 2).seconds for _ in range(3))

    def descend(self, method, updates):
        problem = self.problem
        weights = [w.copy() for w in split(problem.start, problem.widths)]
        begin = time.perf_counter()
        rates = self.rates(method)
        for first in descent.batches(problem)[:updates]:
            for w, rate in zip(weights, rates(weights, slice(first, first + problem.batch))):
                w += problem.rate * rate
        return Run(join(weights), time.perf_counter() - begin)

    def rates(self, method):
        """The function (weights, batch) → −∂L/∂W."""
        x, y, tanh = self.problem.x, self.problem.y, np.tanh if self.problem.tanh else None
        if method == "by layers":
            return lambda weights, batch: descent.by_layers(weights, x[batch], y[batch], tanh)
        if method == "by the map":
            return lambda weights, batch: descent.by_map(weights, x[batch], y[batch])
        given = self.given if method == "by statistics, given" else descent.statistics(x, y)
        return lambda weights, batch: descent.by_statistics(weights, *given)

    def sigmoids(self, method):
        """1 × times × modes of u = s/(1 + (s/u0 − 1)e^{−2st}), into a table that is there."""
        u = np.ones((len(self.problem.s), len(self.problem.times)))
        begin = time.perf_counter()
        parts = [slice(k, k + BLOCK) for k in range(0, len(u), BLOCK)]
        if method == "whole arrays":
            self.fill(u, slice(None))
        elif method == "in blocks":
            for part in parts:
                self.fill(u, part)
        else:
            list(
                self.pool.map(
                    lambda core: [self.fill(u, part) for part in parts[core :: self.cores]], range(self.cores)
                )
            )
        return Run(u.T[None], time.perf_counter() - begin)

    def fill(self, u, part):
        """Some modes, in place."""
        s, u0 = self.problem.s[part, None], self.problem.starts[part, None]
        out = u[part]
        np.multiply(-2.0 * s, self.problem.times, out=out)
        np.exp(out, out=out)
        out *= s / u0 - 1.0
        out += 1.0
        np.divide(s, out, out=out)

    def close(self):
        self.pool.shutdown()
