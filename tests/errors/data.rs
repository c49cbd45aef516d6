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
