#!/usr/bin/env bash
# gradflow beside SciPy, diffrax, NumPy, JAX and PyTorch: bash benches/peers/run.sh [--torch] [--quick] [row…]
#
# Makes a virtual environment in target/peers, builds gradflow's side, runs the comparison, prints its tables and leaves
# them with all numbers in target/peers. --torch installs PyTorch too, which is large; without it, its rows say so.
# GRADFLOW_PEERS_PYTHON names the Python of an environment that is to serve instead.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=$here/../../target/peers/venv
python=${GRADFLOW_PEERS_PYTHON:-$venv/bin/python}

if [ -z "${GRADFLOW_PEERS_PYTHON:-}" ] && [ ! "$venv/complete" -nt "$here/requirements.txt" ]; then
    python3 -m venv "$venv"
    "$python" -m pip install --quiet -r "$here/requirements.txt"
    touch "$venv/complete"
fi
if [ "${1:-}" = --torch ]; then
    shift
    "$python" -m pip install --quiet -r "$here/requirements-torch.txt"
fi
# OpenBLAS chooses its own kernels, whatever the environment says.
exec env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE PYTHONDONTWRITEBYTECODE=1 "$python" "$here/compare.py" "$@"
