//! Samples from two files, and MNIST.

use crate::{Folder, ROOM, idx_bytes, table};
use gradflow::files::{DatasetError, HeldOut, SampleOptions, Samples, load_samples, one_hot, read_table};
use nalgebra::{dmatrix, dvector};
use std::path::{Path, PathBuf};

const AS_IS: SampleOptions = SampleOptions { centre: false, scale: 1.0, limit: None, held_out: HeldOut::Nothing };

fn samples(inputs: &str, targets: &str, options: SampleOptions) -> Result<Samples, DatasetError> {
    samples_within(inputs, targets, options, ROOM)
}

fn samples_within(
    inputs: &str,
    targets: &str,
    options: SampleOptions,
    max_values: usize,
) -> Result<Samples, DatasetError> {
    let folder = Folder::new();
    let (x, y) = (folder.file("x.csv", inputs), folder.file("y.csv", targets));
    load_samples(&x, &y, &options, max_values)
}

#[test]
fn a_sample_is_a_column() {
    let samples = samples("1,2,3\n4,5,6\n", "0.5,-1\n0.25,-2\n", AS_IS).unwrap();
    assert_eq!(samples.x, dmatrix![1.0, 4.0; 2.0, 5.0; 3.0, 6.0]);
    assert_eq!(samples.y, dmatrix![0.5, 0.25; -1.0, -2.0]);
    assert_eq!(samples.classes, None);
}

#[test]
fn a_column_of_small_integers_becomes_one_hot() {
    let hot = one_hot(table(4, 1, &[2.0, 0.0, 2.0, 1.0]));
    let rows = [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]];
    assert_eq!(hot, table(4, 3, rows.as_flattened()));
    assert_eq!(one_hot(table(1, 1, &[255.0])).cols, 256);
    assert_eq!(one_hot(table(2, 1, &[0.0, -0.0])), table(2, 1, &[1.0, 1.0]));
    for numbers in [[0.0, 256.0], [0.0, -1.0], [0.5, 1.0], [0.0, 1e300]] {
        let column = table(2, 1, &numbers);
        assert_eq!(one_hot(column.clone()), column, "no labels: {numbers:?}");
        assert_eq!(column.classes(), None);
    }
    let wide = table(1, 2, &[0.0, 1.0]);
    assert_eq!(one_hot(wide.clone()), wide);
}

#[test]
fn classes_are_those_of_the_whole_file() {
    let options = SampleOptions { limit: Some(2), ..AS_IS };
    let samples = samples("1\n2\n3\n", "label\n1\n0\n2\n", options).unwrap();
    assert_eq!(samples.x, dmatrix![1.0, 2.0]);
    assert_eq!(samples.y, dmatrix![0.0, 1.0; 1.0, 0.0; 0.0, 0.0]);
    assert_eq!(samples.classes, Some(3));
}

#[test]
fn scale_divides_inputs_only() {
    let options = SampleOptions { scale: 4.0, ..AS_IS };
    let samples = samples("1,2\n3,4\n", "8\n0.5\n", options).unwrap();
    assert_eq!(samples.x, dmatrix![0.25, 0.75; 0.5, 1.0]);
    assert_eq!(samples.y, dmatrix![8.0, 0.5]);
}

#[test]
fn centring_uses_the_samples_within_the_limit() {
    let options = SampleOptions { centre: true, scale: 2.0, limit: Some(2), ..AS_IS };
    let samples = samples("1,20\n3,10\n800,900\n", "1\n0\n5\n", options).unwrap();
    assert_eq!(samples.x, dmatrix![-0.5, 0.5; 2.5, -2.5]);
    let (plus, minus) = (0.5, -0.5);
    let mut y = nalgebra::DMatrix::zeros(6, 2);
    (y[(0, 0)], y[(0, 1)], y[(1, 0)], y[(1, 1)]) = (minus, plus, plus, minus);
    assert_eq!(samples.y, y);
}

#[test]
fn a_limit_beyond_the_end_is_all() {
    let options = SampleOptions { limit: Some(9), ..AS_IS };
    assert_eq!(samples("1\n2\n", "0.5\n0.5\n", options).unwrap().x.ncols(), 2);
    let options = SampleOptions { limit: Some(0), ..AS_IS };
    let error = samples("1\n2\n", "0.5\n0.5\n", options).unwrap_err();
    assert!(matches!(error, DatasetError::NoSamples));
}

#[test]
fn both_files_hold_the_same_number_of_samples() {
    let error = samples("1\n2\n3\n", "1\n2\n", SampleOptions { limit: Some(1), ..AS_IS });
    let message = error.unwrap_err().to_string();
    assert!(message.contains("x.csv holds 3 samples, but "), "{message}");
    assert!(message.ends_with("y.csv holds 2"), "{message}");
}

#[test]
fn errors_of_the_files_are_handed_on() {
    for (x, y, name) in [("1\noops\n", "1\n2\n", "x.csv"), ("1\n2\n", "1\noops\n", "y.csv")] {
        let DatasetError::File(error) = samples(x, y, AS_IS).unwrap_err() else {
            panic!("not an error of a file");
        };
        assert!(error.to_string().ends_with(&format!("{name}:2:1: `oops` is not a number")));
    }
}

#[test]
fn one_hot_targets_larger_than_there_is_room_for() {
    let error = samples_within("1\n2\n", "255\n0\n", AS_IS, 511).unwrap_err();
    let message = error.to_string();
    assert!(message.ends_with("y.csv: 2 labels of 256 classes are too many one-hot targets"));
    assert!(samples_within("1\n2\n", "255\n0\n", AS_IS, 512).is_ok());
    let limited = SampleOptions { limit: Some(1), ..AS_IS };
    assert!(samples_within("1\n2\n", "255\n0\n", limited, 256).is_ok());
}

#[test]
fn what_scaling_and_centring_make_infinite() {
    let centred = SampleOptions { centre: true, ..AS_IS };
    for (x, y, options, file) in [
        ("1e300\n1\n", "0.5\n0.5\n", SampleOptions { scale: 1e-300, ..AS_IS }, "x.csv"),
        ("0\n1\n", "0.5\n0.5\n", SampleOptions { scale: 0.0, ..AS_IS }, "x.csv"),
        ("0\n1\n", "1.5e308\n1.5e308\n", centred, "y.csv"),
    ] {
        let message = samples(x, y, options).unwrap_err().to_string();
        let expected = format!("{file}: the numbers are not finite after scaling and centring");
        assert!(message.ends_with(&expected), "{message}");
    }
}

#[test]
fn images_and_labels() {
    let folder = Folder::new();
    let x = folder.file("images-idx3-ubyte", idx_bytes(8, &[2, 2, 2], &[0, 51, 102, 255, 1, 2, 3, 4]));
    let y = folder.file("labels-idx1-ubyte", idx_bytes(8, &[2], &[1, 0]));
    let options = SampleOptions { scale: 255.0, ..AS_IS };
    let samples = load_samples(&x, &y, &options, ROOM).unwrap();
    assert_eq!(samples.x.column(0), dvector![0.0, 0.2, 0.4, 1.0]);
    assert_eq!(samples.y, dmatrix![0.0, 1.0; 1.0, 0.0]);
}

#[test]
fn samples_are_held_out_behind_the_limit_or_else_at_the_end() {
    let (x, y) = ("1\n2\n3\n4\n5\n", "10.5\n20\n30\n40\n50\n");
    let held_out = HeldOut::Following(2);
    let last = samples(x, y, SampleOptions { held_out, ..AS_IS }).unwrap();
    assert_eq!((last.x, last.y), (dmatrix![1.0, 2.0, 3.0], dmatrix![10.5, 20.0, 30.0]));
    assert_eq!(last.held_out, Some((dmatrix![4.0, 5.0], dmatrix![40.0, 50.0])));
    let limited = samples(x, y, SampleOptions { held_out, limit: Some(2), ..AS_IS }).unwrap();
    assert_eq!((limited.x, limited.y), (dmatrix![1.0, 2.0], dmatrix![10.5, 20.0]));
    assert_eq!(limited.held_out, Some((dmatrix![3.0, 4.0], dmatrix![30.0, 40.0])));
    assert_eq!(samples(x, y, AS_IS).unwrap().held_out, None);
}

#[test]
fn more_samples_than_there_are_cannot_be_held_out() {
    let refused = |test: usize, limit: Option<usize>| {
        let options = SampleOptions { held_out: HeldOut::Following(test), limit, ..AS_IS };
        samples("1\n2\n3\n", "0.5\n1\n2\n", options).unwrap_err().to_string()
    };
    for (test, limit, beside) in [
        (3, None, "at least one"),
        (usize::MAX, None, "at least one"),
        (2, Some(2), "2"),
        (4, Some(0), "0"),
        (1, Some(usize::MAX), &usize::MAX.to_string()),
    ] {
        let message = refused(test, limit);
        let expected = format!("x.csv holds 3 samples: {test} held out beside {beside} to train on are too many");
        assert!(message.ends_with(&expected), "{message}");
    }
}

#[test]
fn samples_held_out_are_scaled_and_centred_as_those_trained_on() {
    let options = SampleOptions { centre: true, scale: 2.0, held_out: HeldOut::Following(1), ..AS_IS };
    let samples = samples("1,20\n3,10\n800,900\n", "1.5\n0.5\n7\n", options).unwrap();
    // The means are (1, 7.5) after scaling, and 1: the third sample has no part in them.
    assert_eq!((samples.x, samples.y), (dmatrix![-0.5, 0.5; 2.5, -2.5], dmatrix![0.5, -0.5]));
    assert_eq!(samples.held_out, Some((dmatrix![399.0; 442.5], dmatrix![6.0])));
    assert_eq!(samples.target_mean, dvector![1.0]);
}

/// Two samples, with these to test on in files of their own.
fn tested(training: [&str; 2], test: [&str; 2], options: SampleOptions) -> Result<Samples, DatasetError> {
    let folder = Folder::new();
    let (x, y) = (folder.file("x.csv", training[0]), folder.file("y.csv", training[1]));
    let (inputs, targets) = (folder.file("tx.csv", test[0]), folder.file("ty.csv", test[1]));
    let held_out = HeldOut::Files { inputs: &inputs, targets: &targets };
    load_samples(&x, &y, &SampleOptions { held_out, ..options }, ROOM)
}

#[test]
fn files_of_their_own_have_the_classes_of_the_training_labels() {
    let options = SampleOptions { limit: Some(2), ..AS_IS };
    let samples = tested(["1\n2\n3\n", "2\n0\n1\n"], ["7\n8\n9\n", "0\n1\n1\n"], options).unwrap();
    assert_eq!((samples.x, samples.classes), (dmatrix![1.0, 2.0], Some(3)));
    assert_eq!(samples.y, dmatrix![0.0, 1.0; 0.0, 0.0; 1.0, 0.0]);
    let (x, y) = samples.held_out.unwrap();
    assert_eq!((x, y), (dmatrix![7.0, 8.0, 9.0], dmatrix![1.0, 0.0, 0.0; 0.0, 1.0, 1.0; 0.0, 0.0, 0.0]));
}

#[test]
fn what_is_no_label_of_the_training_samples_cannot_be_tested_on() {
    for (labels, sample, label) in [("0\n3\n", 2, "3"), ("0.5\n1\n", 1, "0.5"), ("1\n-1\n", 2, "-1")] {
        let error = tested(["1\n2\n3\n", "2\n0\n1\n"], ["7\n8\n", labels], AS_IS).unwrap_err().to_string();
        let expected = format!("ty.csv: sample {sample} has the label {label}, but the labels to train on are 0 to 2");
        assert!(error.ends_with(&expected), "{error}");
    }
}

#[test]
fn files_to_test_on_are_of_the_kind_that_is_trained_on() {
    for (test, said) in [
        (["7\n", "0.5\n"], "tx.csv has 1 column, but "),
        (["7,8,9\n", "0.5\n"], "tx.csv has 3 columns, but "),
        (["7,8\n", "0.5,1\n"], "ty.csv has 2 columns, but "),
        (["7,8\n1,2\n", "0.5\n"], "tx.csv holds 2 samples, but "),
    ] {
        let error = tested(["1,2\n3,4\n", "0.5\n1.5\n"], test, AS_IS).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn rows_that_are_all_one_hot_are_classes_those_held_out_too() {
    let of = |y: &str, test: usize| {
        let held_out = HeldOut::Following(test);
        samples("1\n2\n3\n", y, SampleOptions { centre: true, held_out, ..AS_IS }).unwrap().classes
    };
    assert_eq!(of("0,1\n1,0\n0,1\n", 1), Some(2));
    for no_classes in ["0,1\n1,0\n0,0\n", "0,1\n1,1\n0,1\n", "0,1\n1,0\n0,0.5\n", "0,2\n1,0\n0,1\n"] {
        assert_eq!(of(no_classes, 1), None, "{no_classes:?}");
    }
}

/// The folder beside the project that holds MNIST's test split, where there is one.
fn mnist() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/mnist");
    if folder.join("t10k-images-idx3-ubyte.gz").is_file() {
        return Some(folder);
    }
    println!("SKIPPED: MNIST is not at {}", folder.display());
    None
}

/// Counts and sums by NumPy, from the same files.
#[test]
fn mnist_test_split() {
    let Some(folder) = mnist() else { return };
    let images = read_table(&folder.join("t10k-images-idx3-ubyte.gz"), 7_840_000).unwrap();
    assert_eq!((images.rows, images.cols), (10_000, 784));
    assert_eq!(images.values.iter().sum::<f64>(), 264_923_200.0);
    let first = &images.values[..784];
    assert_eq!(first.iter().sum::<f64>(), 18_454.0);
    assert_eq!(first.iter().position(|&pixel| pixel > 0.0), Some(202));
    assert_eq!(images.values.iter().skip(350).step_by(784).sum::<f64>(), 902_827.0);

    let labels = read_table(&folder.join("t10k-labels-idx1-ubyte.gz"), 10_000).unwrap();
    assert_eq!(labels.classes(), Some(10));
    assert_eq!(labels.values[..8], [7.0, 2.0, 1.0, 0.0, 4.0, 1.0, 4.0, 9.0]);
    let mut counts = [0; 10];
    labels.values.iter().for_each(|&label| counts[label as usize] += 1);
    assert_eq!(counts, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
}

#[test]
fn mnist_samples() {
    let Some(folder) = mnist() else { return };
    let (x, y) = (folder.join("t10k-images-idx3-ubyte.gz"), folder.join("t10k-labels-idx1-ubyte.gz"));
    let options = SampleOptions { centre: true, scale: 255.0, limit: Some(1000), ..AS_IS };
    let samples = load_samples(&x, &y, &options, 8_000_000).unwrap();
    assert_eq!(samples.x.shape(), (784, 1000));
    assert_eq!(samples.y.shape(), (10, 1000));
    assert!(samples.x.column_mean().amax() < 1e-14);
    assert!(samples.y.column_mean().amax() < 1e-14);
}
