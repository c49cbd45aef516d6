//! The curves: columns, rows, and numbers that read back as they were.

use crate::bench::{Bench, SCENARIO};

const OBSERVED: [&str; 5] = ["loss", "mode_1", "mode_2", "mode_3", "coupling"];
const ENERGY: [&str; 2] = ["energy_modes", "energy_coupling"];

fn columns(parts: &[&[&str]]) -> Vec<String> {
    [&["t"], parts.concat().as_slice()].concat().into_iter().map(str::to_owned).collect()
}

#[test]
fn every_arm_has_its_columns() {
    let results = Bench::new().run(&["--set", "analytic.form='riccati'"]);
    assert_eq!(results.curve("analytic").0, columns(&[&OBSERVED, &ENERGY]), "the Riccati equation gives the map");
    let results = Bench::new().run(&["--set", "sgd.runs=1", "--set", "analytic.form='unequal'"]);
    for arm in ["modes", "analytic"] {
        assert_eq!(results.curve(arm).0, columns(&[&OBSERVED]), "{arm}");
        assert!(results.column(arm, "coupling").iter().all(|c| c.is_nan()), "{arm} has no coupling");
    }
    for arm in ["flow", "sgd"] {
        assert_eq!(results.curve(arm).0, columns(&[&OBSERVED, &ENERGY]), "{arm}");
    }
}

#[test]
fn several_runs_of_sgd_have_a_spread() {
    let results = Bench::new().run(&["--set", "sgd.runs=3", "--set", "sgd.batch=2"]);
    let header = results.curve("sgd").0;
    assert_eq!(header[..8], columns(&[&OBSERVED, &ENERGY]));
    let spread: Vec<String> = header[1..8].iter().map(|name| format!("{name}_sd")).collect();
    assert_eq!(header[8..], spread);
    assert!(results.column("sgd", "mode_1_sd").iter().any(|sd| *sd > 0.0));
}

#[test]
fn inputs_that_are_not_white_have_no_energy() {
    let results = Bench::new().run(&["--set", "task.spectrum.input_spectrum=[1, 1, 1, 0.5]"]);
    assert_eq!(results.curve("flow").0, columns(&[&OBSERVED]));
}

#[test]
fn rows_are_the_requested_times_from_zero_to_the_end() {
    let results = Bench::new().run(&[]);
    for arm in ["flow", "modes", "analytic", "sgd"] {
        let t = results.column(arm, "t");
        assert_eq!((t.len(), t[0], t[20]), (21, 0.0, 4.0), "{arm}");
        assert!(t.iter().enumerate().all(|(i, t)| (t - 0.2 * i as f64).abs() < 1e-15), "{arm}: {t:?}");
    }
}

#[test]
fn given_times_are_repeated_as_they_are() {
    let results = Bench::new().run(&["--set", "time.times=[0.1, 0.30000000000000004, 3, 3.5]"]);
    for arm in ["flow", "modes", "analytic", "sgd"] {
        assert_eq!(results.column(arm, "t"), [0.1, 0.1 + 0.2, 3.0, 3.5], "{arm}");
    }
}

#[test]
fn numbers_are_the_shortest_that_read_back_the_same() {
    let bench = Bench::new();
    let results = bench.run(&["--set", "network.init.aligned.strength=1e-40", "--set", "check=[]"]);
    for arm in ["flow", "modes", "analytic", "sgd"] {
        let text = results.text(&format!("{arm}.csv"));
        for field in text.lines().skip(1).flat_map(|line| line.split(',')).filter(|field| !field.is_empty()) {
            let number: f64 = field.parse().unwrap();
            assert!(number.is_finite(), "{field}");
            assert_eq!(field, format!("{number:?}"), "{arm}");
        }
    }
    let u = results.column("analytic", "mode_3");
    assert!(u.iter().all(|u| *u > 0.0 && *u < 1.1e-40), "{u:?}");
}

#[test]
fn what_the_curves_say_is_what_the_theory_says() {
    let results = Bench::new().run(&[]);
    for (mode, s) in [("mode_1", 3.0), ("mode_2", 2.0)] {
        for (t, u) in results.column("analytic", "t").into_iter().zip(results.column("analytic", mode)) {
            // u(t) = s / (1 + (s/u0 − 1) e^{−2st})
            let expected = s / (1.0 + (s / 1e-2 - 1.0) * (-2.0 * s * t).exp());
            assert!((u - expected).abs() < 1e-12 * s, "{mode} at {t}: {u}, not {expected}");
        }
    }
    let loss = results.column("flow", "loss");
    assert!((loss[0] - 0.5 * (2.99f64.powi(2) + 1.99f64.powi(2) + 1e-4)).abs() < 1e-12, "{}", loss[0]);
}

#[test]
fn full_batch_descent_takes_no_notice_of_the_number_of_runs() {
    let results = Bench::with(&SCENARIO.replace("learning_rate = 1e-2", "learning_rate = 1e-2\nruns = 4")).run(&[]);
    assert!(results.column("sgd", "mode_1_sd").iter().all(|sd| *sd == 0.0));
}
