//! The same scenario and seed give the same bytes: again, on more threads, and from the results' own scenario.

use crate::bench::{Bench, Results, SCENARIO};

/// Minibatches in several random orders: all that could depend on who is first.
fn minibatches() -> Bench {
    let scenario = SCENARIO
        .replace("[task.spectrum]", "[task.gaussian]\nsamples = 60\nnoise = 0.3")
        .replace("aligned = { strength = 1e-2 }", "balanced = { scale = 0.05 }")
        .replace("[analytic]\n", "")
        .replace("learning_rate = 1e-2", "learning_rate = 1e-2\nbatch = 7\nruns = 6");
    let checks = scenario.find("[[check]]").unwrap();
    Bench::with(&format!("{}\n[output]\nweights = true\n", &scenario[..checks]))
}

/// Runs the results' own scenario and compares.
#[track_caller]
fn assert_reproduces_itself(bench: &Bench, results: &Results) {
    bench.ends(0, &["run", "out/scenario.toml", "--out", "deep/down/again", "--quiet"]);
    bench.ends(0, &["plot", "out"]);
    let again = bench.results("deep/down/again");
    if results.text("scenario.toml").contains(".csv") {
        // Its data lies elsewhere from there.
        for name in ["flow.csv", "sgd.csv"] {
            assert!(results.bytes(name) == again.bytes(name), "{name} differs");
        }
        assert_eq!(results.timeless(), again.timeless());
    } else {
        results.assert_same(&again);
    }
}

#[test]
fn two_threads_give_the_bytes_of_one() {
    let bench = minibatches();
    for threads in ["1", "2"] {
        let mut command = bench.gradflow(&["run", "two.toml", "--out", threads, "--quiet"]);
        command.env("RAYON_NUM_THREADS", threads).assert().success();
    }
    bench.results("1").assert_same(&bench.results("2"));
}

#[test]
fn a_second_run_gives_the_bytes_of_the_first() {
    let bench = Bench::new();
    for out in ["first", "second"] {
        bench.ends(0, &["run", "two.toml", "--out", out, "--quiet"]);
    }
    bench.results("first").assert_same(&bench.results("second"));
}

#[test]
fn the_results_own_scenario_reproduces_them() {
    let bench = Bench::new();
    assert_reproduces_itself(&bench, &bench.run(&["--set", "time.end=\"auto\"", "--set", "output.weights=true"]));
    let bench = minibatches();
    assert_reproduces_itself(&bench, &bench.run(&["--seed", "12"]));
}

#[test]
fn a_scenario_without_a_title_keeps_the_name_of_its_file() {
    let bench = Bench::with(&SCENARIO.replace("title = \"Two modes\"\n", ""));
    let results = bench.run(&[]);
    assert_eq!(results.summary()["title"], "two");
    assert_reproduces_itself(&bench, &results);
}

#[test]
fn data_that_lies_elsewhere_is_found_from_the_results() {
    let task = "[task.dataset]\ninputs = \"../data/x.csv\"\ntargets = \"../data/y.csv\"\n";
    let rest = SCENARIO[SCENARIO.find("[network]").unwrap()..].replace("aligned = { strength", "gaussian = { scale");
    let rest = rest[..rest.find("[[check]]").unwrap()].replace("[analytic]\n", "").replace("[modes]\n", "");
    let bench = Bench::new()
        .file("scenarios/digits.toml", format!("{task}\n{rest}batch = 2\nruns = 2\n"))
        .file("data/x.csv", "0.1,0.2,0.3\n1,-1,0.5\n0.3,0.7,-0.2\n-1,0.4,0.9\n0.6,0.6,0.1\n")
        .file("data/y.csv", "0\n1\n2\n1\n0\n");
    bench.ends(0, &["run", "scenarios/digits.toml", "--out", "out", "--quiet"]);
    let results = bench.results("out");
    assert_eq!(results.summary()["modes"].as_array().unwrap().len(), 3, "three classes, one-hot");
    let written = results.text("scenario.toml");
    assert!(
        written.contains("inputs = \"../data/x.csv\"") && written.contains("targets = \"../data/y.csv\""),
        "{written}"
    );
    assert_reproduces_itself(&bench, &results);
    let deep = std::fs::read_to_string(bench.path("deep/down/again/scenario.toml")).unwrap();
    assert!(deep.contains("inputs = \"../../../data/x.csv\""), "{deep}");
    bench.ends(0, &["run", "deep/down/again/scenario.toml", "--out", "deep/down/again", "--quiet"]);
}

#[test]
fn matrices_in_files_are_found_from_the_results() {
    let rest = SCENARIO[SCENARIO.find("[network]").unwrap()..].replace("[analytic]\n", "");
    let rest = rest[..rest.find("[[check]]").unwrap()]
        .replace("aligned = { strength = 1e-2 }", "matrices = { weights = [\"data/w1.csv\", [[0.1, 0.2, 0.3, 0.4]]] }");
    let task = "[task.matrices]\nsigma11 = \"data/s11.csv\"\nsigma31 = \"data/s31.csv\"\n";
    let bench = Bench::with(&format!("{task}\n{rest}"))
        .file("data/s11.csv", "1,0.5\n0.5,2\n")
        .file("data/s31.csv", "1,2\n")
        .file("data/w1.csv", "0.1,0\n0,0.2\n0.3,0.1\n0,0\n");
    let results = bench.run(&[]);
    for name in ["s11", "s31", "w1"] {
        assert!(results.text("scenario.toml").contains(&format!("\"../data/{name}.csv\"")), "{name}");
    }
    assert_reproduces_itself(&bench, &results);
}
