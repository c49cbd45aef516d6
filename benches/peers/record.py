"""What a tool says of its runs."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Run:
    """States at the problem's times (starts × times × state), and what they took."""

    states: np.ndarray | None
    seconds: float
    evaluations: int = 0
    startup: float = 0.0  # seconds that are spent once for a problem: compilation, or Σ11's eigenvectors


class Tool:
    """What every tool can do besides."""

    def is_there(self):
        """Answers when all that it takes has been imported."""
        return True

    def times(self, method, rtol, atol, repeats):
        """Seconds of several runs, one right after the other."""
        return [self.solve(method, rtol, atol, False).seconds for _ in range(repeats)]
