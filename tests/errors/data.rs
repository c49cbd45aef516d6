//! Data files that are missing, cut short, misnamed or wrong within.

use crate::bench::{Bench, SCENARIO};
use insta::assert_snapshot;

/// With these files of inputs and targets.
fn dataset(inputs: &str, targets: &str, keys: &str) -> Bench {
    let network = SCENARIO.find("[network]").unwrap();
    let task = format!("[task.dataset]\ninputs = \"{inputs}\"\ntargets = \"{targets}\"\n{keys}");
    Bench::new(format!("{task}\n\n{}", &SCENARIO[network..]).replace("aligned = { strength", "gaussian = { scale"))
        .file("data/x.csv", "first,second\n1,2\n3,4\n5,7\n")
        .file("data/y.csv", "1.5\n2\n3\n")
}

#[track_caller]
fn refusal(bench: &Bench) -> String {
    bench.refusal(&[])
}

#[test]
fn a_missing_file_is_named_where_the_scenario_names_it() {
    assert_snapshot!(refusal(&dataset("data/none.csv", "data/y.csv", "")), @r#"
    scenario.toml:2:10: data/none.csv: no such file
      2 | inputs = "data/none.csv"
        |          ^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(refusal(&dataset("data/x.csv", "data/none.npy", "")), @r#"
    scenario.toml:3:11: data/none.npy: no such file
      3 | targets = "data/none.npy"
        |           ^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(refusal(&dataset("data", "data/y.csv", "")), @r#"
    scenario.toml:2:10: data: its name does not say what it is: `.npy`, `.csv` and names with `idx` in them (such as `images-idx3-ubyte`) are known, each also with `.gz`
      2 | inputs = "data"
        |          ^^^^^^
    "#);
    assert_snapshot!(refusal(&dataset("", "data/y.csv", "")), @r#"
    scenario.toml:2:10: : its name does not say what it is: `.npy`, `.csv` and names with `idx` in them (such as `images-idx3-ubyte`) are known, each also with `.gz`
      2 | inputs = ""
        |          ^^
    "#);
}

#[test]
fn a_wrong_cell_is_shown_in_the_csv_file_itself() {
    let wrong = |text: &str| refusal(&dataset("data/bad.csv", "data/y.csv", "").file("data/bad.csv", text));
    assert_snapshot!(wrong("first,second\n1,2\n3,4\n5, six\n"), @"
    data/bad.csv:4:4: `six` is not a number
      4 | 5, six
        |    ^
    ");
    assert_snapshot!(wrong("1,2\n3,\n5,6\n"), @"
    data/bad.csv:2:3: a number is missing here
      2 | 3,
        |   ^
    ");
    assert_snapshot!(wrong("1,2\n3,nan\n5,6\n"), @"
    data/bad.csv:2:3: `nan` is not finite
      2 | 3,nan
        |   ^
    ");
    assert_snapshot!(wrong("1,2\n3,4,5\n5,6\n"), @"
    data/bad.csv:2:5: 3 columns here, but 2 in line 1
      2 | 3,4,5
        |     ^
    ");
    assert_snapshot!(wrong("1,2\n3\n5,6\n"), @"
    data/bad.csv:2:2: 1 column here, but 2 in line 1
      2 | 3
        |  ^
    ");
    assert_snapshot!(wrong("1;2\n3;4\n5;6\n"), @"
    data/bad.csv:2:1: `3;4` is not a number: columns are separated by commas
      2 | 3;4
        | ^
    ");
    assert_snapshot!(wrong("1,2\n3,\u{1b}[31m4\n5,6\n"), @"
    data/bad.csv:2:3: `�[31m4` is not a number
      2 | 3,�[31m4
        |   ^
    ");
}

#[test]
fn a_wrong_cell_of_a_matrix_is_shown_in_its_file() {
    let network = SCENARIO.find("[network]").unwrap();
    let scenario = format!("[task.matrices]\nsigma11 = \"white\"\nsigma31 = \"m.csv\"\n\n{}", &SCENARIO[network..]);
    assert_snapshot!(refusal(&Bench::new(scenario).file("m.csv", "1,2\nä,4\n")), @"
    m.csv:2:1: `ä` is not a number
      2 | ä,4
        | ^
    ");
}

#[test]
fn a_file_that_is_cut_short_or_not_what_its_name_says_is_refused() {
    let file = |name: &str, bytes: &[u8]| refusal(&dataset(name, "data/y.csv", "").file(name, bytes));
    let mut npy = b"\x93NUMPY\x01\x00\x46\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }".to_vec();
    npy.resize(79, b' ');
    npy.push(b'\n');
    npy.extend(1f64.to_le_bytes());
    assert_snapshot!(file("x.npy", &npy), @r#"
    scenario.toml:2:10: x.npy: the file ends before the 6 numbers that its header announces
      2 | inputs = "x.npy"
        |          ^^^^^^^
    "#);
    assert_snapshot!(file("x.npy", b"\x93NUMPY\x01\x00v\x00"), @r#"
    scenario.toml:2:10: x.npy: the file ends within its .npy header
      2 | inputs = "x.npy"
        |          ^^^^^^^
    "#);
    assert_snapshot!(file("x.npy", b"1,2\n3,4\n5,6\n"), @r#"
    scenario.toml:2:10: x.npy: not a .npy file: it does not begin with \x93NUMPY
      2 | inputs = "x.npy"
        |          ^^^^^^^
    "#);
    assert_snapshot!(file("x-idx2-ubyte", &[0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 2, 1, 2, 3]), @r#"
    scenario.toml:2:10: x-idx2-ubyte: the file ends before the 6 numbers that its header announces
      2 | inputs = "x-idx2-ubyte"
        |          ^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(file("x-idx2-ubyte", b"1,2\n3,4\n5,6\n"), @r#"
    scenario.toml:2:10: x-idx2-ubyte: not an IDX file: it does not begin with two zero bytes
      2 | inputs = "x-idx2-ubyte"
        |          ^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(file("x-idx2-ubyte.gz", b"not gzipped"), @r#"
    scenario.toml:2:10: x-idx2-ubyte.gz: named .gz, but it is not gzipped
      2 | inputs = "x-idx2-ubyte.gz"
        |          ^^^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(file("x.csv", b"\x93NUMPY\x01\x00v\x00"), @"
    x.csv:1:1: not a text file: there are zero bytes in it
      1 | �NUMPY��v�
        | ^
    ");
    assert_snapshot!(file("x.csv", b""), @r#"
    scenario.toml:2:10: x.csv: the file is empty
      2 | inputs = "x.csv"
        |          ^^^^^^^
    "#);
    assert_snapshot!(file("x.csv", b"first,second\n"), @r#"
    scenario.toml:2:10: x.csv: there are no numbers below the header
      2 | inputs = "x.csv"
        |          ^^^^^^^
    "#);
    assert_snapshot!(file("x.txt", b"1,2\n3,4\n5,6\n"), @r#"
    scenario.toml:2:10: x.txt: its name does not say what it is: `.npy`, `.csv` and names with `idx` in them (such as `images-idx3-ubyte`) are known, each also with `.gz`
      2 | inputs = "x.txt"
        |          ^^^^^^^
    "#);
}

#[test]
fn inputs_and_targets_are_as_many() {
    assert_snapshot!(refusal(&dataset("data/x.csv", "data/y.csv", "").file("data/y.csv", "1.5\n2\n")), @r#"
    scenario.toml:3:11: data/x.csv holds 3 samples, but data/y.csv holds 2
      3 | targets = "data/y.csv"
        |           ^^^^^^^^^^^^
      allowed: as many rows as inputs
    "#);
}

#[test]
fn what_is_done_to_the_samples_leaves_finite_numbers() {
    assert_snapshot!(refusal(&dataset("data/x.csv", "data/y.csv", "scale = 0")), @"
    scenario.toml:4:9: inputs cannot be divided by 0
      4 | scale = 0
        |         ^
      allowed: any other number
    ");
    assert_snapshot!(refusal(&dataset("data/x.csv", "data/y.csv", "scale = 1e-310")), @r#"
    scenario.toml:2:10: data/x.csv: the numbers are not finite after scaling and centring
      2 | inputs = "data/x.csv"
        |          ^^^^^^^^^^^^
    "#);
    assert_snapshot!(refusal(&dataset("data/x.csv", "data/y.csv", "limit = 0")), @"
    scenario.toml:4:9: there must be at least one sample
      4 | limit = 0
        |         ^
      allowed: ≥ 1
    ");
    assert_snapshot!(refusal(&dataset("data/x.csv", "data/y.csv", "centre = \"yes\"")), @r#"
    scenario.toml:4:10: invalid type: string "yes"
      4 | centre = "yes"
        |          ^^^^^
      allowed: true or false
    "#);
}

#[test]
fn samples_are_held_out_only_as_far_as_there_are_any() {
    let test = |keys: &str| refusal(&dataset("data/x.csv", "data/y.csv", keys));
    assert_snapshot!(test("test = 0"), @"
    scenario.toml:4:8: there must be at least one sample
      4 | test = 0
        |        ^
      allowed: ≥ 1
    ");
    assert_snapshot!(test("test = 3"), @"
    scenario.toml:4:8: data/x.csv holds 3 samples: 3 held out beside at least one to train on are too many
      4 | test = 3
        |        ^
      allowed: at most 2
    ");
    assert_snapshot!(test("limit = 2\ntest = 2"), @"
    scenario.toml:5:8: data/x.csv holds 3 samples: 2 held out beside 2 to train on are too many
      5 | test = 2
        |        ^
      allowed: at most 1
    ");
    assert_snapshot!(test("limit = 3\ntest = 18446744073709551615"), @"
    scenario.toml:5:8: data/x.csv holds 3 samples: 18446744073709551615 held out beside 3 to train on are too many
      5 | test = 18446744073709551615
        |        ^^^^^^^^^^^^^^^^^^^^
      allowed: more samples, or a smaller limit
    ");
}

#[test]
fn samples_are_held_out_in_one_way() {
    let test = |keys: &str| refusal(&dataset("data/x.csv", "data/y.csv", keys));
    assert_snapshot!(test("test_inputs = \"data/x.csv\""), @r#"
    scenario.toml:4:15: `test_inputs` goes with `test_targets`, which is missing
      4 | test_inputs = "data/x.csv"
        |               ^^^^^^^^^^^^
    "#);
    assert_snapshot!(test("test = 1\ntest_targets = \"data/y.csv\""), @r#"
    scenario.toml:5:16: `test_targets` goes with `test_inputs`, which is missing
      5 | test_targets = "data/y.csv"
        |                ^^^^^^^^^^^^
    "#);
    assert_snapshot!(test("test = 1\ntest_inputs = \"data/x.csv\"\ntest_targets = \"data/y.csv\""), @"
    scenario.toml:4:8: samples to test on are held out of the files to train on, or have files of their own, not both
      4 | test = 1
        |        ^
      allowed: test, or test_inputs and test_targets
    ");
}

#[test]
fn samples_to_test_on_are_of_the_kind_that_is_trained_on() {
    let test = |inputs: &str, targets: &str| {
        let keys = format!("test_inputs = \"data/{inputs}.csv\"\ntest_targets = \"data/{targets}.csv\"");
        let files =
            [("labels", "0\n1\n0\n"), ("beyond", "0\n1\n2\n"), ("wide", "0,1,2\n1,2,3\n2,3,4\n"), ("two", "0\n1\n")];
        let bench = dataset("data/x.csv", "data/labels.csv", &keys).file("data/bad.csv", "0\noops\n1\n");
        refusal(&files.iter().fold(bench, |bench, (name, text)| bench.file(&format!("data/{name}.csv"), text)))
    };
    assert_snapshot!(test("x", "beyond"), @r#"
    scenario.toml:5:16: data/beyond.csv: sample 3 has the label 2, but the labels to train on are 0 to 1
      5 | test_targets = "data/beyond.csv"
        |                ^^^^^^^^^^^^^^^^^
      allowed: the classes of the training samples
    "#);
    assert_snapshot!(test("wide", "labels"), @r#"
    scenario.toml:4:15: data/wide.csv has 3 columns, but data/x.csv has 2
      4 | test_inputs = "data/wide.csv"
        |               ^^^^^^^^^^^^^^^
      allowed: as many columns
    "#);
    assert_snapshot!(test("x", "wide"), @r#"
    scenario.toml:5:16: data/wide.csv has 3 columns, but data/labels.csv has 1
      5 | test_targets = "data/wide.csv"
        |                ^^^^^^^^^^^^^^^
      allowed: as many columns
    "#);
    assert_snapshot!(test("x", "two"), @r#"
    scenario.toml:5:16: data/x.csv holds 3 samples, but data/two.csv holds 2
      5 | test_targets = "data/two.csv"
        |                ^^^^^^^^^^^^^^
      allowed: as many rows as inputs
    "#);
    assert_snapshot!(test("none", "labels"), @r#"
    scenario.toml:4:15: data/none.csv: no such file
      4 | test_inputs = "data/none.csv"
        |               ^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(test("x", "bad"), @"
    data/bad.csv:2:1: `oops` is not a number
      2 | oops
        | ^
    ");
}

#[test]
fn errors_of_classification_take_classes_and_samples_to_test_on() {
    let check = |targets: &str, quantity: &str| {
        let mut bench = dataset("data/x.csv", targets, "").file("data/labels.csv", "0\n1\n0\n");
        let scenario = std::fs::read_to_string(bench.path().join("scenario.toml")).unwrap().replace("[analytic]\n", "");
        let check = format!("[[check]]\narm = \"flow\"\nquantity = \"{quantity}\"\nexpect = 0\n");
        bench = bench.file("scenario.toml", format!("{scenario}\n{check}"));
        refusal(&bench)
    };
    assert_snapshot!(check("data/y.csv", "final_training_error"), @r#"
    scenario.toml:24:12: there is no error of classification: it takes a data set whose targets are labels or one-hot rows
      24 | quantity = "final_training_error"
         |            ^^^^^^^^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(check("data/y.csv", "final_test_error"), @r#"
    scenario.toml:24:12: there is no error of classification: it takes a data set whose targets are labels or one-hot rows
      24 | quantity = "final_test_error"
         |            ^^^^^^^^^^^^^^^^^^
    "#);
    assert_snapshot!(check("data/y.csv", "final_test_loss"), @r#"
    scenario.toml:24:12: no samples are held out of training to test on
      24 | quantity = "final_test_loss"
         |            ^^^^^^^^^^^^^^^^^
      allowed: test, or test_inputs and test_targets, in [task.dataset]
    "#);
    assert_snapshot!(check("data/labels.csv", "final_test_error"), @r#"
    scenario.toml:24:12: no samples are held out of training to test on
      24 | quantity = "final_test_error"
         |            ^^^^^^^^^^^^^^^^^^
      allowed: test, or test_inputs and test_targets, in [task.dataset]
    "#);
}

#[test]
fn second_moments_beyond_the_range_of_numbers_are_refused() {
    assert_snapshot!(refusal(&dataset("data/x.csv", "data/y.csv", "scale = 1e-160")), @"
    scenario.toml:1:7: sigma11 is beyond the range of numbers (1.8e308)
      1 | [task.dataset]
        |       ^^^^^^^
    ");
}
