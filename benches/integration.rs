//! Time to integrate a weight flow: the steps in place against those of `ode_solvers`, which they repeat.
//!
//! `cargo bench --bench integration`; what counts is the ratio of two rows of one run, not either of them.

use divan::Bencher;
use gradflow::integrate::{Backend, Method, Settings, integrate_by};
use gradflow::network::{Compression, Start, Widths, scale_of, starting_weights};
use gradflow::random::{Purpose, stream};
use gradflow::sampling::in_frame;
use gradflow::task::{Spectrum, Statistics, spectrum_factors};
use nalgebra::DVector;

fn main() {
    // Within the pool, so that products find its threads awake.
    rayon::scope(|_| divan::main());
}

/// A flow to be integrated until `end` at a relative tolerance.
struct Problem {
    compression: Compression,
    end: f64,
    settings: Settings,
}

/// The flow of a network of these widths on a task whose modes have s = 1, 1/2, …, from a given start.
fn problem(widths: &[usize], input_eigenvalues: Option<Vec<f64>>, start: &Start, end: f64) -> Problem {
    let (inputs, outputs) = (widths[0], widths[widths.len() - 1]);
    let singular_values = (1..=inputs.min(outputs)).map(|i| 1.0 / i as f64).collect();
    let spectrum = Spectrum { inputs, outputs, singular_values, input_eigenvalues };
    let factors = spectrum_factors(&spectrum, &mut stream(1, Purpose::Task));
    let statistics = Statistics::new(factors.sigma11, factors.sigma31, None).expect("statistics");
    let widths = Widths::new(inputs, &widths[1..widths.len() - 1], outputs);
    let weights = starting_weights(start, &widths, &statistics, &mut stream(1, Purpose::Start)).expect("a start");
    let rtol = 1e-9;
    let atol = 1e-3 * rtol * scale_of(&weights);
    Problem {
        compression: Compression::new(
            &statistics.sigma31_frame,
            statistics.eigenvalues.as_slice(),
            in_frame(&statistics, &weights),
        ),
        end,
        settings: Settings { method: Method::Dop853, rtol, atol, max_steps: 1_000_000 },
    }
}

const BACKENDS: [Backend; 2] = [Backend::InPlace, Backend::Reference];

fn run(bencher: Bencher, problem: &Problem, backend: Backend) {
    let gradient = problem.compression.gradient();
    bencher.bench_local(|| {
        let start = DVector::from_column_slice(problem.compression.start());
        let mut seen = |_: usize, y: &[f64]| y[0].is_finite();
        integrate_by(backend, &gradient, start, &[problem.end], &problem.settings, &mut seen)
    });
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
