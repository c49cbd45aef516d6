//! NumPy's `.npy`.

use crate::{Folder, ROOM, bytes_of, npy_bytes, read, read_within, refused, table};
use gradflow::files::{Table, read_matrix};

pub(crate) fn header(descr: &str, fortran: bool, shape: &str) -> String {
    let order = if fortran { "True" } else { "False" };
    format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}")
}

fn load(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Table {
    read("a.npy", npy_bytes(1, &header(descr, fortran, shape), data)).unwrap()
}

#[test]
fn every_type_of_number_in_both_byte_orders() {
    macro_rules! both_orders {
        ($type:ty, $code:expr, $numbers:expr) => {
            let numbers: [$type; 3] = $numbers;
            let expected = table(3, 1, &numbers.map(|number| number as f64));
            let (little, big) = (<$type>::to_le_bytes, <$type>::to_be_bytes);
            let descr = [concat!("<", $code), concat!(">", $code)];
            assert_eq!(load(descr[0], false, "(3,)", &bytes_of(&numbers, little)), expected);
            assert_eq!(load(descr[1], false, "(3,)", &bytes_of(&numbers, big)), expected);
        };
    }
    both_orders!(f64, "f8", [1.5, -2.25e-300, f64::MAX]);
    both_orders!(f32, "f4", [1.5, -0.1, f32::MIN_POSITIVE]);
    both_orders!(i64, "i8", [i64::MIN, -1, 1 << 52]);
    both_orders!(i32, "i4", [i32::MIN, -1, i32::MAX]);
    both_orders!(i16, "i2", [i16::MIN, -1, i16::MAX]);
    both_orders!(i8, "i1", [i8::MIN, -1, i8::MAX]);
    both_orders!(u64, "u8", [0, 1, u64::MAX]);
    both_orders!(u32, "u4", [0, 1, u32::MAX]);
    both_orders!(u16, "u2", [0, 1, u16::MAX]);
    both_orders!(u8, "u1", [0, 1, u8::MAX]);
}

#[test]
fn bytes_and_booleans_without_an_order() {
    assert_eq!(load("|u1", false, "(2,)", &[7, 255]), table(2, 1, &[7.0, 255.0]));
    assert_eq!(load("|i1", false, "(2,)", &[7, 255]), table(2, 1, &[7.0, -1.0]));
    assert_eq!(load("|b1", false, "(3,)", &[0, 1, 1]), table(3, 1, &[0.0, 1.0, 1.0]));
}

#[test]
fn rows_are_the_first_axis_in_either_order() {
    // a[i, j] = 10 i + j
    let c = [0, 1, 2, 10, 11, 12];
    let fortran = [0, 10, 1, 11, 2, 12];
    let expected = table(2, 3, &c.map(f64::from));
    assert_eq!(load("|u1", false, "(2, 3)", &c), expected);
    assert_eq!(load("|u1", true, "(2, 3)", &fortran), expected);

    // a[i, j, k] = 100 i + 10 j + k, of shape (2, 3, 2)
    let cube = |i: u8, j: u8, k: u8| 100 * i + 10 * j + k;
    let mut c = Vec::new();
    for i in 0..2 {
        for j in 0..3 {
            c.extend([cube(i, j, 0), cube(i, j, 1)]);
        }
    }
    let mut fortran = Vec::new();
    for k in 0..2 {
        for j in 0..3 {
            fortran.extend([cube(0, j, k), cube(1, j, k)]);
        }
    }
    let flat = [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121];
    let expected = table(2, 6, &flat.map(f64::from));
    assert_eq!(load("|u1", false, "(2, 3, 2)", &c), expected);
    assert_eq!(load("|u1", true, "(2, 3, 2)", &fortran), expected);
}

#[test]
fn a_vector_is_a_column_and_a_number_a_table_of_one() {
    assert_eq!(load("|u1", false, "(3,)", &[4, 5, 6]), table(3, 1, &[4.0, 5.0, 6.0]));
    assert_eq!(load("|u1", true, "(3,)", &[4, 5, 6]), table(3, 1, &[4.0, 5.0, 6.0]));
    assert_eq!(load("|u1", false, "()", &[4]), table(1, 1, &[4.0]));
}

#[test]
fn data_that_is_cut_or_goes_on() {
    let text = header("<f8", false, "(2, 2)");
    let data = bytes_of(&[1.0, 2.0, 3.0, 4.0, 5.0], f64::to_le_bytes);
    refused(read("a.npy", npy_bytes(1, &text, &data[..31])), "ends before the 4 numbers");
    refused(read("a.npy", npy_bytes(1, &text, &[])), "ends before the 4 numbers");
    refused(read("a.npy", npy_bytes(1, &text, &data[..33])), "goes on after the data");
}

#[test]
fn numbers_that_are_not_finite_are_named() {
    let data = bytes_of(&[1.0, 2.0, 3.0, 4.0, 5.0, f64::NAN], f64::to_le_bytes);
    let place = "the number in row 2, column 3 (counted from 1) is NaN, not finite";
    refused(read("a.npy", npy_bytes(1, &header("<f8", false, "(2, 3)"), &data)), place);
    let data = bytes_of(&[1.0, 2.0, f32::NEG_INFINITY, 4.0, 5.0, 6.0], f32::to_le_bytes);
    let place = "the number in row 1, column 2 (counted from 1) is -inf, not finite";
    refused(read("a.npy", npy_bytes(1, &header("<f4", true, "(2, 3)"), &data)), place);
}

#[test]
fn arrays_larger_than_there_is_room_for() {
    let claim = |shape: &str| npy_bytes(1, &header("<f8", false, shape), &[0; 16]);
    refused(read("a.npy", claim("(1000000000,)")), "1000000000 numbers, but at most 1000000 fit");
    refused(read("a.npy", claim("(4294967296, 4294967296)")), "4294967296 × 4294967296");
    refused(read_within("a.npy", claim("(2, 1)"), 1), "2 × 1 numbers, but at most 1 fit");
    assert!(read_within("a.npy", claim("(2, 1)"), 2).is_ok());
    refused(read_within("a.npy", claim("(4611686018427387904,)"), usize::MAX), "no memory");
    refused(read("a.npy", claim("(0, 3)")), "an array of 0 × 3 holds no numbers");
    refused(read("a.npy", claim("(18446744073709551615, 0)")), "holds no numbers");
}

#[test]
fn a_matrix_has_at_most_two_axes() {
    let folder = Folder::new();
    let matrix = |shape: &str| {
        let path = folder.file("a.npy", npy_bytes(1, &header("|u1", false, shape), &[1, 2, 3, 4]));
        read_matrix(&path, ROOM)
    };
    assert_eq!(matrix("(2, 2)").unwrap(), nalgebra::dmatrix![1.0, 2.0; 3.0, 4.0]);
    assert_eq!(matrix("(4,)").unwrap(), nalgebra::dmatrix![1.0; 2.0; 3.0; 4.0]);
    refused_matrix(matrix("(2, 2, 1)"), "an array of 3 axes, where a matrix is needed");
    let idx = folder.file("a.idx", crate::idx_bytes(0x08, &[1, 1], &[1]));
    refused_matrix(read_matrix(&idx, ROOM), "a matrix is read from a .npy or .csv file");
}

#[track_caller]
fn refused_matrix(result: Result<nalgebra::DMatrix<f64>, gradflow::files::FileError>, part: &str) {
    refused(result.map(|_| table(1, 1, &[0.0])), part);
}

#[test]
fn what_npyz_writes() {
    use npyz::WriterBuilder;
    let mut bytes = Vec::new();
    let options = npyz::WriteOptions::new().default_dtype().shape(&[2, 3]);
    let mut writer = options.order(npyz::Order::Fortran).writer(&mut bytes).begin_nd().unwrap();
    writer.extend([1.0, 4.0, 2.0, 5.0, 3.0, 6.0]).unwrap();
    writer.finish().unwrap();
    let expected = table(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(read("a.npy", bytes).unwrap(), expected);
}
