"""SciPy's solve_ivp, with right-hand sides as a careful user writes them."""

import time
import timeit
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
from scipy.integrate import solve_ivp
from threadpoolctl import threadpool_limits

from problems import Flow, split
from record import Run, Tool

# LSODA keeps a dense Jacobian at hand: beyond so many variables it does not fit.
MOST_FOR_LSODA = 3000


def flow_rate(problem):
    """dy/dt of a weight flow; leading axes of the state are seeds, for two layers."""
    return two_layers(problem) if len(problem.widths) == 3 else many_layers(problem)


def residual(problem, product):
    """Σ31 − WΣ11."""
    return problem.sigma31 - (product if problem.sigma11 is None else product @ problem.sigma11)


def two_layers(problem):
    def rate(t, y):
        out = np.empty_like(y)
        (w1, w2), (d1, d2) = split(y, problem.widths), split(out, problem.widths)
        error = residual(problem, w2 @ w1)
        np.matmul(w2.swapaxes(-1, -2), error, out=d1)
        np.matmul(error, w1.swapaxes(-1, -2), out=d2)
        return out

    return rate


def many_layers(problem):
    """Products from below going up, the error going down: three products a layer."""

    def rate(t, y):
        out = np.empty_like(y)
        weights, rates = split(y, problem.widths), split(out, problem.widths)
        below = [weights[0]]
        for w in weights[1:]:
            below.append(w @ below[-1])
        error = residual(problem, below[-1])
        for w, d, lower in zip(weights[:0:-1], rates[:0:-1], below[-2::-1]):
            np.matmul(error, lower.T, out=d)
            error = w.T @ error
        rates[0][...] = error
        return out

    return rate


def mode_rate(problem):
    s = problem.s
    return lambda t, u: 2.0 * u * (s - u)


def integrate(rate, start, times, method, rtol, atol, **options):
    """States at the times, by the interpolant."""
    solution = solve_ivp(rate, (0.0, times[-1]), start, method=method, t_eval=times, rtol=rtol, atol=atol, **options)
    return solution.y.T if solution.success else np.full((len(times), len(start)), np.nan), solution.nfev


def integrate_by_stops(rate, start, times, method, rtol, atol, **options):
    """States at the times, each the end of a run from the one before it: what the interpolant would lose is kept."""
    states, total, before = [start], 0, 0.0
    for time_of_stop in times:
        span = (before, time_of_stop)
        # With `t_eval` the states of all other steps are not kept.
        part = solve_ivp(rate, span, states[-1], method=method, t_eval=span[1:], rtol=rtol, atol=atol, **options)
        # A run that fails leads no further.
        if not part.success:
            return np.full((len(times), len(start)), np.nan), total + part.nfev
        states.append(part.y[:, -1])
        total, before = total + part.nfev, time_of_stop
    return np.array(states[1:]), total


# A worker's problem, set once.
theirs = None


def receive(problem):
    global theirs
    theirs = problem
    threadpool_limits(1)


def solve_each(solve, indices, method, rtol, atol):
    """Seeds one after the other."""
    rate = flow_rate(theirs)
    return [solve(rate, theirs.starts[i], theirs.times, method, rtol, atol) for i in indices]


def solve_together(solve, indices, method, rtol, atol):
    """Seeds as one system with one step size, so that Python's own time is shared."""
    starts = theirs.starts[indices]
    rate = flow_rate(theirs)

    def flat(t, y):
        return rate(t, y.reshape(starts.shape)).ravel()

    y, evaluations = solve(flat, starts.ravel(), theirs.times, method, rtol, atol)
    states = y.reshape(len(theirs.times), *starts.shape).swapaxes(0, 1)
    return [(state, evaluations) for state in states]


class SciPy(Tool):
    name = "SciPy"

    def __init__(self, cores):
        self.cores = cores
        self.pool = None

    def methods(self, problem):
        if not isinstance(problem, Flow):
            return ["RK45", "DOP853", "RK45, stops", "DOP853, stops", "LSODA, diagonal"]
        if len(problem.starts) > 1:
            ways = ("together", "each", "together by stops", "each by stops")
            return [f"{method}, {how}" for how in ways for method in ("RK45", "DOP853")]
        lsoda = ["LSODA"] if problem.starts.shape[1] <= MOST_FOR_LSODA else []
        return ["RK45", "DOP853", "RK45, stops", "DOP853, stops", *lsoda]

    def load(self, problem):
        self.close()
        self.problem = problem
        if isinstance(problem, Flow) and len(problem.starts) > 1:
            context = get_context("spawn")
            self.pool = ProcessPoolExecutor(self.cores, context, receive, (problem,))
            return
        self.rate = flow_rate(problem) if isinstance(problem, Flow) else mode_rate(problem)
        self.start = problem.starts[0] if isinstance(problem, Flow) else problem.starts
        self.threads = min(range(1, self.cores + 1), key=self.trial)
        threadpool_limits(self.threads)

    def trial(self, threads):
        """The time of the first steps on so many threads: products of small matrices are faster on one."""
        threadpool_limits(threads)
        start, times, atol = self.start, self.problem.times[:1], 1e-6 * self.problem.scale()
        return min(timeit.repeat(lambda: integrate(self.rate, start, times, "DOP853", 1e-6, atol), number=1, repeat=5))

    def solve(self, method, rtol, atol, keep=True):
        method, _, how = method.partition(", ")
        solve = integrate_by_stops if how.endswith("stops") else integrate
        if self.pool:
            return self.solve_seeds(solve_each if how.startswith("each") else solve_together, solve, method, rtol, atol)
        options = {"lband": 0, "uband": 0} if how == "diagonal" else {}
        begin = time.perf_counter()
        y, evaluations = solve(self.rate, self.start, self.problem.times, method, rtol, atol, **options)
        seconds = time.perf_counter() - begin
        return Run(y[None] if keep else None, seconds, evaluations)

    def solve_seeds(self, seeds, solve, method, rtol, atol):
        parts = np.array_split(np.arange(len(self.problem.starts)), self.cores)
        list(self.pool.map(abs, range(self.cores)))  # the workers are there
        begin = time.perf_counter()
        jobs = [self.pool.submit(seeds, solve, part, method, rtol, atol) for part in parts]
        runs = [run for job in jobs for run in job.result()]
        seconds = time.perf_counter() - begin
        states = np.stack([y for y, _ in runs])
        return Run(states, seconds, int(np.mean([count for _, count in runs])))

    def close(self):
        if self.pool:
            self.pool.shutdown()
        self.pool = None
