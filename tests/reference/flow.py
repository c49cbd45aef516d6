"""Reference trajectories of deep linear networks, for tests/reference_flow.rs.

    python flow.py > flow.json

Independent of gradflow in everything: the flow of D weight matrices, W = W_D...W_1,

    dW_l/dT = (W_D...W_{l+1})ᵀ (Σ31 − WΣ11) (W_{l−1}...W_1)ᵀ

is integrated by its Taylor series in mpmath's decimal arithmetic, in the original coordinates, with the
loss in its three-term form. Every network is integrated twice, with 30 digits and order 24 and with 40
digits and order 30 (hence other steps). The two agree to better than 1e-20 of the largest value (the
script fails if they don't), so that the numbers written are exact to the last digit of an f64.

The mode basis is that of the SVD of Σ31; inside a block of equal singular values it diagonalises Σ11.
"""

import json
import sys

import mpmath
import numpy as np


def exact(a):
    """The matrix of mpf that has exactly these numbers."""
    return np.array([[mpmath.mpf(x) for x in row] for row in a], dtype=object)


def cauchy(a, b, k):
    """Coefficient k of the product of two series."""
    return sum(a[i].dot(b[k - i]) for i in range(k + 1))


def series(weights, s11, s31, order):
    """Taylor coefficients of all weights, W1 first."""
    depth = len(weights)
    w = [[now] for now in weights]
    # Of every W_l...W_1 from l = 1, and of every W_D...W_l from l = D down.
    before, after = [w[0]] + [[] for _ in range(depth - 1)], [[] for _ in range(depth - 1)] + [w[-1]]
    # The errors Σ31 − WΣ11 and their images (W_D...W_{l+1})ᵀ(Σ31 − WΣ11).
    error, image = [], [[] for _ in range(depth)]
    for k in range(order):
        for l in range(1, depth):
            before[l].append(cauchy(w[l], before[l - 1], k))
        for l in range(depth - 2, -1, -1):
            after[l].append(cauchy(after[l + 1], w[l], k))
        error.append((s31 if k == 0 else 0 * s31) - before[-1][k].dot(s11))
        for l in range(depth - 1):
            image[l].append(sum(after[l + 1][i].T.dot(error[k - i]) for i in range(k + 1)))
        image[-1].append(error[k])
        rates = [image[0][k]]
        for l in range(1, depth):
            rates.append(sum(image[l][k - i].dot(before[l - 1][i].T) for i in range(k + 1)))
        for coefficients, rate in zip(w, rates):
            coefficients.append(rate / (k + 1))
    return w


def largest(m):
    return max(abs(x) for x in m.flat)


def taylor(weights, s11, s31, times, digits, order):
    """All weights at the times, from T = 0."""
    rows = []
    with mpmath.workdps(digits):
        weights, s11, s31 = [exact(w) for w in weights], exact(s11), exact(s31)
        tolerance = mpmath.mpf(10) ** (-digits + 4)
        now = mpmath.mpf(0)
        for time in times:
            time = mpmath.mpf(time)
            while now < time:
                coefficients = series(weights, s11, s31, order)
                last = max(max(largest(c[-1]) for c in coefficients), mpmath.mpf(10) ** -200)
                step = min((tolerance / last) ** (mpmath.mpf(1) / order), time - now)
                weights = [sum(c * step**k for k, c in enumerate(of)) for of in coefficients]
                now = time if step == time - now else now + step
            rows.append(weights)
    return rows


def trajectory(case):
    arguments = (case["weights"], case["sigma11"], case["sigma31"], case["times"])
    rows, finer = taylor(*arguments, 30, 24), taylor(*arguments, 40, 30)
    scale = max(largest(m) for row in finer for m in row)
    worst = max(largest(x - y) for p, q in zip(rows, finer) for x, y in zip(p, q))
    if worst > 1e-20 * scale:
        sys.exit(f"{case['name']}: the two runs differ by {mpmath.nstr(worst, 3)}")
    return finer


def mode_basis(s11, s31):
    """U and V of the nonzero singular values, in descending order."""
    u, s, vt = (np.array(m.tolist(), dtype=object) for m in mpmath.svd_r(mpmath.matrix(s31.tolist())))
    s = s.ravel()
    keep = [i for i in range(len(s)) if s[i] > 1e-9 * s[0]]
    u, v = u[:, keep], vt[keep, :].T
    begin = 0
    for i in range(1, len(keep) + 1):
        if i < len(keep) and s[i - 1] - s[i] < mpmath.mpf(10) ** -9 * s[i - 1]:
            continue
        if i - begin > 1:
            block = v[:, begin:i].T.dot(s11).dot(v[:, begin:i])
            _, q = mpmath.eigsy(mpmath.matrix(((block + block.T) / 2).tolist()))
            q = np.array(q.tolist(), dtype=object)[:, ::-1]
            u[:, begin:i], v[:, begin:i] = u[:, begin:i].dot(q), v[:, begin:i].dot(q)
        begin = i
    return u, v


def observe(case, rows):
    s11, s31 = exact(case["sigma11"]), exact(case["sigma31"])
    u, v = mode_basis(s11, s31)
    out = []
    for weights in rows:
        w = weights[0]
        for after in weights[1:]:
            w = after.dot(w)
        loss = mpmath.mpf(case["trace"]) / 2 - (w * s31).sum() + (w.dot(s11) * w).sum() / 2
        modes = [(u[:, k] * w.dot(v[:, k])).sum() for k in range(u.shape[1])]
        row = {"weights": [plain(m) for m in weights], "modes": [float(x) for x in modes], "loss": float(loss)}
        out.append(row)
    return out


def plain(m):
    return [[float(x) for x in row] for row in m]


def dyadic(a):
    """Rounded so that the products below are exact in f64."""
    return np.round(np.asarray(a) * 64) / 64


def statistics(rng, inputs, outputs, rank, noise=1.0):
    """Σ11 of the given rank and Σ31 = MΣ11, exactly, and a trace above its least value."""
    b = dyadic(rng.normal(size=(inputs, rank)) * 0.5)
    m = dyadic(rng.normal(size=(outputs, inputs)))
    s11 = b @ b.T
    return s11, m @ s11, float(np.trace(m @ s11 @ m.T) + noise)


def cases():
    rng = np.random.default_rng(20240901)

    def start(n1, n2, n3, scale1, scale2):
        return rng.normal(size=(n2, n1)) * scale1, rng.normal(size=(n3, n2)) * scale2

    def deep_start(widths, scale):
        return [rng.normal(size=(n, before)) * scale for before, n in zip(widths, widths[1:])]

    def orthogonal(n):
        return np.linalg.qr(rng.normal(size=(n, n)))[0]

    def case(name, s11, s31, trace, weights, times):
        return {"name": name, "sigma11": s11.tolist(), "sigma31": s31.tolist(), "trace": trace,
                "weights": [w.tolist() for w in weights], "times": times}

    times = [0.0, 0.31, 1.0, 2.7, 6.0, 15.0]
    s11, s31, trace = statistics(rng, 4, 3, 5)
    yield case("correlated", s11, s31, trace, start(4, 3, 3, 0.3, 0.3), times)
    s11, s31, trace = statistics(rng, 5, 3, 3)
    yield case("rank-deficient", s11, s31, trace, start(5, 4, 3, 0.2, 0.2), times)
    u, v = orthogonal(4), orthogonal(4)
    s11 = v @ np.diag([1.3, 0.9, 0.5, 0.7]) @ v.T
    s31 = u @ np.diag([1.5, 1.5, 1.5, 0.4]) @ v.T
    yield case("degenerate", (s11 + s11.T) / 2, s31, 30.0, start(4, 4, 4, 0.1, 0.1), times)
    s31 = dyadic(rng.normal(size=(3, 4)))
    yield case("unbalanced", np.eye(4), s31, 40.0, start(4, 3, 3, 1.5, 0.01), times)
    s11, s31, trace = statistics(rng, 3, 6, 4)
    yield case("more outputs than inputs", s11, s31, trace, start(3, 4, 6, 0.2, 0.2), times)
    s31 = dyadic(rng.normal(size=(5, 5)))
    yield case("bottleneck", np.eye(5), s31, 60.0, start(5, 2, 5, 0.1, 0.1), times)
    # Deep ones. Their widths go up and down, and each leaves its plateau within the run.
    s31 = dyadic(rng.normal(size=(3, 4)))
    yield case("three weights", np.eye(4), s31, 40.0, deep_start([4, 3, 5, 3], 0.3), times)
    s11, s31, trace = statistics(rng, 5, 3, 3)
    yield case("three weights, rank-deficient", s11, s31, trace, deep_start([5, 4, 6, 3], 0.3), times)
    s11, s31, trace = statistics(rng, 3, 6, 4)
    yield case("three weights, more outputs than inputs", s11, s31, trace, deep_start([3, 5, 4, 6], 0.3), times)
    s11, s31, trace = statistics(rng, 5, 3, 6)
    yield case("four weights, correlated", s11, s31, trace, deep_start([5, 4, 6, 4, 3], 0.4), times)
    s31 = dyadic(rng.normal(size=(5, 4)))
    yield case("four weights, bottleneck", np.eye(4), s31, 40.0, deep_start([4, 5, 2, 3, 5], 0.4), times)
    s11, s31, trace = statistics(rng, 3, 5, 2)
    yield case("four weights, rank-deficient", s11, s31, trace, deep_start([3, 4, 6, 4, 5], 0.4), times)


def mode_case():
    """One pair (a, b) per mode: a degenerate s with different λ, and null modes."""
    times = [0.0, 0.5, 1.5, 4.0, 10.0]
    s = [2.0, 2.0, 2.0, 0.7, 0.0, 0.0]
    eigenvalues = [1.7, 1.1, 0.4, 0.9, 1.3, 0.6]
    starts = [(0.02, 0.02), (0.3, -0.1), (1e-4, 0.5), (0.05, 0.01), (0.8, 0.5), (0.6, -0.7)]
    u, a, b = [], [], []
    for s_, l_, (a_, b_) in zip(s, eigenvalues, starts):
        pair = {"name": f"mode s={s_}", "weights": [[[a_]], [[b_]]], "sigma11": [[l_]], "sigma31": [[s_]],
                "times": times}
        rows = trajectory(pair)
        a.append([float(w1[0, 0]) for w1, _ in rows])
        b.append([float(w2[0, 0]) for _, w2 in rows])
        u.append([float(w1[0, 0] * w2[0, 0]) for w1, w2 in rows])
    rng = np.random.default_rng(7)
    basis = [np.linalg.qr(rng.normal(size=(n, n)))[0].tolist() for n in (7, 6, 6)]
    return {"s": s, "eigenvalues": eigenvalues + [0.25], "v": basis[0], "r": basis[1], "u_basis": basis[2],
            "starts": starts, "times": times, "modes": u, "a": a, "b": b}


def main():
    mpmath.mp.dps = 40
    networks = []
    for case in cases():
        networks.append({**case, "rows": observe(case, trajectory(case))})
    print(json.dumps({"networks": networks, "aligned": mode_case()}, separators=(",", ":")))


if __name__ == "__main__":
    main()
