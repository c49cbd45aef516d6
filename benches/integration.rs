//! Time to integrate a weight flow: the steps in place against those of `ode_solvers`, which they repeat.
//!
//! `cargo bench --bench integration`; what counts is the ratio of two rows of one run, not either of them.

mod problems;

use divan::Bencher;
use gradflow::integrate::{Backend, Method};
use gradflow::network::Start;
use gradflow::parallel;
use problems::{Problem, problem};

fn main() {
    parallel::within(divan::main);
}

const BACKENDS: [Backend; 2] = [Backend::InPlace, Backend::Reference];

fn run(bencher: Bencher, problem: &Problem, backend: Backend) {
    bencher.bench_local(|| problem.run(Method::Dop853, backend));
}

#[divan::bench(args = BACKENDS, sample_count = 20)]
fn one_hidden_layer_64_32_16(bencher: Bencher, backend: &Backend) {
    run(bencher, &problem(&[64, 32, 16], None, &Start::Gaussian { scale: 1e-3 }, 60.0), *backend);
}

#[divan::bench(args = BACKENDS, sample_count = 5)]
fn correlated_inputs_784_100_10(bencher: Bencher, backend: &Backend) {
    let eigenvalues = (1..=784).map(|i| if i <= 700 { 1.0 / f64::from(i) } else { 0.0 }).collect();
    run(bencher, &problem(&[784, 100, 10], Some(eigenvalues), &Start::Gaussian { scale: 1e-3 }, 30.0), *backend);
}

#[divan::bench(args = BACKENDS, sample_count = 5)]
fn ten_matrices_of_32(bencher: Bencher, backend: &Backend) {
    run(bencher, &problem(&[32; 11], None, &Start::Orthogonal { gain: 0.9 }, 20.0), *backend);
}
