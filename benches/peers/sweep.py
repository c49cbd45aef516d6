"""Work against precision: every tool by every method at every tolerance, and a race of the cheapest at equal error."""

import statistics
import time
from dataclasses import dataclass, field

from reference import error

TARGETS = (1e-5, 1e-7, 1e-9)
# Runs shorter than this are repeated: what else the machine does would decide.
SHORT = 0.1
MOST_REPEATS = 20
# Between two turns the threads of the one before it go to sleep.
PAUSE = 0.05


# A method that takes so many times as long as another of the same tool, at equal error, is left.
HOPELESS = 3.0


@dataclass
class Point:
    """One tool at one setting."""

    tool: str
    method: str
    rtol: float
    evaluations: int
    error: float
    seconds: float
    startup: float


@dataclass
class Entry:
    """A tool's cheapest setting that reaches an error, and the times that it took in the race."""

    point: Point
    times: list[float] = field(default_factory=list)


def ladder(quick):
    """Relative tolerances from 1e-3 to 1e-11, two a decade, one of them if it is to be quick."""
    return [10.0 ** (-3 - k / 2) for k in (range(2, 17, 2) if quick else range(17))]


def sweep(tool, problem, exact, rtols, report):
    """All methods down the ladder, each until it is past the least target or will not win."""
    points = []
    for method in tool.methods(problem):
        if method == "closed form":
            continue
        for rtol in rtols:
            point = measure(tool, method, rtol, problem, exact)
            points.append(point)
            report(point)
            if point.error > max(TARGETS):
                continue
            best = cheapest(points, tool, point.error)
            if point.error < 0.5 * min(TARGETS) or point.seconds > HOPELESS * best.seconds:
                break
    for target in TARGETS:
        points += refined(tool, problem, exact, cheapest(points, tool, target), report)
    return points


def refined(tool, problem, exact, best, report):
    """Looser tolerances than that of a tool's cheapest setting, up to the next one on the ladder: one may do."""
    points = [measure(tool, best.method, best.rtol * 10 ** (k / 6), problem, exact) for k in (1, 2)] if best else []
    for point in points:
        report(point)
    return points


def measure(tool, method, rtol, problem, exact):
    atol = rtol * problem.scale()
    run = tool.solve(method, rtol, atol)
    seconds = min([run.seconds, *again(tool, method, rtol, atol, run.seconds)])
    return Point(tool.name, method, rtol, run.evaluations, error(run.states, exact), seconds, run.startup)


def again(tool, method, rtol, atol, about):
    """Times of runs that take about so many seconds: of short ones several, of a long one none."""
    repeats = min(MOST_REPEATS, int(SHORT / about))
    return tool.times(method, rtol, atol, repeats) if repeats else []


def turn(tool, method, rtol, atol, about):
    """The time that a tool takes in its turn: of several short runs the median."""
    time.sleep(PAUSE)
    times = again(tool, method, rtol, atol, about)
    return statistics.median(times) if times else tool.solve(method, rtol, atol, False).seconds


def cheapest(points, tool, target):
    """The fastest setting of a tool that achieves an error, if one does."""
    reaching = [p for p in points if p.tool == tool.name and p.error <= target]
    return min(reaching, key=lambda p: p.seconds, default=None)


def race(tools, problem, points, target, rounds):
    """The cheapest setting of each tool, one after the other, round after round."""
    entries = {t.name: Entry(p) for t in tools if (p := cheapest(points, t, target))}
    for _ in range(rounds):
        for tool in tools:
            if entry := entries.get(tool.name):
                point = entry.point
                entry.times.append(turn(tool, point.method, point.rtol, point.rtol * problem.scale(), point.seconds))
    return entries
