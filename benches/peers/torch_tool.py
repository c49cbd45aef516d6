"""PyTorch: descent by its own gradients, and by the products written out."""

import time

import torch

import descent
from problems import join, split
from record import Run, Tool


class Torch(Tool):
    name = "PyTorch"

    def __init__(self, cores):
        self.cores = cores

    def methods(self, problem):
        return ["by autograd", *descent.methods(problem)] if problem.kind == "training" else []

    def load(self, problem):
        self.problem = problem
        self.x, self.y = torch.from_numpy(problem.x), torch.from_numpy(problem.y)
        self.given = descent.statistics(self.x, self.y)
        self.limits = {}

    def solve(self, method, rtol=0.0, atol=0.0, keep=True):
        if method not in self.limits:
            self.limits[method] = min(range(1, self.cores + 1), key=lambda n: self.trial(method, n))
        torch.set_num_threads(self.limits[method])
        return self.descend(method, self.problem.updates)

    def trial(self, method, threads):
        """Seconds of a few updates on so many threads."""
        torch.set_num_threads(threads)
        return min(self.descend(method, 2).seconds for _ in range(3))

    def descend(self, method, updates):
        weights = [torch.from_numpy(w.copy()) for w in split(self.problem.start, self.problem.widths)]
        firsts = descent.batches(self.problem)[:updates]
        begin = time.perf_counter()
        if method == "by autograd":
            self.by_autograd(weights, firsts)
        else:
            self.written_out(weights, firsts, method)
        return Run(join([w.detach().numpy() for w in weights]), time.perf_counter() - begin)

    def by_autograd(self, weights, firsts):
        problem = self.problem
        for w in weights:
            w.requires_grad_()
        optimizer = torch.optim.SGD(weights, lr=problem.rate)
        for first in firsts:
            batch = slice(first, first + problem.batch)
            optimizer.zero_grad()
            loss(weights, self.x[batch], self.y[batch], problem.tanh).backward()
            optimizer.step()

    @torch.no_grad()
    def written_out(self, weights, firsts, method):
        rates = self.rates(method)
        for first in firsts:
            for w, rate in zip(weights, rates(weights, slice(first, first + self.problem.batch))):
                w.add_(rate, alpha=self.problem.rate)

    def rates(self, method):
        """The function (weights, batch) → −∂L/∂W."""
        x, y, tanh = self.x, self.y, torch.tanh if self.problem.tanh else None
        if method == "by layers":
            return lambda weights, batch: descent.by_layers(weights, x[batch], y[batch], tanh)
        if method == "by the map":
            return lambda weights, batch: descent.by_map(weights, x[batch], y[batch])
        given = self.given if method == "by statistics, given" else descent.statistics(x, y)
        return lambda weights, batch: descent.by_statistics(weights, *given)

    def close(self):
        pass


def loss(weights, x, y, tanh):
    """½⟨‖y − f(x)‖²⟩."""
    h = x
    for w in weights[:-1]:
        h = torch.tanh(h @ w.T) if tanh else h @ w.T
    return 0.5 * ((y - h @ weights[-1].T) ** 2).sum() / len(x)
