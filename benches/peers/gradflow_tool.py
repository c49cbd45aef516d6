"""gradflow, in a process that is asked line by line."""

import json
import subprocess
from pathlib import Path

import numpy as np

from problems import Flow, Modes, digest, write
from record import Run


def build(root: Path):
    """Builds the Rust side and returns its executable."""
    command = ["cargo", "bench", "--quiet", "--bench", "ratios", "--no-run", "--message-format=json"]
    lines = subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    messages = [json.loads(line) for line in lines if line.startswith("{")]
    made = [m["executable"] for m in messages if m.get("target", {}).get("name") == "ratios" and m.get("executable")]
    return Path(made[-1])


class Gradflow:
    name = "gradflow"

    def __init__(self, executable: Path, folder: Path):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([str(executable), "serve"], stdin=pipe, stdout=pipe, text=True)
        self.folder = folder
        self.states = folder / f"states-{self.process.pid}.f64"
        self.problem = None

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def methods(self, problem):
        if isinstance(problem, Flow):
            return ["dop853", "dopri5", "stab8", "rock4", "auto"]
        if isinstance(problem, Modes):
            single = ["dop853", "dopri5", "auto"]
            return [*single, "closed form"]
        return ["samples", "statistics, given", "statistics, made"]

    def load(self, problem):
        folder = self.folder / digest(problem)
        write(problem, folder)
        self.problem = problem
        self.setup = self.ask(do="load", kind=problem.kind, folder=str(folder))["setup_seconds"]

    def solve(self, method, rtol=0.0, atol=0.0, keep=True):
        settings = {"method": method, "rtol": rtol, "atol": atol}
        answer = self.ask(do="solve", settings=settings, repeats=1, out=str(self.states) if keep else None)
        states = self.shaped(np.fromfile(self.states, dtype="<f8")) if keep else None
        return Run(states, answer["seconds"][0], answer["evaluations"], self.setup)

    def times(self, method, rtol, atol, repeats):
        """Seconds of several runs, one right after the other."""
        settings = {"method": method, "rtol": rtol, "atol": atol}
        return self.ask(do="solve", settings=settings, repeats=repeats)["seconds"]

    def shaped(self, numbers):
        if isinstance(self.problem, Flow):
            return numbers.reshape(len(self.problem.starts), len(self.problem.times), -1)
        if isinstance(self.problem, Modes):
            return numbers.reshape(1, len(self.problem.times), -1)
        return numbers

    def gemm_rates(self):
        """Of products on one thread and on all."""
        return self.ask(do="gemm")["gflops"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.states.unlink(missing_ok=True)
