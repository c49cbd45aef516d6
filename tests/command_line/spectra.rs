//! Spectra from end to end: their files, figures and checks, the options that reach into them, and what a scenario of
//! spectra alone is spared.

use crate::bench::Bench;
use serde_json::Value;
use std::fs;

/// Products and tanh networks, with every panel.
const SPECTRA: &str = "\
title = \"Spectra\"
seed = 4

[spectra.products]
width = 12
factors = [1, 3, 8]
gains = [1.0, 1.2]
draws = 5
panels = [\"singular_values\", \"eigenvalues\", \"growth\"]

[spectra.tanh]
title = \"Activity\"
activation = \"tanh\"
width = 12
factors = [4]
gains = [1.0, 1.5]
activity = [0.1, 2.0]
draws = 5
panels = [\"singular_values\", \"eigenvalues\", \"growth\", \"activity\"]

[spectra.law]
activation = \"tanh\"
width = 12
factors = [6]
draws = 3
panels = [\"activity\"]
";

const CHECK: &str = "\n[[check]]\nspectra = \"products\"\nmatrices = \"orthogonal\"\nfactors = 3\ngain = 1.2\n\
                     quantity = \"mean_square\"\nexpect = 2.985984\n";

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let bench = Bench::with(SPECTRA);
    for threads in ["1", "2", "5"] {
        let mut command = bench.gradflow(&["run", "two.toml", "--out", threads, "--quiet"]);
        command.env("RAYON_NUM_THREADS", threads).assert().success();
    }
    bench.results("1").assert_same(&bench.results("2"));
    bench.results("1").assert_same(&bench.results("5"));
}

#[test]
fn the_results_own_scenario_reproduces_spectra() {
    let bench = Bench::with(&format!("{SPECTRA}{CHECK}"));
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet", "--seed", "8"]);
    bench.ends(0, &["run", "out/scenario.toml", "--out", "again", "--quiet"]);
    bench.results("out").assert_same(&bench.results("again"));
}

#[test]
fn figures_of_spectra_drawn_again_are_the_same_bytes() {
    let bench = Bench::with(SPECTRA);
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet"]);
    let names = ["law", "products", "tanh"].map(|name| ["png", "svg"].map(|e| format!("out/spectra_{name}.{e}")));
    let names = names.concat();
    let figures = || names.iter().map(|name| fs::read(bench.path(name)).unwrap()).collect::<Vec<_>>();
    let before = figures();
    for name in &names {
        fs::remove_file(bench.path(name)).unwrap();
    }
    let mut printed: Vec<String> = bench.ends(0, &["plot", "out"]).lines().map(str::to_owned).collect();
    printed.sort();
    assert_eq!(printed, names);
    assert!(figures() == before);
}

#[test]
fn spectra_alone_have_their_files_and_nothing_of_arms() {
    let bench = Bench::with(SPECTRA);
    let printed = bench.ends(0, &["run", "two.toml", "--out", "out"]);
    for word in ["half-time", "arm ", "premise", "plateau"] {
        assert!(!printed.contains(word), "{word}: {printed}");
    }
    assert_eq!(
        bench.names("out"),
        [
            "scenario.toml",
            "spectra_law.csv",
            "spectra_law.layers.csv",
            "spectra_law.png",
            "spectra_law.svg",
            "spectra_products.csv",
            "spectra_products.eigenvalues.csv",
            "spectra_products.histogram.csv",
            "spectra_products.layers.csv",
            "spectra_products.png",
            "spectra_products.svg",
            "spectra_tanh.csv",
            "spectra_tanh.eigenvalues.csv",
            "spectra_tanh.histogram.csv",
            "spectra_tanh.layers.csv",
            "spectra_tanh.png",
            "spectra_tanh.svg",
            "summary.json",
        ]
    );
    let summary = bench.results("out").summary();
    assert_eq!(summary["modes"], Value::Array(vec![]));
    assert_eq!(summary["status"], "complete");
    // The folder is one of results, which a second run may replace.
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet", "--set", "spectra.law.draws=2"]);
}

#[test]
fn explain_speaks_of_spectra_alone() {
    let bench = Bench::with(SPECTRA);
    let text = bench.ends(0, &["explain", "two.toml"]);
    for word in ["Spectra products", "Spectra law", "q∞", "memory"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    for word in ["weight flow", "mode", "Sharpness"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    let json: Value = serde_json::from_str(&bench.ends(0, &["explain", "two.toml", "--json"])).unwrap();
    let square = json["spectra"][0]["networks"][4]["theory"]["mean_square"].as_f64().unwrap();
    assert!((square - 2.985984).abs() < 1e-14, "{square}");
    assert!(json.get("modes").is_none());
}

#[test]
fn a_figure_is_a_row_of_the_table_and_an_entry_of_the_summary() {
    let results = Bench::with(SPECTRA).run(&[]);
    let summary = results.summary();
    let networks = summary["spectra"][1]["networks"].as_array().unwrap();
    assert_eq!(networks.len(), 2 * 2 * 2);
    let text = results.text("spectra_tanh.csv");
    let mut rows = 0;
    for row in text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()) {
        let is = |network: &&Value| {
            network["matrices"] == row[0]
                && network["gain"] == row[1].parse::<f64>().unwrap()
                && network["activity"] == row[2].parse::<f64>().unwrap()
        };
        let figure = &networks.iter().find(is).unwrap()["figures"][row[4]];
        for (key, cell) in ["value", "standard_error", "theory"].iter().zip(&row[5..]) {
            assert_eq!(figure[key].as_f64(), cell.parse().ok(), "{key} of {row:?}");
        }
        rows += 1;
    }
    assert_eq!(rows, 8 * 7);
}

#[test]
fn checks_of_spectra_decide_the_status() {
    let bench = Bench::with(&format!("{SPECTRA}{CHECK}"));
    bench.ends(0, &["check", "two.toml"]);
    let printed = bench.ends(
        1,
        &[
            "check",
            "two.toml",
            "--set",
            "spectra.products.gains=[1.2, 1.0]",
            "--set",
            "check=[{ spectra = 'tanh', quantity = 'final_activity', expect = 9 }]",
        ],
    );
    assert!(printed.contains("FAIL"), "{printed}");
}

#[test]
fn spectra_stand_beside_what_is_trained() {
    let training = "[task.spectrum]\ninputs = 2\noutputs = 2\nsingular_values = [1.0]\n[network]\nhidden = [2]\n\
                    init.aligned.strength = 0.1\n[time]\nend = 2.0\nsamples = 5\n[modes]\n";
    let bench = Bench::with(&format!("{SPECTRA}{training}"));
    let printed = bench.ends(0, &["run", "two.toml", "--out", "out"]);
    assert!(printed.contains("half-time") && printed.contains("Spectra law"), "{printed}");
    let names = bench.names("out");
    for name in ["figure.png", "modes.csv", "spectra_tanh.svg"] {
        assert!(names.iter().any(|known| known == name), "{name} is missing: {names:?}");
    }
    assert!(bench.ends(0, &["explain", "two.toml"]).contains("Sharpness"));
    let files = bench.ends(0, &["plot", "out"]);
    assert_eq!(files.lines().count(), 8, "{files}");
}

#[test]
fn a_foreign_summary_is_not_drawn() {
    let bench = Bench::with(SPECTRA);
    bench.ends(0, &["run", "two.toml", "--out", "out", "--quiet", "--no-plots"]);
    let path = bench.path("out/spectra_tanh.layers.csv");
    fs::write(&path, "matrices,gain,activity,layer\ngaussian,one,0.1,1\n").unwrap();
    bench.ends(2, &["plot", "out"]);
    // Without the file there is less to be drawn, but nothing fails.
    fs::remove_file(&path).unwrap();
    bench.ends(0, &["plot", "out"]);
}
