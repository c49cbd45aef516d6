#!/usr/bin/env bash
# Runs the scenarios whose figures the README shows and puts their figures here: the gallery, in one command.
# Those that need the MNIST digits are named and left as they are where the digits are absent.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --locked
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# scenario, its figure, the name in the gallery
while read -r scenario figure name; do
    file=scenarios/$scenario.toml
    if grep -q shared/mnist "$file" && [ ! -d ../shared/mnist ]; then
        echo "SKIPPED $name: the digits of $file are not in ../shared/mnist"
        continue
    fi
    folder=$results/$(basename "$scenario")
    [ -d "$folder" ] || target/release/gradflow run "$file" --out "$folder" --quiet
    cp "$folder/$figure.png" "plots/$name.png"
    echo "plots/$name.png"
done <<'LIST'
three_layer            figure           three_layer
edge_of_stability      figure           edge_of_stability
phase_portrait         figure           phase_portrait
infinite_depth         study_limit      infinite_depth
depth_study            study_depth      depth_study
deep_orthogonal        study_start      deep_orthogonal
mnist                  figure           mnist
mnist_starts           study_deep       mnist_deep
mnist_starts           study_curves     mnist_curves
paper/fig2             figure           fig2
paper/fig3             figure           fig3
paper/fig3             delays_starts    fig3_delays
paper/fig4             study_digits     fig4
paper/fig5             figure           fig5_inputs
paper/fig5             study_starts     fig5
paper/fig6             study_starts     fig6
paper/fig6             spectra_products fig6_spectra
paper/fig7             spectra_jacobian fig7
paper/fig8             spectra_fixed_point fig8
LIST
target/release/gradflow converge scenarios/three_layer.toml --out "$results/converge" --quiet
cp "$results/converge/converge.png" plots/converge.png
echo plots/converge.png
