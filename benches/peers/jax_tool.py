"""JAX: compiled loops of descent, in double precision."""

import time

import jax
import jax.numpy as jnp
import numpy as np

import descent
from problems import join, split
from record import Run, Tool

jax.config.update("jax_enable_x64", True)


class Jax(Tool):
    name = "JAX"

    def methods(self, problem):
        return ["by jax.grad", *descent.methods(problem)] if problem.kind == "training" else []

    def load(self, problem):
        self.problem = problem
        self.x, self.y = jnp.asarray(problem.x), jnp.asarray(problem.y)
        self.weights = [jnp.asarray(w) for w in split(problem.start, problem.widths)]
        self.given = jax.block_until_ready(jax.jit(descent.statistics)(self.x, self.y))
        self.compiled, self.startups = {}, {}

    def solve(self, method, rtol=0.0, atol=0.0, keep=True):
        arguments = (self.weights, self.x, self.y, self.given)
        if method not in self.compiled:
            begin = time.perf_counter()
            self.compiled[method] = jax.jit(self.runner(method)).lower(*arguments).compile()
            self.startups[method] = time.perf_counter() - begin
        begin = time.perf_counter()
        weights = jax.block_until_ready(self.compiled[method](*arguments))
        seconds = time.perf_counter() - begin
        return Run(join([np.asarray(w) for w in weights]), seconds, startup=self.startups[method])

    def runner(self, method):
        """All updates as one function of weights, samples and statistics."""
        problem = self.problem
        firsts = jnp.asarray(descent.batches(problem))

        def run(weights, x, y, given):
            rates = self.rates(method, x, y, given)

            def update(weights, first):
                pairs = zip(weights, rates(weights, first))
                return [w + problem.rate * rate for w, rate in pairs], None

            return jax.lax.scan(update, weights, firsts)[0]

        return run

    def rates(self, method, x, y, given):
        """The function (weights, where the batch begins) → −∂L/∂W."""
        if method.startswith("by statistics"):
            given = given if method.endswith("given") else descent.statistics(x, y)
            return lambda weights, first: descent.by_statistics(weights, *given)
        size, tanh = self.problem.batch, jnp.tanh if self.problem.tanh else None
        by = {
            "by jax.grad": lambda weights, x, y: [-g for g in jax.grad(loss)(weights, x, y, tanh)],
            "by layers": lambda weights, x, y: descent.by_layers(weights, x, y, tanh),
            "by the map": descent.by_map,
        }[method]

        def part(samples, first):
            return jax.lax.dynamic_slice_in_dim(samples, first, size)

        return lambda weights, first: by(weights, part(x, first), part(y, first))

    def close(self):
        pass


def loss(weights, x, y, tanh):
    """½⟨‖y − f(x)‖²⟩."""
    h = x
    for w in weights[:-1]:
        h = h @ w.T if tanh is None else tanh(h @ w.T)
    return 0.5 * jnp.sum((y - h @ weights[-1].T) ** 2) / len(x)
