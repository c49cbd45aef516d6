"""The problems of all rows, drawn from seeds; every tool gets the same numbers, ours from files."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Flow:
    """dW_l/dt = (W_D…W_{l+1})ᵀ(Σ31 − WΣ11)(W_{l−1}…W_1)ᵀ from one start, or from several."""

    name: str
    widths: tuple[int, ...]
    sigma11: np.ndarray | None  # None: Σ11 = I
    sigma31: np.ndarray
    starts: np.ndarray  # a row each: W_1, W_2, … a row after the other
    times: np.ndarray

    kind = "flow"

    def files(self):
        files = {"widths": np.array(self.widths, dtype=float), "sigma31": self.sigma31}
        files |= {"starts": self.starts, "times": self.times}
        return files if self.sigma11 is None else files | {"sigma11": self.sigma11}

    def scale(self):
        """The least root mean square of the entries of a matrix: absolute tolerances are relative to it."""
        return min(np.sqrt(np.mean(w**2)) for start in self.starts for w in split(start, self.widths))


@dataclass(frozen=True)
class Modes:
    """du/dt = 2u(s − u) for many modes."""

    name: str
    s: np.ndarray
    starts: np.ndarray
    times: np.ndarray

    kind = "modes"

    def files(self):
        return {"s": self.s, "starts": self.starts, "times": self.times}

    def scale(self):
        return float(np.min(self.starts))


@dataclass(frozen=True)
class Training:
    """W_l ← W_l − η∂L_B/∂W_l on batches B in the order of the samples, L_B = ½⟨‖y − f(x)‖²⟩_B."""

    name: str
    widths: tuple[int, ...]
    x: np.ndarray  # a row a sample
    y: np.ndarray
    start: np.ndarray
    batch: int
    updates: int
    rate: float
    tanh: bool

    kind = "training"

    def files(self):
        plan = np.array([self.batch, self.updates, self.rate, float(self.tanh)])
        files = {"widths": np.array(self.widths, dtype=float), "plan": plan}
        return files | {"x": self.x, "y": self.y, "starts": self.start}


def split(flat, widths):
    """The matrices of a flat state; works for NumPy's arrays and JAX's, with any axes in front."""
    matrices, offset = [], 0
    for columns, rows in zip(widths, widths[1:]):
        part = flat[..., offset : offset + rows * columns]
        matrices.append(part.reshape(*flat.shape[:-1], rows, columns))
        offset += rows * columns
    return matrices


def join(matrices):
    return np.concatenate([w.ravel() for w in matrices])


def write(problem, folder: Path):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in problem.files().items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(array, dtype=float))


def digest(problem):
    """A name for what a problem is, whatever it is called."""
    content = hashlib.sha256()
    for name, array in sorted(problem.files().items()):
        content.update(name.encode() + np.ascontiguousarray(array, dtype=float).tobytes())
    return content.hexdigest()[:16]


def orthogonal(rng, rows, columns):
    """A random matrix with orthonormal rows or columns."""
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return q if rows >= columns else q.T


def gaussian_start(rng, widths, scale):
    return join([scale * rng.normal(size=(rows, columns)) for columns, rows in zip(widths, widths[1:])])


def white_task(rng, inputs, outputs, s):
    """Σ31 with given singular values."""
    return orthogonal(rng, outputs, len(s)) * s @ orthogonal(rng, len(s), inputs)


def one_hidden_layer(seeds=1):
    """64-32-16, white inputs, small random start, until all 16 modes are learned."""
    rng = np.random.default_rng(1)
    widths = (64, 32, 16)
    sigma31 = white_task(rng, 64, 16, np.linspace(3.0, 0.6, 16))
    starts = np.stack([gaussian_start(rng, widths, 1e-3) for _ in range(seeds)])
    name = "64-32-16, white" if seeds == 1 else f"{seeds} seeds of 64-32-16"
    return Flow(name, widths, None, sigma31, starts, np.array([2.5, 5.0, 10.0, 20.0]))


def correlated(name, widths, eigenvalues, scale, times, seed):
    """Σ11 with given eigenvalues in a random frame, and the targets of a random linear teacher."""
    rng = np.random.default_rng(seed)
    inputs, outputs = widths[0], widths[-1]
    frame = orthogonal(rng, inputs, inputs)
    sigma11 = frame * eigenvalues @ frame.T
    sigma11 = 0.5 * (sigma11 + sigma11.T)
    teacher = rng.normal(size=(outputs, inputs)) / np.sqrt(inputs)
    # By the frame: the rounding of Σ11 has no part along inputs that do not vary.
    sigma31 = (teacher @ frame * eigenvalues) @ frame.T
    return Flow(name, widths, sigma11, sigma31, gaussian_start(rng, widths, scale)[None], np.array(times))


def power_law():
    """784-100-10, full Σ11 of rank 700 with λ_i = 10/i."""
    order = np.arange(1, 785)
    eigenvalues = np.where(order <= 700, 10.0 / order, 0.0)
    times = [1.0, 2.0, 10.0, 210.0]
    return correlated("784-100-10, full Σ11", (784, 100, 10), eigenvalues, 1e-2, times, 2)


def general():
    """256-256-256, full Σ11 whose eigenvalues span a factor of 16."""
    eigenvalues = 2.0 ** np.linspace(2.0, -2.0, 256)
    return correlated("256-256-256, full Σ11", (256, 256, 256), eigenvalues, 1e-2, [1.0, 2.0, 6.0, 50.0], 3)


def ten_matrices():
    """Ten 32×32 matrices from scaled orthogonal ones: stability limits the step, whatever the tolerance."""
    rng = np.random.default_rng(4)
    widths = (32,) * 11
    sigma31 = white_task(rng, 32, 32, 1.0 / np.arange(1, 33))
    start = join([0.9 * orthogonal(rng, 32, 32) for _ in range(10)])
    return Flow("ten 32×32, orthogonal", widths, None, sigma31, start[None], np.array([1.0, 10.0, 60.0, 450.0]))


def mode_equations(count=10_000, times=(1.0, 2.0, 4.0, 10.0), name="10,000 mode equations"):
    """Modes with s from 0.5 to 5, until the slowest is learned."""
    rng = np.random.default_rng(6)
    s = rng.uniform(0.5, 5.0, size=count)
    starts = 1e-3 * rng.uniform(0.5, 2.0, size=count)
    return Modes(name, s, starts, np.array(times))


def closed_forms():
    return mode_equations(times=np.linspace(0.01, 10.0, 1000), name="10,000 sigmoids at 1,000 times")


def training(name, hidden, batch, updates, tanh, rate):
    """Data of the size of MNIST's test images, in whole batches: inputs with a falling spectrum, a noisy teacher."""
    rng = np.random.default_rng(8)
    samples = 10_000 // batch * batch
    widths = (784, *hidden, 10)
    spectrum = np.arange(1, 785) ** -0.5
    x = rng.normal(size=(samples, 784)) * spectrum @ orthogonal(rng, 784, 784)
    y = x @ rng.normal(size=(784, 10)) + 0.1 * rng.normal(size=(samples, 10))
    start = join([rng.normal(size=(r, c)) / np.sqrt(c) for c, r in zip(widths, widths[1:])])
    return Training(name, widths, x, y, start, batch, updates, rate, tanh)
