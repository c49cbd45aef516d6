"""What the numbers were measured on and with."""

import datetime
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

from threadpoolctl import threadpool_info


def model():
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def installed(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def describe(root: Path):
    """Date, processor, cores, and the version of everything that takes part."""
    blas = [f"{p['internal_api']} {p['version']} ({p.get('architecture', '?')})" for p in threadpool_info()]
    packages = {name: installed(name) or "not installed" for name in ("numpy", "scipy", "jax", "diffrax", "torch")}
    return {
        "date": datetime.date.today().isoformat(),
        "processor": model(),
        "cores": cores(),
        "gradflow": output_of("git", "-C", str(root), "describe", "--always", "--dirty"),
        "rustc": output_of("rustc", "--version"),
        "python": platform.python_version(),
        **packages,
        "blas": ", ".join(dict.fromkeys(blas)),
    }
