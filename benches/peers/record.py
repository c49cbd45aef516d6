"""What a tool says of one run."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Run:
    """States at the problem's times (starts × times × state), and what they took."""

    states: np.ndarray | None
    seconds: float
    evaluations: int = 0
    startup: float = 0.0  # seconds that are spent once for a problem: compilation, or Σ11's eigenvectors
