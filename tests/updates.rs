//! The ways to an update: through the map, in pieces, in shares and by the statistics they are the same to rounding as
//! back-propagation of the whole batch, and to the last bit on any number of threads.

use gradflow::experiment::Order;
use gradflow::network::{Activation, Backprop, Gradient, MapDescent, Widths};
use gradflow::random::{Purpose, gaussian, stream};
use gradflow::sgd::{SampleDescent, StatisticsDescent, Trainee};
use gradflow::task::{Averaging, Samples, Statistics};
use rand::RngExt;

const RATE: f64 = 0.02;
const STEPS: usize = 3;

/// Samples, and parameters of a network whose signals neither grow nor shrink.
fn problem(widths: &Widths, biases: bool, samples: usize, seed: u64) -> (Vec<f64>, Samples) {
    let mut rng = stream(seed, Purpose::Start);
    let mut parameters: Vec<f64> = Vec::new();
    for (rows, cols) in widths.shapes() {
        parameters.extend((gaussian(&mut rng, rows, cols) / (cols as f64).sqrt()).iter());
    }
    let count = Backprop::new(widths, Activation::Linear, biases, 0).len();
    parameters.extend(gaussian(&mut rng, count - parameters.len(), 1).iter().map(|b| 0.1 * b));
    let (x, y) = (gaussian(&mut rng, widths.inputs(), samples), gaussian(&mut rng, widths.outputs(), samples));
    (parameters, Samples { x, y })
}

/// Updates on batches in order, each gone through the network at once.
fn whole_batches(trainee: &Trainee, start: &[f64], samples: &Samples, size: usize) -> Vec<f64> {
    let mut parameters = start.to_vec();
    let mut backprop = trainee.backprop(size);
    let (n1, n3) = (samples.x.nrows(), samples.y.nrows());
    let batches = samples.x.as_slice().chunks(size * n1).zip(samples.y.as_slice().chunks(size * n3));
    for (x, y) in batches.cycle().take(STEPS) {
        let count = x.len() / n1;
        backprop.forward(&parameters, x, count);
        backprop.backward(&parameters, y, count);
        backprop.accumulate(RATE / count as f64, x, count, &mut parameters);
    }
    parameters
}

fn descended(trainee: Trainee, start: &[f64], samples: &Samples, supply: (usize, Order)) -> Vec<f64> {
    let rng = stream(1, Purpose::Order(0));
    let mut descent = SampleDescent::new(trainee, samples, Averaging::Mean, supply, rng);
    let mut parameters = start.to_vec();
    (0..STEPS).for_each(|_| descent.step(&mut parameters, RATE));
    parameters
}

/// The largest difference, as a share of the largest number.
fn apart(a: &[f64], b: &[f64]) -> f64 {
    let largest = a.iter().fold(0.0, |m: f64, a| m.max(a.abs()));
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / largest
}

#[test]
fn updates_of_random_networks_are_those_of_whole_batches_whatever_their_way() {
    let mut rng = stream(7, Purpose::Task);
    let mut mapped = 0;
    for seed in 0..60 {
        let depth = rng.random_range(1..6);
        let hidden: Vec<usize> = (1..depth).map(|_| rng.random_range(1..40)).collect();
        let widths = Widths::new(rng.random_range(1..70), &hidden, rng.random_range(1..12));
        let size = rng.random_range(1..90);
        let samples = size + rng.random_range(0..size);
        let activation = [Activation::Linear, Activation::Tanh, Activation::Relu][seed as usize % 3];
        let trainee = Trainee { widths: &widths, activation, biases: seed % 4 == 3 };
        let (start, samples) = problem(&widths, trainee.biases, samples, seed);
        let expected = whole_batches(&trainee, &start, &samples, size);
        let found = descended(trainee, &start, &samples, (size, Order::Sequential));
        let error = apart(&expected, &found);
        assert!(error < 1e-13, "{widths:?}, {activation:?}, batches of {size}: {error:e}");
        assert!(apart(&expected, &start) > 1e-6);
        mapped += u32::from(trainee.not_linear().is_none() && MapDescent::of_batches(&widths, size).is_some());
    }
    assert!(mapped >= 3, "{mapped} networks went by their map");
}

/// Networks and batches that are cut: through the map in blocks of inputs; at once in pieces; chunk by chunk in shares,
/// the last of which is smaller.
const CUT: [(&[usize], Activation, bool, usize); 5] = [
    (&[300, 200, 100, 10], Activation::Linear, false, 40),
    (&[300, 100, 10], Activation::Linear, false, 700),
    (&[300, 200, 100, 10], Activation::Tanh, true, 40),
    (&[300, 200, 10], Activation::Relu, false, 250),
    (&[120, 50, 10], Activation::Tanh, true, 700),
];

#[test]
fn batches_in_blocks_pieces_and_shares_are_whole_batches() {
    for (n, activation, biases, size) in CUT {
        let widths = Widths::new(n[0], &n[1..n.len() - 1], n[n.len() - 1]);
        let trainee = Trainee { widths: &widths, activation, biases };
        // The second batch is what is left.
        let (start, samples) = problem(&widths, biases, size + size / 3, 3);
        let expected = whole_batches(&trainee, &start, &samples, size);
        let found = descended(trainee, &start, &samples, (size, Order::Sequential));
        let error = apart(&expected, &found);
        assert!(error < 1e-13, "{n:?}, {activation:?}, batches of {size}: {error:e}");
    }
}

#[test]
fn updates_are_the_same_on_any_number_of_threads() {
    for (n, activation, biases, size) in CUT {
        let widths = Widths::new(n[0], &n[1..n.len() - 1], n[n.len() - 1]);
        let trainee = Trainee { widths: &widths, activation, biases };
        let (start, samples) = problem(&widths, biases, size + size / 3, 3);
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| descended(trainee, &start, &samples, (size, Order::Shuffled)))
        };
        assert_eq!(with(1), with(3), "{n:?}, {activation:?}, batches of {size}");
    }
}

#[test]
fn what_is_seen_of_a_batch_is_its_inputs_and_their_outputs_before_the_update() {
    for (n, activation, biases, size) in CUT {
        let widths = Widths::new(n[0], &n[1..n.len() - 1], n[n.len() - 1]);
        let trainee = Trainee { widths: &widths, activation, biases };
        let (mut parameters, samples) = problem(&widths, biases, size + size / 3, 5);
        let rng = stream(1, Purpose::Order(0));
        let mut descent = SampleDescent::new(trainee, &samples, Averaging::Mean, (size, Order::Shuffled), rng);
        // Of the larger batch, of what is left, and of a larger one again.
        for expected in [size, size / 3, size] {
            let before = parameters.clone();
            let mut seen = 0;
            descent.step_seeing(&mut parameters, RATE, |x, outputs| {
                let count = x.len() / n[0];
                let mut backprop = trainee.backprop(count);
                assert!(apart(backprop.forward(&before, x, count), outputs) < 1e-13);
                assert_eq!(outputs.len(), count * n[n.len() - 1]);
                seen += count;
            });
            assert_eq!(seen, expected);
            assert_ne!(before, parameters);
        }
    }
}

#[test]
fn descent_by_the_statistics_in_place_is_that_by_the_gradient() {
    for n in [&[5, 3][..], &[6, 4, 3], &[3, 4, 6], &[20, 7, 30, 9, 2], &[400, 300, 12], &[1, 1, 1]] {
        let widths = Widths::new(n[0], &n[1..n.len() - 1], n[n.len() - 1]);
        let (start, samples) = problem(&widths, false, 2 * n[0], 11);
        let statistics = Statistics::of_samples(&samples, Averaging::Mean).expect("statistics");
        let gradient = Gradient::new(&widths, &statistics.sigma31_frame, statistics.eigenvalues.as_slice());
        let mut expected = start.clone();
        let mut step = vec![0.0; start.len()];
        for _ in 0..STEPS {
            gradient.descend(&expected, &mut step);
            expected.iter_mut().zip(&step).for_each(|(w, g)| *w += RATE * g);
        }
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let mut weights = start.clone();
            pool.install(|| {
                let mut descent = StatisticsDescent::new(&widths, &statistics);
                (0..STEPS).for_each(|_| descent.step(&mut weights, RATE));
            });
            weights
        };
        let error = apart(&expected, &with(1));
        assert!(error < 1e-13, "{n:?}: {error:e}");
        assert!(apart(&expected, &start) > 1e-4);
        assert_eq!(with(1), with(3));
    }
}
