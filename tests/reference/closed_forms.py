"""Reference values for tests/closed_forms.rs: run `python closed_forms.py` to write times.csv and weights.csv.

Nothing here uses a closed form. Each law is separable, so the time between two strengths is the integral
    t = tau * int du / (M(u) (s - lambda u)),  M = sum over weights of the square of the product of the others,
with M(u) from the conserved differences of squares; it is evaluated by mpmath to 50 digits. The weights at given
times come from the equations of the weights themselves, integrated by a Taylor method (mpmath.odefun).
"""
import csv
import itertools

from mpmath import mp, mpf, sqrt, fprod, odefun
from mpmath.calculus.quadrature import GaussLegendre

mp.dps = 50
# 48 points and weights on [-1, 1].
NODES = GaussLegendre(mp).calc_nodes(5, mp.prec)


def breakpoints(first, last, centre, least):
    """Points between first and last at distances least, 2 least, 4 least, ... from centre."""
    low, high = min(first, last), max(first, last)
    points, distance = set(), least
    while distance < max(abs(low - centre), abs(high - centre)):
        points.update((centre - distance, centre + distance))
        distance *= 2
    return {p for p in points | {centre} if low < p < high}


def integral(slowness, first, last, poles, least):
    points = {first, last}
    for pole in poles:
        nearest = min(abs(first - pole), abs(last - pole))
        crossed = min(first, last) < pole < max(first, last)
        points |= breakpoints(first, last, pole, least if crossed or not nearest else nearest)
    ordered = sorted(points, reverse=last < first)
    # No panel is longer than its distance from a singularity: 48 points leave an error below 1e-60.
    total = mpf(0)
    for a, b in itertools.pairwise(ordered):
        half, middle = (b - a) / 2, (a + b) / 2
        total += half * sum(w * slowness(middle + half * y) for y, w in NODES)
    return total


def bisect(f, bound):
    """The zero of an increasing function between -bound and bound."""
    low, high = -bound, bound
    for _ in range(400):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) < 0 else (low, middle)
    return (low + high) / 2


def time(law, s, lam, tau, number, start, target):
    s, lam, tau = mpf(s), mpf(lam), mpf(tau)
    start = [mpf(a) for a in start]
    u0, u = fprod(start), mpf(target)
    poles = [mpf(0)] + ([s / lam] if lam else [])
    least = mpf(1)
    if law == "unequal":
        c = start[0] ** 2 - start[1] ** 2
        least = abs(c) / 8 if c else mpf(1)
        m = lambda u: sqrt(c * c + 4 * u * u)
    elif law == "infinite":
        m = lambda u: number * u * u
    elif law == "chain":
        x0 = min(start, key=abs)
        gaps = [a * a - x0 * x0 for i, a in enumerate(start) if i != start.index(x0)]
        # In the weakest weight x, signed like the product: dt = tau dx / (Q (s - lambda x Q)).
        others = lambda x: fprod(sqrt(x * x + g) for g in gaps)
        at = lambda u: bisect(lambda x: x * others(x) - u, abs(u) + 1)
        slow = lambda x: tau / (others(x) * (s - lam * x * others(x)))
        first = abs(x0) * (1 if u0 > 0 else -1) if u0 else mpf(0)
        poles = [mpf(0)] + ([at(s / lam)] if lam and s else [])
        return integral(slow, first, at(u), poles, min(map(sqrt, gaps)) / 8)
    else:
        p = 2 - mpf(2) / number
        m = lambda u: number * abs(u) ** p
    return integral(lambda u: tau / (m(u) * (s - lam * u)), u0, u, poles, least)


def cases():
    """(law, s, lambda, tau, number, start, target)."""
    for u0, u in [("1e-300", 0.5), ("1e-300", 0.999999), (1e-6, 1e-5), (1e-6, 1.5), (3.0, 2.5), (1e8, 2.1), (-0.7, -1e-9)]:
        for lam in (1.0, 0.25):
            s = 2.0 if float(u0) > 1 else 1.75
            scale = lam if s == 2.0 else 1.0
            yield "deep", s, lam, 1.5, 2, [float(u0) / scale], u / scale
    yield "deep", 0.0, 2.0, 1.0, 2, [3.0], 1e-4
    for d in (3, 4, 7, 30, 1000):
        for u0, u in [(1e-12, 0.5), (1e-12, 0.99), (0.1, 0.1000001), (0.3, 0.95), (0.5, 0.8), (1e6, 40.0), (1e6, 1.01), (1.4, 1.2), (1.001, 1.0000001), (-2.5, -1e-3), (-0.3, -0.2), (-40.0, -30.0)]:
            yield "deep", 1.0, 1.0, 1.0, d, [u0], u
        yield "deep", 2.5, 0.3, 20.0, d, [0.01], 8.0
        yield "deep", 0.0, 0.3, 2.0, d, [0.8], 1e-3
        yield "deep", 0.7, 0.0, 2.0, d, [0.01], 3.0
        yield "deep", 0.7, 0.0, 2.0, d, [-3.0], -0.5
    for u0, u in [(1e-12, 0.5), (0.1, 0.9), (0.1, 0.1000001), (1e6, 40.0), (1e6, 1.01), (1.001, 1.0000001), (-2.5, -1e-3), (-40.0, -30.0)]:
        yield "infinite", 1.0, 1.0, 1.0, 3, [u0], u
        yield "infinite", 1.75, 1.5, 0.1, 100, [u0 * 1.75 / 1.5], u * 1.75 / 1.5
    yield "infinite", 0.0, 1.5, 1.0, 5, [2.0], 1e-3
    yield "infinite", 0.4, 0.0, 1.0, 5, [0.01], 7.0
    for a, b, u in [(1e6, 1e-3, 999.0), (1e6, -1e-3, 1.5), (1e-3, -1e6, 1.999), (1.000000000001, 1.0, 1.5), (1e-6, 1e-12, 1.0), (2.0, -0.1, 1.999999), (0.0, 0.3, 0.01), (5.0, 3.0, 2.0001), (1e-3, 1.1e-3, 1.2e-6)]:
        yield "unequal", 2.0, 1.0, 1.0, 2, [a, b], u if a * b < 2.0 or u < a * b else 2.5
    yield "unequal", 2.0, 0.25, 3.0, 2, [0.3, -0.2], 7.5
    yield "unequal", 2.0, 1.0, 1.0, 2, [1.0, -1.00000001], -1e-6
    yield "unequal", 0.0, 1.0, 3.0, 2, [0.3, -0.2], -1e-9
    yield "unequal", 0.0, 1.0, 3.0, 2, [0.3, 0.2], 1e-9
    yield "unequal", 2.0, 0.0, 3.0, 2, [0.3, -0.2], 100.0
    for start, u in [([0.1, 0.2, 0.3], 0.9), ([-0.1, 0.2, 0.3], 0.5), ([-0.01, 0.5, 1.0, 2.0], 0.999), ([2.0, 3.0, 1.5], 1.01), ([0.001, 1e3, 1e2], 50.0), ([0.0, 0.2, 0.3], 0.9)]:
        yield "chain", 1.0, 1.0, 1.0, len(start), start, u
    yield "chain", 1.5, 0.5, 2.0, 3, [0.01, 0.02, -0.04], 2.9


def starts():
    for s, lam, tau, t, start in [
        (2.0, 1.0, 1.0, 1.0, [0.3, 0.05]), (2.0, 1.0, 1.0, 3.0, [-0.4, 0.1]), (1.0, 0.5, 2.0, 4.0, [1.5, -1.25]),
        (0.0, 1.0, 1.0, 2.0, [0.8, 0.8]), (0.0, 1.0, 1.0, 2.0, [0.8, -0.5]), (1.0, 0.0, 1.0, 2.0, [0.1, -0.2]),
        (1.0, 1.0, 1.0, 2.0, [0.7, -0.7]), (3.0, 2.0, 1.0, 1.5, [0.0, 0.01]), (1.0, 1.0, 1.0, 0.05, [4.0, 3.0]),
        (1.0, 1.0, 1.0, 0.001, [30.0, -0.001]), (1.0, 1.0, 1.0, 6.0, [1e-6, 1e-6]),
        (1.0, 1.0, 1.0, 20.0, [0.1, 0.2, 0.3]), (1.0, 1.0, 1.0, 5.0, [-0.3, 0.2, 0.9]), (2.0, 0.5, 1.0, 3.0, [0.4, -0.4, 0.7]),
        (1.0, 1.0, 1.0, 8.0, [0.5, 0.5, 0.6, -0.9]), (0.0, 1.0, 1.0, 3.0, [0.5, 0.6, -0.9]), (1.0, 1.0, 1.0, 4.0, [0.0, 0.6, -0.9]),
        (1.0, 1.0, 1.0, 4.0, [0.6, 0.6, 0.6]), (1.0, 1.0, 1.0, 4.0, [0.6, -0.6, 0.6, 0.6]), (1.0, 1.0, 2.0, 4.0, [-1.2]),
        (1.0, 1.0, 1.0, 0.2, [3.0, 2.0, 1.5]), (1.0, 0.0, 1.0, 1.0, [0.3, 0.2, 0.1]),
    ]:
        def rate(_, a):
            error = mpf(s) - mpf(lam) * fprod(a)
            return [fprod(a[:l] + a[l + 1:]) * error / mpf(tau) for l in range(len(a))]
        mp.dps = 25
        yield s, lam, tau, t, start, odefun(rate, 0, [mpf(a) for a in start])(mpf(t))
        mp.dps = 50


def text(numbers):
    return ";".join(repr(float(x)) for x in numbers)


if __name__ == "__main__":
    with open("times.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["law", "s", "lambda", "tau", "number", "start", "u", "time"])
        for law, s, lam, tau, number, start, u in cases():
            row = [law, s, lam, tau, number, text(start), repr(u)]
            t = time(law, s, lam, tau, number, start, u)
            assert t > 0, row
            out.writerow(row + [mp.nstr(t, 20)])
    with open("weights.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["s", "lambda", "tau", "t", "start", "end"])
        for s, lam, tau, t, start, end in starts():
            out.writerow([s, lam, tau, t, text(start), ";".join(mp.nstr(x, 20) for x in end)])
