//! Training and test error of linear classifiers, and the loss on samples held out: against least squares, symmetries
//! and counts by hand.

mod common;

use common::{arm, built, run};
use gradflow::random::{Purpose, gaussian, orthonormal, stream};
use gradflow::report::{Report, execute};
use gradflow::task::{Averaging, Classes, Part, Samples, Statistics, Task};
use gradflow::trajectory::{Arm, Observation};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use std::fmt::Write;
use tempfile::TempDir;

const CLASSES: usize = 3;
const INPUTS: usize = 4;

/// Three clouds that overlap, so that no linear map tells all apart; a column per sample.
fn clouds(seed: u64, count: usize) -> (DMatrix<f64>, Vec<usize>) {
    let mut rng = stream(seed, Purpose::Task);
    let centres = gaussian(&mut stream(7, Purpose::Task), INPUTS, CLASSES) * 0.8;
    let mut x = gaussian(&mut rng, INPUTS, count);
    let labels: Vec<usize> = (0..count).map(|p| (p * p + p / 3) % CLASSES).collect();
    for (mut column, label) in x.column_iter_mut().zip(&labels) {
        column += centres.column(*label);
    }
    (x, labels)
}

/// Files of samples, and the table that names them.
struct Data(TempDir);

impl Data {
    fn new(x: &DMatrix<f64>, labels: &[usize]) -> Data {
        let data = Data(tempfile::tempdir().expect("a folder"));
        data.write("", x, labels);
        data
    }

    fn write(&self, prefix: &str, x: &DMatrix<f64>, labels: &[usize]) {
        let mut rows = String::new();
        for column in x.column_iter() {
            let row: Vec<String> = column.iter().map(|value| format!("{value:?}")).collect();
            writeln!(rows, "{}", row.join(",")).expect("text");
        }
        let labels: String = labels.iter().map(|label| format!("{label}\n")).collect();
        std::fs::write(self.0.path().join(format!("{prefix}x.csv")), rows).expect("written");
        std::fs::write(self.0.path().join(format!("{prefix}y.csv")), labels).expect("written");
    }

    fn task(&self, keys: &str) -> String {
        let path = |name: &str| self.0.path().join(name);
        format!("task.dataset = {{ inputs = {:?}, targets = {:?}, {keys} }}\n", path("x.csv"), path("y.csv"))
    }

    /// The same with the files of another prefix to test on.
    fn tested(&self, prefix: &str, keys: &str) -> String {
        let path = |name: &str| self.0.path().join(format!("{prefix}{name}"));
        self.task(&format!("test_inputs = {:?}, test_targets = {:?}, {keys}", path("x.csv"), path("y.csv")))
    }
}

fn last(report: &Report, of: Arm) -> &Observation {
    &arm(report, of).samples.last().expect("a row").mean
}

/// W = YXᵀ(XXᵀ)⁻¹ of samples less their means, by Cholesky; and the share of other samples that Wx + ȳ takes for another
/// class, and ½⟨‖y − ȳ − Wx‖²⟩ over them.
fn least_squares(training: (&DMatrix<f64>, &[usize]), test: (&DMatrix<f64>, &[usize])) -> (f64, f64) {
    let hot = |labels: &[usize]| DMatrix::from_fn(CLASSES, labels.len(), |c, p| f64::from(u8::from(labels[p] == c)));
    let less =
        |m: &DMatrix<f64>, mean: &DVector<f64>| DMatrix::from_fn(m.nrows(), m.ncols(), |i, p| m[(i, p)] - mean[i]);
    let y = hot(training.1);
    let (input_mean, target_mean) = (training.0.column_mean(), y.column_mean());
    let (x, y) = (less(training.0, &input_mean), less(&y, &target_mean));
    let cholesky = (&x * x.transpose()).cholesky().expect("inputs of full rank");
    let w = cholesky.solve(&(&x * y.transpose())).transpose();
    let residual = less(&hot(test.1), &target_mean) - &w * less(test.0, &input_mean);
    let scores = &w * less(test.0, &input_mean);
    let taken = scores.column_iter().map(|score| (score + &target_mean).argmax().0);
    let wrong = taken.zip(test.1).filter(|(taken, label)| taken != *label).count();
    (wrong as f64 / test.1.len() as f64, 0.5 * residual.norm_squared() / test.1.len() as f64)
}

#[test]
fn what_has_converged_errs_as_the_least_squares_map_does() {
    let (x, labels) = clouds(1, 150);
    let data = Data::new(&x, &labels);
    let rest = "network = { hidden = [5], init.gaussian.scale = 0.3 }\ntime = { end = 400.0, samples = 3 }\n\
                flow.rtol = 1e-10\nsgd = { learning_rate = 0.1 }";
    let (_, report) = run(&format!("{}{rest}", data.task("test = 60")));
    let (training, test) =
        ((&x.columns(0, 90).into_owned(), &labels[..90]), (&x.columns(90, 60).into_owned(), &labels[90..]));
    let (training_error, loss) = least_squares(training, training);
    let (test_error, test_loss) = least_squares(training, test);
    assert!([training_error, test_error].iter().all(|e| (0.1..0.6).contains(e)), "{training_error}, {test_error}");
    for of in [Arm::Flow, Arm::Sgd] {
        let found = last(&report, of);
        assert_eq!((found.training_error, found.test_error), (Some(training_error), Some(test_error)), "{of}");
        assert!((found.loss - loss).abs() < 1e-8, "{of}: {} is not {loss}", found.loss);
        let found = found.test_loss.expect("samples are held out");
        assert!((found - test_loss).abs() < 1e-6, "{of}: {found} is not {test_loss}");
    }
}

#[test]
fn every_arm_that_sees_the_same_map_sees_the_same_errors() {
    let (x, labels) = clouds(2, 80);
    let rest = "network = { hidden = [], init.gaussian.scale = 0.5 }\ntime = { end = 6.0, samples = 13 }\n\
                flow.rtol = 1e-11\nanalytic = {}\nmodes = {}";
    let data = Data::new(&x, &labels);
    let (_, report) = run(&format!("{}{rest}", data.task("test = 30")));
    let rows = |of: Arm| arm(&report, of).samples.iter().map(|s| &s.mean);
    for (flow, analytic) in rows(Arm::Flow).zip(rows(Arm::Analytic)) {
        assert_eq!((flow.training_error, flow.test_error), (analytic.training_error, analytic.test_error));
        assert!((flow.test_loss.expect("held out") - analytic.test_loss.expect("held out")).abs() < 1e-9);
    }
    // The modes alone make a map too: W = Σ u_α u_αv_αᵀ.
    assert!(rows(Arm::Modes).all(|o| o.training_error.is_some() && o.test_error.is_some() && o.test_loss.is_some()));
    let errors: Vec<f64> = rows(Arm::Flow).filter_map(|o| o.training_error).collect();
    assert!(errors[0] > errors[12] + 0.1, "learning mends errors: {errors:?}");
}

#[test]
fn rotated_inputs_are_told_apart_as_well() {
    let (x, labels) = clouds(3, 70);
    let q = orthonormal(&mut stream(4, Purpose::Task), INPUTS, INPUTS);
    let w1 = gaussian(&mut stream(5, Purpose::Task), 3, INPUTS) * 0.4;
    let w2 = gaussian(&mut stream(6, Purpose::Task), CLASSES, 3) * 0.4;
    let rows = |m: &DMatrix<f64>| -> Vec<Vec<f64>> { m.row_iter().map(|r| r.iter().copied().collect()).collect() };
    let of = |x: &DMatrix<f64>, w1: &DMatrix<f64>| {
        let weights = [rows(w1), rows(&w2)];
        let rest = format!(
            "network = {{ hidden = [3], init.matrices.weights = {weights:?} }}\ntime = {{ end = 12.0, samples = 25 }}\n\
             flow.rtol = 1e-11\nsgd = {{ learning_rate = 0.02, batch = 5, order = \"sequential\" }}"
        );
        let data = Data::new(x, &labels);
        let (_, report) = run(&format!("{}{rest}", data.task("test = 25")));
        [Arm::Flow, Arm::Sgd].map(|of| {
            let rows = arm(&report, of).samples.iter();
            rows.map(|s| (s.mean.training_error, s.mean.test_error, s.mean.test_loss)).collect::<Vec<_>>()
        })
    };
    // f(x) = W2W1x = W2(W1Qᵀ)(Qx), along the flow and at every step.
    for (plain, rotated) in of(&x, &w1).into_iter().zip(of(&(&q * &x), &(&w1 * q.transpose()))) {
        for (a, b) in plain.into_iter().zip(rotated) {
            assert_eq!((a.0, a.1), (b.0, b.1));
            assert!((a.2.expect("held out") - b.2.expect("held out")).abs() < 1e-8);
        }
    }
}

/// The errors at t = 0 of the zero map.
fn at_zero(labels: &[usize], keys: &str) -> (Option<f64>, Option<f64>) {
    let x = gaussian(&mut stream(8, Purpose::Task), INPUTS, labels.len());
    let rest = "network = { hidden = [2], init.gaussian.scale = 0 }\ntime.times = [0.0]\nflow = {}";
    let data = Data::new(&x, labels);
    let (_, report) = run(&format!("{}{rest}", data.task(keys)));
    let start = last(&report, Arm::Flow);
    (start.training_error, start.test_error)
}

#[test]
fn the_zero_map_takes_everything_for_one_class() {
    // Equally frequent classes: all outputs are alike, centred or not, and the first class stands for all.
    let balanced: Vec<usize> = (0..24).map(|p| p % 4).collect();
    for centre in [true, false] {
        assert_eq!(at_zero(&balanced, &format!("centre = {centre}, test = 8")), (Some(0.75), Some(0.75)));
    }
    // Otherwise the means say which class is the most frequent, but only where they are subtracted.
    let uneven = [1, 2, 2, 0, 2, 1, 2, 2, /* held out */ 0, 2, 1, 0];
    assert_eq!(at_zero(&uneven, "centre = true, test = 4"), (Some(3.0 / 8.0), Some(0.75)));
    assert_eq!(at_zero(&uneven, "centre = false, test = 4"), (Some(7.0 / 8.0), Some(0.5)));
    assert_eq!(at_zero(&uneven, "limit = 8").1, None, "nothing is held out");
}

#[test]
fn tested_on_what_it_is_trained_on_a_network_errs_and_loses_the_same() {
    let (x, labels) = clouds(9, 40);
    let data = Data::new(&x, &labels);
    data.write("again_", &x, &labels);
    for (statistics, end) in [("mean", 8.0), ("sum", 0.2)] {
        let rest = format!(
            "network = {{ hidden = [4], init.glorot.gain = 0.7 }}\ntime = {{ end = {end:?}, samples = 9 }}\nflow = {{}}\n\
             sgd = {{ learning_rate = 1e-3, batch = 7, runs = 2 }}"
        );
        let task = data.tested("again_", &format!("statistics = \"{statistics}\", scale = 1.5"));
        let (_, report) = run(&format!("{task}{rest}"));
        for sample in [Arm::Flow, Arm::Sgd].iter().flat_map(|of| &arm(&report, *of).samples) {
            let Observation { loss, training_error, test_error, test_loss, .. } = sample.mean;
            assert_eq!(training_error, test_error);
            let test_loss = test_loss.expect("samples are held out");
            assert!((test_loss - loss).abs() < 1e-11 * loss, "{statistics}: {test_loss} is not {loss}");
        }
    }
}

#[test]
fn regression_has_a_test_loss_and_no_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("xy.csv");
    std::fs::write(&path, "1.5\n-1\n2\n0.5\n").expect("written");
    // y = x without a mean: the network learns W = 1, and starts at 0.5.
    let (_, report) = run(&format!(
        "task.dataset = {{ inputs = {path:?}, targets = {path:?}, centre = false, test = 2 }}\n\
         network = {{ hidden = [], init.matrices.weights = [[[0.5]]] }}\ntime.times = [0.0, 40.0]\nflow.rtol = 1e-10"
    ));
    let samples = &arm(&report, Arm::Flow).samples;
    assert_eq!((samples[0].mean.training_error, samples[0].mean.test_error), (None, None));
    // ½⟨(0.5x)²⟩ over 2 and 0.5.
    assert!((samples[0].mean.test_loss.expect("held out") - 0.5 * 0.25 * (4.0 + 0.25) / 2.0).abs() < 1e-15);
    assert!(samples[1].mean.test_loss.expect("held out") < 1e-12);
}

#[test]
fn several_runs_give_the_mean_and_the_spread_of_their_errors() {
    let (x, labels) = clouds(10, 60);
    let data = Data::new(&x, &labels);
    let of = |runs: u32| {
        let rest = format!(
            "network = {{ hidden = [3], init.gaussian.scale = 0.3 }}\ntime.times = [2.0, 6.0]\n\
             sgd = {{ learning_rate = 0.2, batch = 2, runs = {runs} }}"
        );
        arm(&run(&format!("{}{rest}", data.task("test = 20"))).1, Arm::Sgd).samples.clone()
    };
    let mut differed = false;
    for (one, two) in of(1).iter().zip(&of(2)) {
        let spread = two.spread.as_ref().expect("two runs");
        for of in [|o: &Observation| o.training_error, |o: &Observation| o.test_error, |o: &Observation| o.test_loss] {
            let value = |o: &Observation| of(o).expect("it is known");
            let (first, mean) = (value(&one.mean), value(&two.mean));
            let second = 2.0 * mean - first;
            assert!((value(spread) - (first - second).abs() / 2f64.sqrt()).abs() < 1e-12);
            differed |= first != second;
        }
    }
    assert!(differed, "runs differ in their orders");
}

#[test]
fn ties_go_to_the_first_class_and_what_is_not_a_number_is_wrong() {
    let samples = Samples { x: dmatrix![1.0, 2.0, 3.0], y: dmatrix![1.0, 0.0, 0.0; 0.0, 1.0, 0.0; 0.0, 0.0, 1.0] };
    let classes = Classes::new(&samples, None, dvector![0.0, 0.0, 0.5]).expect("three classes");
    assert_eq!((classes.count(), classes.labels(Part::Training)), (3, [0, 1, 2].as_slice()));
    let wrong = |outputs: [f64; 3], first: usize| classes.wrong(Part::Training, &outputs, first);
    assert_eq!([0, 1, 2].map(|first| wrong([0.7, 0.7, 0.2], first)), [0, 1, 1]);
    assert_eq!([0, 1, 2].map(|first| wrong([0.7, 0.7, 0.3], first)), [1, 1, 0], "the mean counts");
    for nonsense in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!([0, 1, 2].map(|first| wrong([nonsense, 0.7, 0.2], first)), [1, 1, 1], "{nonsense}");
    }
}

#[test]
fn samples_are_counted_block_by_block() {
    let count = 30_000;
    let (x, labels) = clouds(11, count);
    let y = DMatrix::from_fn(CLASSES, count, |c, p| f64::from(u8::from(labels[p] == c)));
    let samples = Samples { x, y };
    let statistics = Statistics::of_samples(&samples, Averaging::Mean).expect("statistics of samples");
    let classes = Classes::new(&samples, Some(&samples), DVector::zeros(CLASSES));
    let map = gaussian(&mut stream(12, Purpose::Task), CLASSES, INPUTS);
    let outputs = &map * &samples.x;
    let wrong = outputs.column_iter().zip(&labels).filter(|(f, label)| f.argmax().0 != **label).count();
    let loss = 0.5 * (&outputs - &samples.y).norm_squared() / count as f64;
    let task = Task {
        statistics,
        held_out: Some(samples.clone()),
        samples: Some(samples),
        averaging: Averaging::Mean,
        classes,
    };
    let mut blocks = Vec::new();
    let scores = task.scores(|x, count, outputs| {
        blocks.push(count);
        outputs.copy_from_slice((&map * DMatrix::from_column_slice(INPUTS, count, x)).as_slice());
    });
    let share = wrong as f64 / count as f64;
    assert_eq!((scores.training_error, scores.test_error), (Some(share), Some(share)));
    assert!((scores.test_loss.expect("held out") - loss).abs() < 1e-12 * loss);
    assert!(blocks.len() > 2 && blocks.iter().sum::<usize>() == 2 * count, "{blocks:?}");
}

#[test]
fn samples_held_out_count_against_the_budget() {
    let (x, labels) = clouds(14, 50);
    let data = Data::new(&x, &labels);
    let rest = "network = { hidden = [2], init.gaussian.scale = 0.1 }\ntime.end = 1.0";
    let memory = |keys: &str| built(&format!("{}{rest}", data.task(keys))).memory;
    // 20 samples more, of N1 inputs and thrice N3 targets of eight bytes.
    let more = memory("limit = 30, test = 20") - memory("limit = 30");
    assert!((more - 8.0 * 20.0 * (INPUTS + 3 * CLASSES) as f64).abs() < 1e-6, "{more}");
}

#[test]
fn errors_of_several_runs_are_the_same_on_any_number_of_threads() {
    let (x, labels) = clouds(13, 50);
    let rest = "network = { hidden = [4], init.gaussian.scale = 0.3 }\ntime = { end = 5.0, samples = 6 }\n\
                sgd = { learning_rate = 0.05, batch = 4, runs = 5 }";
    let data = Data::new(&x, &labels);
    let built = built(&format!("{}{rest}", data.task("test = 20")));
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        arm(&pool.install(|| execute(&built, &|_| ())), Arm::Sgd).samples.clone()
    };
    assert_eq!(with(1), with(2));
}
