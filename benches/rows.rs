//! The rows of the comparison with gradflow's peers, gradflow's side alone and on problems drawn here.
//!
//! `cargo bench --bench rows`; ratios at equal error come from `benches/peers/run.sh`.

mod problems;

use divan::{Bencher, black_box};
use gradflow::analytic::many::Many;
use gradflow::experiment::Order;
use gradflow::integrate::{Backend, Method, Settings};
use gradflow::modes::{Law, Mode, integrate_modes};
use gradflow::network::{Activation, Start, Widths, starting_weights};
use gradflow::parallel;
use gradflow::random::{Purpose, gaussian, stream};
use gradflow::sampling::in_frame;
use gradflow::sgd::{SampleDescent, StatisticsDescent, Trainee};
use gradflow::task::{Averaging, Samples, Statistics};
use problems::problem;

fn main() {
    parallel::within(divan::main);
}

fn small_start() -> Start {
    Start::Gaussian { scale: 1e-3 }
}

#[divan::bench(sample_count = 20)]
fn row_1_one_hidden_layer_64_32_16(bencher: Bencher) {
    let problem = problem(&[64, 32, 16], None, &small_start(), 60.0);
    bencher.bench_local(|| problem.run(Method::Dop853, Backend::InPlace));
}

#[divan::bench(sample_count = 3)]
fn row_2_correlated_784_100_10(bencher: Bencher) {
    let eigenvalues = (1..=784).map(|i| if i <= 700 { 1.0 / f64::from(i) } else { 0.0 }).collect();
    let problem = problem(&[784, 100, 10], Some(eigenvalues), &small_start(), 30.0);
    bencher.bench_local(|| problem.run(Method::Dop853, Backend::InPlace));
}

#[divan::bench(sample_count = 3)]
fn row_3_general_256_256_256(bencher: Bencher) {
    let eigenvalues = (0..256).map(|i| 2f64.powf(2.0 - f64::from(i) / 64.0)).collect();
    let problem = problem(&[256; 3], Some(eigenvalues), &Start::Gaussian { scale: 1e-2 }, 10.0);
    bencher.bench_local(|| problem.run(Method::Dop853, Backend::InPlace));
}

#[divan::bench(sample_count = 3, args = [Method::Dop853, Method::Stab8, Method::Rock4, Method::Auto])]
fn row_4_ten_matrices_of_32(bencher: Bencher, method: &Method) {
    let problem = problem(&[32; 11], None, &Start::Orthogonal { gain: 0.9 }, 100.0);
    bencher.bench_local(|| problem.run(*method, Backend::InPlace));
}

/// Every run makes its own right-hand side, as runs of an ensemble do.
#[divan::bench(sample_count = 3)]
fn row_5_64_runs_of_row_1(bencher: Bencher) {
    let problem = problem(&[64, 32, 16], None, &small_start(), 60.0);
    bencher.bench_local(|| parallel::runs(vec![&problem; 64], |problem| problem.run(Method::Dop853, Backend::InPlace)));
}

const MODES: u32 = 10_000;

/// s from 0.5 to 5.
fn singular_value(mode: u32) -> f64 {
    0.5 + 4.5 * f64::from(mode) / f64::from(MODES)
}

/// s of every mode.
fn singular_values() -> Vec<f64> {
    (0..MODES).map(singular_value).collect()
}

#[divan::bench(sample_count = 20)]
fn row_6_mode_equations(bencher: Bencher) {
    let settings = Settings { method: Method::Dop853, rtol: 1e-9, atol: 1e-15, max_steps: 100_000 };
    let mode = |s: f64| Mode { s, lambda: 1.0, u0: 1e-3, atol: settings.atol, half: None };
    let modes: Vec<Mode> = singular_values().into_iter().map(mode).collect();
    bencher.bench_local(|| integrate_modes(Law::balanced(2), &modes, &[10.0], &settings));
}

#[divan::bench(sample_count = 10)]
fn row_7_closed_forms(bencher: Bencher) {
    let (white, starts) = (vec![1.0; MODES as usize], vec![1e-3; MODES as usize]);
    let times: Vec<f64> = (1..=1000).map(|i| 0.01 * f64::from(i)).collect();
    let mut table = vec![0.0; times.len() * MODES as usize];
    let s = singular_values();
    bencher.bench_local(|| Many::balanced(&s, &white, 1.0, &starts).table(&times, black_box(&mut table)));
}

/// A network and its samples.
struct Training {
    widths: Widths,
    samples: Samples,
    statistics: Statistics,
    start: Vec<f64>,
    activation: Activation,
}

/// Gaussian samples of the size of MNIST's test images.
fn training(hidden: &[usize], activation: Activation, count: usize) -> Training {
    let widths = Widths::new(784, hidden, 10);
    let mut rng = stream(1, Purpose::Task);
    let samples = Samples { x: gaussian(&mut rng, 784, count) / 28.0, y: gaussian(&mut rng, 10, count) };
    let statistics = Statistics::of_samples(&samples, Averaging::Mean).expect("statistics");
    let start = Start::Glorot { gain: 1.0 };
    let weights = starting_weights(&start, &widths, &statistics, &mut stream(1, Purpose::Start)).expect("a start");
    let start = widths.flatten(&weights);
    Training { widths, samples, statistics, start, activation }
}

/// Updates on batches in the order of the samples.
fn descend(training: &Training, batch: usize, updates: usize) {
    let trainee = Trainee { widths: &training.widths, activation: training.activation, biases: false };
    let (supply, rng) = ((batch, Order::Sequential), stream(1, Purpose::Order(0)));
    let mut descent = SampleDescent::new(trainee, &training.samples, Averaging::Mean, supply, rng);
    let mut weights = training.start.clone();
    (0..updates).for_each(|_| descent.step(&mut weights, 0.01));
    black_box(weights);
}

#[divan::bench(sample_count = 3)]
fn row_8_batches_of_32_linear(bencher: Bencher) {
    let training = training(&[100], Activation::Linear, 9_984);
    bencher.bench_local(|| descend(&training, 32, 624));
}

#[divan::bench(sample_count = 5)]
fn row_9_full_batch_by_statistics(bencher: Bencher) {
    let Training { widths, statistics, start, .. } = training(&[100], Activation::Linear, 2_000);
    bencher.bench_local(|| {
        let mut descent = StatisticsDescent::new(&widths, &statistics);
        let mut weights = widths.flatten(&in_frame(&statistics, &widths.unflatten(&start)));
        (0..200).for_each(|_| descent.step(&mut weights, 0.01));
        black_box(weights);
    });
}

#[divan::bench(sample_count = 3)]
fn row_10_batches_of_32_tanh(bencher: Bencher) {
    let training = training(&[100; 4], Activation::Tanh, 9_984);
    bencher.bench_local(|| descend(&training, 32, 624));
}

/// Two updates of the 200: they are all alike.
#[divan::bench(sample_count = 3)]
fn row_10_full_batch_tanh_2_of_200_updates(bencher: Bencher) {
    let training = training(&[100; 4], Activation::Tanh, 10_000);
    bencher.bench_local(|| descend(&training, 10_000, 2));
}
