"""diffrax on compiled JAX, in double precision."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

from problems import Flow, split
from record import Run, Tool

jax.config.update("jax_enable_x64", True)

SHORTEST = 1e-13
SOLVERS = {"Tsit5": diffrax.Tsit5, "Dopri5": diffrax.Dopri5, "Dopri8": diffrax.Dopri8}


def flow_rate(widths, y, statistics):
    """dy/dt of a weight flow: products from below going up, the error going down."""
    sigma11, sigma31 = statistics
    weights = split(y, widths)
    below = [weights[0]]
    for w in weights[1:]:
        below.append(w @ below[-1])
    error = sigma31 - (below[-1] if sigma11 is None else below[-1] @ sigma11)
    rates = []
    for w, lower in zip(weights[:0:-1], below[-2::-1]):
        rates.append((error @ lower.T).ravel())
        error = w.T @ error
    return jnp.concatenate([error.ravel(), *rates[::-1]])


def mode_rate(u, s):
    return 2.0 * u * (s - u)


def solution(rate, solver, times, by_stops, start, args, rtol, atol):
    """States at the times, by the interpolant or by steps that end there."""
    # From a state that is not finite no step leads on, however small: then the run ends, and what is left out is infinite.
    controller = diffrax.PIDController(rtol=rtol, atol=atol, dtmin=SHORTEST * times[-1], force_dtmin=False)
    if by_stops:
        controller = diffrax.ClipStepSizeController(controller, step_ts=times[:-1])
    return diffrax.diffeqsolve(
        diffrax.ODETerm(lambda t, y, args: rate(y, args)),
        solver(),
        t0=0.0,
        t1=times[-1],
        dt0=None,
        y0=start,
        args=args,
        saveat=diffrax.SaveAt(ts=times),
        stepsize_controller=controller,
        max_steps=None,
        throw=False,
    )


def evaluations(solver, steps):
    """Of so many attempted steps, with the one at the start."""
    tableau = solver.tableau
    return int(steps) * (tableau.num_stages - int(tableau.fsal)) + 1


class Diffrax(Tool):
    name = "diffrax"

    def __init__(self, cores):
        self.threads = ThreadPoolExecutor(cores)
        self.cores = cores

    def methods(self, problem):
        if isinstance(problem, Flow) and len(problem.starts) > 1:
            return [f"{name}, {how}" for how in ("each", "each by stops", "vmap a core", "vmap") for name in SOLVERS]
        if isinstance(problem, Flow):
            return [*SOLVERS, *(f"{name}, stops" for name in SOLVERS)]
        return [f"{name}, {how}" for how in ("one system", "stops", "vmap") for name in SOLVERS]

    def load(self, problem):
        self.problem = problem
        self.compiled, self.startups = {}, {}
        if isinstance(problem, Flow):
            sigma11 = None if problem.sigma11 is None else jnp.asarray(problem.sigma11)
            self.args = (sigma11, jnp.asarray(problem.sigma31))
            self.rate = partial(flow_rate, problem.widths)
        else:
            self.args = jnp.asarray(problem.s)
            self.rate = mode_rate
        self.starts = jnp.asarray(problem.starts)

    def runner(self, name, how):
        """The compiled solver of a method."""
        times = jnp.asarray(self.problem.times)
        one = partial(solution, self.rate, SOLVERS[name], times, how.endswith("stops"))
        if not how.startswith("vmap"):
            return jax.jit(one)
        args = None if isinstance(self.problem, Flow) else 0
        return jax.jit(jax.vmap(one, in_axes=(0, args, None, None)))

    def pieces(self, how):
        """The starts of each call."""
        if how == "vmap" or not isinstance(self.problem, Flow):
            return [self.starts]
        if how == "vmap a core":
            return [jnp.asarray(part) for part in np.array_split(self.problem.starts, self.cores)]
        return list(self.starts)

    def solve(self, method, rtol, atol, keep=True):
        name, _, how = method.partition(", ")
        if method not in self.compiled:
            self.compile(method, name, how)
        run, pieces = self.compiled[method]

        def call(start):
            return jax.block_until_ready(run(start, self.args, rtol, atol))

        begin = time.perf_counter()
        solutions = list(map(call, pieces)) if len(pieces) == 1 else list(self.threads.map(call, pieces))
        seconds = time.perf_counter() - begin
        steps = np.mean([np.mean(s.stats["num_steps"]) for s in solutions])
        states = self.states(solutions, how) if keep else None
        return Run(states, seconds, evaluations(SOLVERS[name], steps), self.startups[method])

    def compile(self, method, name, how):
        """Ahead of the first run, which is not timed with it."""
        run, pieces = self.runner(name, how), self.pieces(how)
        begin = time.perf_counter()
        run = run.lower(pieces[0], self.args, 1e-4, 1e-4).compile()
        self.startups[method] = time.perf_counter() - begin
        self.compiled[method] = (run, pieces)

    def states(self, solutions, how):
        """starts × times × state."""
        if not isinstance(self.problem, Flow):
            ys = np.asarray(solutions[0].ys)
            return ys.T[None] if how == "vmap" else ys[None]
        ys = [np.asarray(s.ys) for s in solutions]
        return np.concatenate(ys) if how.startswith("vmap") else np.stack(ys)

    def close(self):
        self.threads.shutdown()
