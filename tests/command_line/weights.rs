//! The weights of the samples, in the coordinates in which the task is given.

use crate::bench::{Bench, Results};
use std::collections::BTreeMap;
use std::fs::File;

/// A 2 → 3 → 2 network with inputs whose correlations are no multiple of the identity, so that the
/// equations are solved in other coordinates than these.
const SCENARIO: &str = "\
[task.matrices]
sigma11 = [[1.0, 0.4], [0.4, 0.7]]
sigma31 = [[0.8, 0.3], [-0.2, 0.5]]

[network]
hidden = [3]
init.matrices = { weights = [[[0.1, -0.2], [0.3, 0.05], [0, 0.25]], [[0.2, 0.1, -0.1], [0.4, -0.3, 0.15]]] }

[time]
times = [0, 0.5, 5]

[flow]
rtol = 1e-11

[modes]

[analytic]
form = \"sigmoid\"

[sgd]
learning_rate = 1e-3
runs = 1

[output]
weights = true
";

const W1: [f64; 6] = [0.1, -0.2, 0.3, 0.05, 0.0, 0.25];
const W2: [f64; 6] = [0.2, 0.1, -0.1, 0.4, -0.3, 0.15];

/// Shape and numbers of every array.
fn arrays(results: &Results, arm: &str) -> BTreeMap<String, (Vec<u64>, Vec<f64>)> {
    let file = File::open(results.path.join(format!("{arm}_weights.npz"))).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let array = |name: String| {
        let npy = npyz::NpyFile::new(archive.by_name(&name).unwrap()).unwrap();
        let shape = npy.shape().to_vec();
        assert_eq!(npy.order(), npyz::Order::C, "{name}");
        (name.strip_suffix(".npy").unwrap().to_owned(), (shape, npy.into_vec::<f64>().unwrap()))
    };
    names.into_iter().map(array).collect()
}

#[track_caller]
fn assert_near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance, "{found}, not {expected}");
    }
}

/// W2W1, of 2×3 and 3×2.
fn product(w2: &[f64], w1: &[f64]) -> Vec<f64> {
    let entry = |(i, j): (usize, usize)| (0..3).map(|k| w2[3 * i + k] * w1[2 * k + j]).sum();
    [(0, 0), (0, 1), (1, 0), (1, 1)].map(entry).to_vec()
}

#[test]
fn weights_start_as_given_and_move_as_the_equations_say() {
    let bench = Bench::with(SCENARIO);
    let results = bench.run(&[]);
    for (arm, tolerance) in [("flow", 1e-14), ("sgd", 1e-14)] {
        let arrays = arrays(&results, arm);
        assert_eq!(arrays.keys().collect::<Vec<_>>(), ["W1", "W2", "t"], "{arm}");
        assert_eq!(arrays["t"], (vec![3], vec![0.0, 0.5, 5.0]), "{arm}");
        assert_eq!((&arrays["W1"].0, &arrays["W2"].0), (&vec![3, 3, 2], &vec![3, 2, 3]), "{arm}");
        assert_near(&arrays["W1"].1[..6], &W1, tolerance);
        assert_near(&arrays["W2"].1[..6], &W2, tolerance);
    }
    let (flow, sgd) = (arrays(&results, "flow"), arrays(&results, "sgd"));
    for name in ["W1", "W2"] {
        assert_near(&sgd[name].1, &flow[name].1, 1e-3);
    }
}

#[test]
fn one_step_of_descent_is_one_step_in_the_users_coordinates() {
    let rate = 0.25;
    let results = Bench::with(SCENARIO).run(&["--set", "time.times=[0.25]", "--set", "sgd.learning_rate=0.25"]);
    let sgd = arrays(&results, "sgd");
    let (sigma11, sigma31) = ([1.0, 0.4, 0.4, 0.7], [0.8, 0.3, -0.2, 0.5]);
    let map = product(&W2, &W1);
    let gap =
        |i: usize, j: usize| sigma31[2 * i + j] - (0..2).map(|k| map[2 * i + k] * sigma11[2 * k + j]).sum::<f64>();
    // W1 + ηW2ᵀ(Σ31 − WΣ11), W2 + η(Σ31 − WΣ11)W1ᵀ
    let step1 = |k: usize, j: usize| (0..2).map(|i| W2[3 * i + k] * gap(i, j)).sum::<f64>();
    let step2 = |i: usize, k: usize| (0..2).map(|j| gap(i, j) * W1[2 * k + j]).sum::<f64>();
    let w1: Vec<f64> = (0..6).map(|n| W1[n] + rate * step1(n / 2, n % 2)).collect();
    let w2: Vec<f64> = (0..6).map(|n| W2[n] + rate * step2(n / 3, n % 3)).collect();
    assert_near(&sgd["W1"].1, &w1, 1e-14);
    assert_near(&sgd["W2"].1, &w2, 1e-14);
}

#[test]
fn the_closed_form_has_the_map_and_the_modes_arm_has_nothing() {
    let bench = Bench::with(SCENARIO);
    let results = bench.run(&[]);
    let analytic = arrays(&results, "analytic");
    assert_eq!(analytic.keys().collect::<Vec<_>>(), ["map", "t"]);
    assert_eq!(analytic["map"].0, [3, 2, 2]);
    assert!(!results.path.join("modes_weights.npz").exists());
}

#[test]
fn the_map_of_the_closed_form_is_that_of_the_flow_where_it_is_exact() {
    let aligned =
        SCENARIO.replace("sigma11 = [[1.0, 0.4], [0.4, 0.7]]", "sigma11 = \"white\"").replace("form = \"sigmoid\"", "");
    let start = aligned.find("init.matrices").unwrap();
    let end = aligned.find("\n\n[time]").unwrap();
    let bench = Bench::with(&[&aligned[..start], "init.aligned = { strength = 0.01 }", &aligned[end..]].concat());
    let results = bench.run(&[]);
    let (flow, analytic) = (arrays(&results, "flow"), arrays(&results, "analytic"));
    for row in 0..3 {
        let map = product(&flow["W2"].1[6 * row..6 * (row + 1)], &flow["W1"].1[6 * row..6 * (row + 1)]);
        assert_near(&analytic["map"].1[4 * row..4 * (row + 1)], &map, 1e-8);
    }
}

#[test]
fn without_being_asked_for_no_weights_are_written() {
    let results = Bench::with(&SCENARIO.replace("weights = true", "weights = false")).run(&[]);
    assert!(!results.path.join("flow_weights.npz").exists());
}

#[test]
fn the_solution_of_any_orientation_has_the_map_and_the_weights_up_to_a_hidden_rotation() {
    // W2ᵀW2 − W1W1ᵀ = 0.6 I.
    let scenario = "\
task.spectrum = { inputs = 2, outputs = 4, singular_values = [1.5, 0.5] }
network = { hidden = [3], init.balanced = { scale = 0.3, imbalance = 0.6 } }
time.times = [0, 0.5, 5]
flow.rtol = 1e-11
analytic = {}
output.weights = true
";
    let results = Bench::with(scenario).run(&[]);
    let (flow, analytic) = (arrays(&results, "flow"), arrays(&results, "analytic"));
    assert_eq!(analytic.keys().collect::<Vec<_>>(), ["W1tW1", "W2W2t", "map", "t"]);
    assert_eq!(analytic["t"], (vec![3], vec![0.0, 0.5, 5.0]));
    let (w1, w2) = (&flow["W1"].1, &flow["W2"].1);
    // Entry (i, j) of a product at each time, by the place of each factor's entries.
    let expected = |rows: usize, columns: usize, entry: &dyn Fn(usize, usize, usize, usize) -> f64| -> Vec<f64> {
        let places = (0..3).flat_map(|t| (0..rows).flat_map(move |i| (0..columns).map(move |j| (t, i, j))));
        places.map(|(t, i, j)| (0..3).map(|k| entry(t, i, j, k)).sum()).collect()
    };
    let (a, b) =
        (|t: usize, k: usize, j: usize| w1[6 * t + 2 * k + j], |t: usize, i: usize, k: usize| w2[12 * t + 3 * i + k]);
    for (name, rows, columns, entry) in [
        ("map", 4, 2, &(|t, i, j, k| b(t, i, k) * a(t, k, j)) as &dyn Fn(usize, usize, usize, usize) -> f64),
        ("W1tW1", 2, 2, &|t, i, j, k| a(t, k, i) * a(t, k, j)),
        ("W2W2t", 4, 4, &|t, i, j, k| b(t, i, k) * b(t, j, k)),
    ] {
        assert_eq!(analytic[name].0, [3, rows as u64, columns as u64], "{name}");
        assert_near(&analytic[name].1, &expected(rows, columns, entry), 1e-9);
    }
}
