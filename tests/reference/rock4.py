"""The degrees of src/integrate/rock4/coefficients.rs: stability polynomials of order 4.

R(z) = w(z)P(z)/(w(0)P(0)) with w of degree 4, zeros -p ± iq, and P of degree s - 4 orthogonal with the weight
w²/√(1 - x²) on -1 <= x = 1 + 2z/l <= 1. Newton's method finds the four numbers (p, q) for which R(z) = e^z + O(z⁵), and
the secant method the l for which |R| is at most ETA beyond its first descent from R(0) = 1. Degrees follow one another,
each from the zeros before it, from a start found by trial at degree 10.

Needs numpy, with long doubles of 80 bits: in double precision the conditions drown in rounding at degree 80. Prints the
table; takes a minute.
"""

from math import comb

import numpy as np

LONG = np.longdouble
PI = 4 * np.arctan(LONG(1))
ETA = 0.8
KEPT = [5, 6, 7, 8, 9, 10, 12, 14, 17, 20, 24, 29, 35, 43, 53, 65, 80, 98]
UP = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 24, 26, 29, 32, 35, 39, 43, 48, 53, 59, 65, 72, 80, 88, 98]


def in_x(zeros, l):
    """Zeros (p1, q1, p2, q2) of w as pairs (real, imaginary) in x."""
    return [(1 - 2 * zeros[i] / l, 2 * zeros[i + 1] / l) for i in (0, 2)]


def recursion(zeros_x, count):
    """(α, β) of the monic orthogonal polynomials, after Stieltjes, by exact sums over Chebyshev's nodes."""
    x = np.cos((np.arange(count + 12, dtype=LONG) + 0.5) * PI / (count + 12))
    weight = np.prod([(x - a) ** 2 + b**2 for a, b in zeros_x], axis=0) ** 2
    weight /= weight.sum()
    before, p, norm_before = np.zeros_like(x), np.ones_like(x), 1.0
    rows = []
    for j in range(count):
        norm = (weight * p * p).sum()
        alpha, beta = (weight * x * p * p).sum() / norm, norm / norm_before if j else 0.0
        rows.append((alpha, beta))
        before, p, norm_before = p, (x - alpha) * p - beta * before, norm
    return rows


def derivatives(s, l, zeros):
    """R, R', ..., R'''' in x at x = 1, over R there."""
    zeros_x = in_x(zeros, l)
    before, p = np.zeros(5, LONG), np.eye(5, dtype=LONG)[0]
    for alpha, beta in recursion(zeros_x, s - 4):
        after = (1 - alpha) * p - beta * before
        after[1:] += np.arange(1, 5) * p[:-1]
        before, p = p, after
    # w = (A + By + y²)(C + Dy + y²) with y = x - 1, by its derivatives at 0.
    (a, b), (c, d) = [((1 - re) ** 2 + im**2, 2 * (1 - re)) for re, im in zeros_x]
    w = np.array([a * c, a * d + b * c, 2 * (a + b * d + c), 6 * (b + d), LONG(24)])
    r = np.array([sum(comb(k, j) * p[j] * w[k - j] for j in range(k + 1)) for k in range(5)])
    return r / r[0]


def residual(s, l, zeros):
    """R^(k)(0) - 1 in z for k = 1 ... 4."""
    return derivatives(s, l, zeros)[1:] * (2 / l) ** np.arange(1, 5) - 1


def order_four(s, l, zeros):
    """Newton's method for the zeros, as far as rounding lets it come."""
    zeros = np.array(zeros, LONG)
    f = residual(s, l, zeros)
    for _ in range(50):
        columns = [(residual(s, l, zeros + d) - residual(s, l, zeros - d)) / 2e-5 for d in 1e-5 * np.eye(4)]
        step = np.linalg.solve(np.transpose(columns).astype(float), -f.astype(float))
        zeros = zeros + step
        f = residual(s, l, zeros)
        if np.abs(step).max() < 1e-9:
            break
    assert np.abs(f).max() < 1e-6, (s, l, f)
    return np.abs(zeros)


def ripple(s, l, zeros):
    """The largest |R| beyond the first descent."""
    x = np.cos(np.linspace(0, np.pi, 40 * s + 400, dtype=LONG))
    zeros_x = in_x(zeros, l)
    before, p, one_before, one = np.zeros_like(x), np.ones_like(x), LONG(0), LONG(1)
    for alpha, beta in recursion(zeros_x, s - 4):
        before, p = p, (x - alpha) * p - beta * before
        one_before, one = one, (1 - alpha) * one - beta * one_before
    w = np.prod([((x - a) ** 2 + b**2) / ((1 - a) ** 2 + b**2) for a, b in zeros_x], axis=0)
    r = np.abs(w * p / one)
    return r[np.argmax(r[1:] > r[:-1]) :].max()


def degree(s, c, zeros):
    """l/s² and the zeros of a degree, from those of a neighbour."""
    points = []
    for guess in (0.99 * c, c):
        zeros = order_four(s, guess * s * s, zeros)
        points.append((guess, ripple(s, guess * s * s, zeros) - ETA))
    while abs(points[-1][1]) > 1e-4:
        (a, fa), (b, fb) = points[-2:]
        c = b - fb * (b - a) / (fb - fa)
        zeros = order_four(s, c * s * s, zeros)
        points.append((c, ripple(s, c * s * s, zeros) - ETA))
    return points[-1][0], zeros


if __name__ == "__main__":
    found = {}
    for chain in (UP, [9, 8, 7, 6, 5]):
        c, zeros = found.get(10, (0.3, np.array([0.24, 3.47, 2.45, 1.32])))
        for s in chain:
            c, zeros = degree(s, c, zeros)
            found[s] = (c, zeros)
    for s in KEPT:
        c, (p1, q1, p2, q2) = found[s]
        print(f"    ({s}, {c * s * s:.6f}, [({p1:.6f}, {q1:.6f}), ({p2:.6f}, {q2:.6f})]),")
