"""−∂L/∂W_l in products only: the same lines serve NumPy, JAX and PyTorch. Samples are rows."""


def by_layers(weights, x, y, tanh):
    """Back-propagation; `tanh` is None for a linear network."""
    layers = [x]
    for w in weights[:-1]:
        z = layers[-1] @ w.T
        layers.append(z if tanh is None else tanh(z))
    error = (y - layers[-1] @ weights[-1].T) / len(x)
    rates = []
    for w, h in zip(weights[::-1], layers[::-1]):
        rates.append(error.T @ h)
        if h is not x:
            error = error @ w
            if tanh is not None:
                error = error * (1.0 - h * h)
    return rates[::-1]


def by_map(weights, x, y):
    """Two linear layers through W = W2W1, which is cheaper than layer by layer."""
    w1, w2 = weights
    return outer(weights, ((y - x @ (w2 @ w1).T).T @ x) / len(x))


def by_statistics(weights, sigma11, sigma31):
    """Two linear layers, from Σ11 and Σ31."""
    w1, w2 = weights
    return outer(weights, sigma31 - (w2 @ w1) @ sigma11)


def outer(weights, error):
    w1, w2 = weights
    return [w2.T @ error, error @ w1.T]


def statistics(x, y):
    """Σ11 and Σ31 of samples."""
    return x.T @ x / len(x), y.T @ x / len(x)


def methods(training):
    """Ways to make the updates of a problem. Those by statistics are given Σ11 and Σ31, or make them of the samples
    within the time that is measured."""
    linear = not training.tanh and len(training.widths) == 3
    full = training.batch == len(training.x)
    names = ["by layers"]
    if linear:
        names.append("by the map")
    if linear and full:
        names += ["by statistics, given", "by statistics, made"]
    return names


def batches(training):
    """Where each update's batch begins, epoch after epoch."""
    return [update * training.batch % len(training.x) for update in range(training.updates)]
