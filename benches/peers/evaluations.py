"""Rows whose solution every tool computes alike: agreement first, then times, round after round."""

from dataclasses import asdict, dataclass, field

import numpy as np

from problems import Modes
from sweep import turn

# Final weights of all tools agree within this, relative to the largest.
AGREEMENT = 1e-10
# What takes longer than this, in seconds, is run once.
LONG = 3.0


@dataclass
class Way:
    """One method of one tool: how far its solution is from the one that all are held to, and the times it took."""

    tool: str
    method: str
    difference: float
    startup: float
    times: list[float] = field(default_factory=list)


def evaluate(problem, tools, methods, rounds, report):
    """Those of the methods that a tool has, by all tools."""
    ways, exact = {}, sigmoids_in_long_doubles(problem) if isinstance(problem, Modes) else None
    for tool in tools:
        taking_part = [name for name in tool.methods(problem) if name in methods]
        if taking_part:
            tool.load(problem)
        for method in taking_part:
            run = tool.solve(method)
            exact = run.states if exact is None else exact
            way = Way(tool.name, method, difference(problem, run.states, exact), run.startup, [run.seconds])
            ways[tool, method] = way
            report(way)
    repeat(ways, rounds)
    return [asdict(way) for way in ways.values()]


def repeat(ways, rounds):
    """In turns; the first run of each was a rehearsal, unless it was long."""
    short = {key: way for key, way in ways.items() if way.times[0] < LONG}
    rehearsals = {key: way.times.pop() for key, way in short.items()}
    for _ in range(rounds):
        for (tool, method), way in short.items():
            way.times.append(turn(tool, method, 0.0, 0.0, rehearsals[tool, method]))


def difference(problem, states, exact):
    """Of numbers each relative to itself, of weights relative to the largest."""
    if isinstance(problem, Modes):
        return float(np.max(np.abs(states - exact) / exact))
    return float(np.max(np.abs(states - exact)) / np.max(np.abs(exact)))


def sigmoids_in_long_doubles(problem):
    """1 × times × modes, rounded to doubles."""
    s, u0 = np.longdouble(problem.s), np.longdouble(problem.starts)
    times = np.longdouble(problem.times)[:, None]
    return np.float64(s / (1 + (s / u0 - 1) * np.exp(-2 * times * s)))[None]
