"""The peers, each in a process of its own that ends with the block that asked for it."""

from contextlib import ExitStack, closing, contextmanager

from remote import Fastest, Remote

# Products of small matrices are faster without XLA's pool of threads.
ONE_THREAD = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}


def trial(remote, problem):
    """Seconds that a loose tolerance takes."""
    method = remote.methods(problem)[0]
    return remote.solve(method, 1e-4, 1e-4 * problem.scale(), False).seconds


def opened(stack, *what, **how):
    remote = stack.enter_context(closing(Remote(*what, **how)))
    # What it imports would keep the cores from those that are timed.
    remote.is_there()
    return remote


@contextmanager
def integrators(ours, cores):
    """gradflow first."""
    with ExitStack() as stack:
        scipy = opened(stack, "SciPy", "scipy_tool", "SciPy", cores)
        pooled = opened(stack, "diffrax", "diffrax_tool", "Diffrax", cores)
        single = opened(stack, "diffrax", "diffrax_tool", "Diffrax", cores, environment=ONE_THREAD)
        yield [ours, scipy, Fastest([pooled, single], trial)]


@contextmanager
def steppers(ours, cores, torch):
    """NumPy first, to whose solution all others are held."""
    with ExitStack() as stack:
        numpy = opened(stack, "NumPy", "numpy_tool", "NumPy", cores)
        others = [opened(stack, "JAX", "jax_tool", "Jax")]
        if torch:
            others.append(opened(stack, "PyTorch", "torch_tool", "Torch", cores))
        yield [numpy, ours, *others]
