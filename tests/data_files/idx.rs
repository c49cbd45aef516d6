//! IDX, the format of MNIST.

use crate::{bytes_of, idx_bytes, read, read_within, refused, table};

#[test]
fn every_type_of_number() {
    let load = |code: u8, data: &[u8]| read("a.idx", idx_bytes(code, &[3], data)).unwrap();
    let column = |values: [f64; 3]| table(3, 1, &values);
    assert_eq!(load(0x08, &[0, 1, 255]), column([0.0, 1.0, 255.0]));
    assert_eq!(load(0x09, &[0, 1, 255]), column([0.0, 1.0, -1.0]));
    assert_eq!(load(0x0B, &[0, 1, 0x80, 0, 0x7f, 0xff]), column([1.0, -32768.0, 32767.0]));
    let data = [0, 0, 0, 1, 0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xfe];
    assert_eq!(load(0x0C, &data), column([1.0, -2147483648.0, -2.0]));
    let data = bytes_of(&[1.5, -0.25, 1e30], f32::to_be_bytes);
    assert_eq!(load(0x0D, &data), column([1.5, -0.25, f64::from(1e30f32)]));
    let data = bytes_of(&[1.5, -0.25, 1e300], f64::to_be_bytes);
    assert_eq!(load(0x0E, &data), column([1.5, -0.25, 1e300]));
}

#[test]
fn images_are_flattened_to_rows() {
    let pixels: Vec<u8> = (0..12).collect();
    let values: Vec<f64> = (0..12).map(f64::from).collect();
    for (dims, rows, cols) in [(&[12][..], 12, 1), (&[4, 3], 4, 3), (&[2, 3, 2], 2, 6), (&[1, 2, 3, 2], 1, 12)] {
        let bytes = idx_bytes(0x08, dims, &pixels);
        assert_eq!(read("t-idx-ubyte", bytes).unwrap(), table(rows, cols, &values));
    }
}

#[test]
fn more_than_one_buffer_full() {
    let numbers: Vec<i16> = (0..100_000).map(|n| (n * 7 % 65_521 - 32_000) as i16).collect();
    let values: Vec<f64> = numbers.iter().map(|&number| f64::from(number)).collect();
    let bytes = idx_bytes(0x0B, &[1000, 100], &bytes_of(&numbers, i16::to_be_bytes));
    assert_eq!(read("a.idx", bytes).unwrap(), table(1000, 100, &values));
}

#[test]
fn what_is_not_idx() {
    refused(read("a.idx", [0, 1, 8, 1, 0, 0, 0, 1, 1]), "does not begin with two zero bytes");
    refused(read("a.idx", "1,2\n3,4\n"), "not an IDX file: it does not begin with two zero bytes");
    refused(read("a.idx", [0, 0, 0x0A, 1, 0, 0, 0, 1, 1]), "0x0A is none of its element types");
    refused(read("a.idx", [0, 0, 0x08, 0, 1]), "without dimensions");
    refused(read("a.idx", [0, 0, 8]), "ends within its IDX header");
    refused(read("a.idx", [0, 0, 8, 2, 0, 0, 0, 1, 0, 0]), "ends within its IDX header");
    refused(read("a.idx", ""), "the file is empty");
}

#[test]
fn data_that_is_cut_or_goes_on() {
    refused(read("a.idx", idx_bytes(8, &[2, 2], &[1, 2, 3])), "ends before the 4 numbers");
    refused(read("a.idx", idx_bytes(8, &[2, 2], &[1, 2, 3, 4, 5])), "goes on after the data");
    refused(read("a.idx", idx_bytes(0x0C, &[1], &[1, 2, 3])), "ends before the 1 numbers");
}

#[test]
fn absurd_dimensions() {
    let most = u32::MAX;
    let eight = ["4294967295"; 8].join(" × ");
    refused(read("a.idx", idx_bytes(8, &[most; 8], &[1])), &format!("holds {eight} numbers"));
    refused(read("a.idx", idx_bytes(8, &[most; 9], &[1])), &format!("holds {eight} × … numbers"));
    refused(read("a.idx", idx_bytes(8, &[most], &[1])), "4294967295 numbers, but at most 1000000");
    refused(read("a.idx", idx_bytes(8, &[3, 0, 2], &[])), "an array of 3 × 0 × 2 holds no numbers");
    refused(read_within("a.idx", idx_bytes(8, &[most; 2], &[1]), usize::MAX), "no memory");
    refused(read_within("a.idx", idx_bytes(8, &[2, 2], &[1; 4]), 3), "2 × 2 numbers, but at most 3");
    assert!(read_within("a.idx", idx_bytes(8, &[2, 2], &[1; 4]), 4).is_ok());
    assert!(read("a.idx", idx_bytes(8, &[1; 255], &[1])).is_ok());
}

#[test]
fn numbers_that_are_not_finite_are_named() {
    let data = bytes_of(&[1.0, 2.0, 3.0, f32::INFINITY], f32::to_be_bytes);
    let place = "the number in row 2, column 2 (counted from 1) is inf, not finite";
    refused(read("a.idx", idx_bytes(0x0D, &[2, 2], &data)), place);
}
