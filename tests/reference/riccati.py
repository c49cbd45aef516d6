"""Exact solutions of two weight matrices with white inputs, for tests/riccati.rs.

    python riccati.py > riccati.json

For Σ11 = cI and W2ᵀW2 − W1W1ᵀ = ℓI the stack Q = [W1ᵀ; W2] obeys, with √cQ for Q and cℓ for ℓ,

    QQᵀ(T) = e^{FT}Q0 [I + Q0ᵀ(∫₀ᵀe^{2Fσ}dσ)Q0]⁻¹ Q0ᵀe^{FT},   F = [[−ℓ/2 I, Σ31ᵀ], [Σ31, ℓ/2 I]].

This is evaluated as it stands, with as many digits as it cancels and 60 more. The weights are made to fulfil the
condition to 100 digits and only then rounded for the file, as are those of a user.

Checks, each of which stops the script: up to MODERATE, the weight equations themselves, integrated by the Taylor
series of flow.py, agree with the formula to 1e-20. At FAR, where it would need a hundred thousand digits, the
formula is evaluated with its columns scaled, which at LATE agrees with the literal one to 1e-40.
"""

import json
import sys

import mpmath
import numpy as np
from flow import taylor
from mpmath import mp

MODERATE, LATE, FAR = [0.7, 4.0], 60.0, 1e5
DIGITS = 100


def isometry(rng, rows, columns):
    """Orthonormal columns, to all digits."""
    return mp.qr(mp.matrix(rng.normal(size=(rows, columns)).tolist()), mode="skinny")[0]


def start(rng, widths, imbalance, scale=0.3, rank=None):
    """W1 and W2 of any orientation with W2ᵀW2 − W1W1ᵀ = ℓI."""
    inputs, hidden, outputs = widths
    shared = min(widths) if rank is None else rank
    sigma = [mp.mpf(abs(x)) * scale for x in rng.normal(size=shared)]
    small = mp.diag(sigma + [0] * (hidden - shared))
    large = mp.diag([mp.sqrt(x**2 + abs(mp.mpf(imbalance))) for x in sigma + [0] * (hidden - shared)])
    r = isometry(rng, hidden, hidden)
    # Columns beyond those that the outer layer has room for meet zeros only.
    into, out = (mp.zeros(n, hidden) for n in (inputs, outputs))
    for q in (into, out):
        found = isometry(rng, q.rows, min(q.rows, hidden))
        for j in range(found.cols):
            q[:, j] = found[:, j]
    first, second = (small, large) if imbalance > 0 else (large, small)
    return r * first * into.T, out * second * r.T


def stack(w1, w2, eigenvalue):
    q = mp.zeros(w1.cols + w2.rows, w1.rows)
    q[: w1.cols, :], q[w1.cols :, :] = w1.T, w2
    return q * mp.sqrt(eigenvalue)


def generator(s31, half):
    outputs, inputs = s31.rows, s31.cols
    f = mp.diag([-half] * inputs + [half] * outputs)
    f[inputs:, :inputs], f[:inputs, inputs:] = s31, s31.T
    return f


def integral(rate, time):
    """∫₀ᵀe^{2rσ}dσ, r = 0 included, to which eigenvalues come within rounding only."""
    return time if abs(rate) < mp.mpf(10) ** (-mp.dps // 2) else mp.expm1(2 * rate * time) / (2 * rate)


def literal(s31, half, q, time):
    f = generator(s31, half)
    cancelled = 4 * max(abs(x) for x in mp.eigsy(f, eigvals_only=True)) * time / mp.log(10)
    with mp.workdps(DIGITS + 60 + int(cancelled)):
        values, p = mp.eigsy(f)
        time, q = mp.mpf(time), p.T * q
        grown = mp.diag([mp.exp(x * time) for x in values]) * q
        bracket = mp.eye(q.cols) + q.T * mp.diag([integral(x, time) for x in values]) * q
        return p * (grown * mp.inverse(bracket) * grown.T) * p.T


def scaled(s31, half, q, time):
    """The same in units of each column's growth, after PᵀQ = LO has made the columns triangular."""
    with mp.workdps(DIGITS):
        values, p = mp.eigsy(generator(s31, half))
        order = sorted(range(len(values)), key=lambda i: -values[i])
        values, p = [values[i] for i in order], mp.matrix([[p[i, j] for j in order] for i in range(p.rows)])
        time, l = mp.mpf(time), lower(p.T * q)
        grown, units = mp.zeros(l.rows, l.cols), []
        for j in range(l.cols):
            sizes = [values[i] * time + mp.log(abs(l[i, j])) for i in range(l.rows) if l[i, j] != 0]
            units.append(max(sizes + [mp.mpf(0)]))
            for i in range(l.rows):
                grown[i, j] = l[i, j] * mp.exp(values[i] * time - units[j])
        # e^{−2ΛT}∫₀ᵀe^{2Λσ}dσ = ∫₀ᵀe^{−2Λσ}dσ: with L e^{ΛT} on both sides it is the bracket's.
        bracket = grown.T * mp.diag([integral(-x, time) for x in values]) * grown
        bracket += mp.diag([mp.exp(-2 * unit) for unit in units])
        return p * (grown * mp.inverse(bracket) * grown.T) * p.T


def lower(z):
    """L of z = LO by Gram–Schmidt on the rows; what is 0 but for rounding is 0."""
    rows, l = [], mp.zeros(z.rows, z.cols)
    noise = mp.mpf(10) ** (-DIGITS // 2) * (mp.mnorm(z, "f") + mp.mpf(10) ** -DIGITS)
    for i in range(z.rows):
        rest = z[i, :]
        for j, row in enumerate(rows):
            l[i, j] = (rest * row.T)[0]
            rest -= l[i, j] * row
        size = mp.norm(rest)
        if size > noise and len(rows) < z.cols:
            l[i, len(rows)] = size
            rows.append(rest / size)
        else:
            assert size < noise
    return l


def difference(a, b):
    """Relative to the largest of the second."""
    largest = max(abs(x) for x in b)
    return max(abs(x) for x in a - b) / (largest if largest > 0 else 1)


def insist(name, what, error, most):
    print(f"{name}: {what} {mp.nstr(error, 3)}", file=sys.stderr)
    if not error < most:
        sys.exit(1)


def solve(case):
    name, eigenvalue, s31, w1, w2 = (case[key] for key in ("name", "eigenvalue", "sigma31", "w1", "w2"))
    eigenvalue = mp.mpf(eigenvalue)
    half = eigenvalue * case["imbalance"] / 2
    q = stack(w1, w2, eigenvalue)
    gap = w2.T * w2 - w1 * w1.T - mp.mpf(case["imbalance"]) * mp.eye(w1.rows)
    insist(name, "imbalance", mp.mnorm(gap, "f"), mp.mpf(10) ** (10 - DIGITS))
    found = [literal(s31, half, q, time) for time in [*MODERATE, LATE]]
    insist(name, "scaled", difference(scaled(s31, half, q, LATE), found[-1]), 1e-40)
    white = (eigenvalue * mp.eye(w1.cols)).tolist()
    for weights, expected in zip(taylor([w1.tolist(), w2.tolist()], white, s31.tolist(), MODERATE, 30, 24), found):
        reached = stack(*(mp.matrix(w.tolist()) for w in weights), eigenvalue)
        insist(name, "Taylor", difference(reached * reached.T, expected), 1e-20)
    found.append(scaled(s31, half, q, FAR))
    inputs = w1.cols
    rows = []
    for gram in found:
        gram = gram / eigenvalue
        w = gram[inputs:, :inputs]
        rows.append({"map": plain(w), "w1tw1": plain(gram[:inputs, :inputs]), "w2w2t": plain(gram[inputs:, inputs:]),
                     "loss": float(mp.mnorm(eigenvalue * w - s31, "f") ** 2 / (2 * eigenvalue)),
                     "modes": modes(s31, w)})
    return {"name": name, "eigenvalue": float(eigenvalue), "imbalance": case["imbalance"], "sigma31": plain(s31),
            "weights": [plain(w1), plain(w2)], "times": [*MODERATE, LATE, FAR], "rows": rows}


def modes(s31, w):
    """(UᵀWV)_αα where s_α is above 0 and no other is equal to it; else None."""
    u, s, vt = mp.svd_r(s31)
    alone = [s[i] > 1e-20 and all(abs(s[i] - s[j]) > 1e-20 for j in range(len(s)) if j != i) for i in range(len(s))]
    return [float((u[:, i].T * w * vt[i, :].T)[0]) if alone[i] else None for i in range(len(s))]


def plain(m):
    return [[float(m[i, j]) for j in range(m.cols)] for i in range(m.rows)]


def teacher(rng, outputs, inputs, rank=None):
    """Σ31 of exactly this rank: a product of matrices of quarters."""
    rank = min(outputs, inputs) if rank is None else rank
    quarters = lambda *shape: np.round(rng.normal(size=shape) * 4) / 4
    return mp.matrix((quarters(outputs, rank) @ quarters(rank, inputs)).tolist()) / 2


def cases():
    rng = np.random.default_rng(20241123)

    def case(name, widths, imbalance=0.0, eigenvalue=1.0, rank=None, s31=None, weights=None):
        inputs, _, outputs = widths
        s31 = teacher(rng, outputs, inputs, rank) if s31 is None else s31
        w1, w2 = start(rng, widths, imbalance) if weights is None else weights
        return {"name": name, "imbalance": imbalance, "eigenvalue": eigenvalue, "sigma31": s31, "w1": w1, "w2": w2}

    def determined(name, widths, agree):
        """A square task and a start whose determinants have the same sign, or not."""
        found = case(name, widths)
        if (mp.det(found["w2"] * found["w1"]) * mp.det(found["sigma31"]) > 0) != agree:
            reflection = mp.eye(widths[2]) - 2 * (v := isometry(rng, widths[2], 1)) * v.T
            found["w2"] = reflection * found["w2"]
        return found

    yield determined("square", (4, 4, 4), True)
    yield determined("wide hidden layer, square", (3, 5, 3), True)
    yield determined("obstruction", (4, 4, 4), False)
    yield determined("obstruction, wide hidden layer", (3, 5, 3), False)
    for i, widths in enumerate([(3, 4, 5), (3, 5, 4), (4, 3, 5), (4, 5, 3), (5, 3, 4), (5, 4, 3)]):
        yield case("unequal widths", widths, eigenvalue=[1.0, 0.4][i % 2])
    yield case("bottleneck", (5, 2, 5), eigenvalue=0.4)
    yield case("wide hidden layer", (3, 8, 2))
    yield case("rank-deficient", (4, 4, 5), rank=2)
    yield case("imbalance 0.7", (4, 3, 5), 0.7)
    yield case("imbalance -0.7", (5, 3, 4), -0.7, 0.4)
    yield case("imbalance 20, rank-deficient", (3, 4, 5), 20.0, rank=2)
    yield case("imbalance -1e-3", (5, 3, 4), -1e-3)
    yield case("imbalance -1.5, rank-deficient", (6, 4, 4), -1.5, 2.5, rank=3)
    # U diag(s) Vᵀ of a Hadamard and a permutation matrix, exact in binary.
    hadamard = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2
    s31 = hadamard @ np.diag([1.5, 1.5, 0.75, 0.0]) @ np.eye(4)[[2, 0, 3, 1]]
    yield case("equal singular values", (4, 4, 4), s31=mp.matrix(s31.tolist()))
    yield case("zero", (3, 2, 4), weights=(mp.zeros(2, 3), mp.zeros(4, 2)))
    yield case("zero map", (3, 2, 4), 0.5, weights=(mp.zeros(2, 3), mp.sqrt(0.5) * isometry(rng, 4, 2)))
    w1, w2 = start(rng, (4, 2, 4), 0.0)
    idle = mp.zeros(4, 4), mp.zeros(4, 4)
    idle[0][:2, :], idle[1][:, :2] = w1, w2
    yield case("idle units", (4, 4, 4), weights=idle)


def main():
    mp.dps = DIGITS
    print(json.dumps([solve(case) for case in cases()], separators=(",", ":")))


if __name__ == "__main__":
    main()
