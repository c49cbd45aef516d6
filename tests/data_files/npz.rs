//! Archives of arrays, read back by the crates `zip` and `npyz`.

use gradflow::files::{NpzWriter, row_major};
use std::io::{Cursor, Read};

fn archive() -> Vec<u8> {
    let mut npz = NpzWriter::new(Cursor::new(Vec::new()));
    npz.array("t", &[2], [0.5, 1.5]).unwrap();
    npz.array("W1", &[2, 1, 3], (0..6).map(f64::from)).unwrap();
    npz.array("end", &[], [7.0]).unwrap();
    npz.finish().unwrap().into_inner()
}

#[test]
fn the_first_entry_byte_by_byte() {
    let bytes = archive();
    // Local file header (APPNOTE 4.3.7): signature, version 4.5 for zip64, no flags, stored.
    assert_eq!(&bytes[..10], b"PK\x03\x04\x2d\0\0\0\0\0");
    // 00:00:00 on 1980-01-01.
    assert_eq!(&bytes[10..14], &[0, 0, 0x21, 0]);
    // Both sizes are in the zip64 field; the name's and the extra field's lengths; the name.
    assert_eq!(&bytes[18..30], b"\xff\xff\xff\xff\xff\xff\xff\xff\x05\0\x14\0");
    assert_eq!(&bytes[30..35], b"t.npy");
    let size = 128u64 + 16;
    assert_eq!(&bytes[35..39], &[1, 0, 16, 0]);
    assert_eq!(bytes[39..47], size.to_le_bytes());
    assert_eq!(bytes[47..55], size.to_le_bytes());
    let npy = &bytes[55..55 + 128 + 16];
    let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";
    assert_eq!(&npy[..10], b"\x93NUMPY\x01\0\x76\0");
    assert_eq!(npy[10..128], *format!("{text:<117}\n").as_bytes());
    assert_eq!(npy[128..136], 0.5f64.to_le_bytes());
    assert_eq!(npy[136..], 1.5f64.to_le_bytes());
}

#[test]
fn other_readers_agree() {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive())).unwrap();
    let expected: [(&str, &[u64], &[f64]); 3] = [
        ("t.npy", &[2], &[0.5, 1.5]),
        ("W1.npy", &[2, 1, 3], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]),
        ("end.npy", &[], &[7.0]),
    ];
    assert_eq!(zip.len(), expected.len());
    for (index, (name, shape, values)) in expected.into_iter().enumerate() {
        let mut entry = zip.by_index(index).unwrap();
        assert_eq!(entry.name().unwrap(), name);
        assert_eq!(entry.compression(), zip::CompressionMethod::Stored);
        // The same at any time: what the directory at the end says, too.
        assert_eq!(entry.last_modified(), Some(zip::DateTime::default()));
        assert_eq!(entry.unix_mode(), Some(0o100644));
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap(); // checks the CRC
        let npy = npyz::NpyFile::new(&bytes[..]).unwrap();
        assert_eq!(npy.shape(), shape);
        assert_eq!(npy.order(), npyz::Order::C);
        assert_eq!(npy.into_vec::<f64>().unwrap(), values);
    }
}

#[test]
fn every_bit_of_a_number_is_kept() {
    let numbers = [-0.0, f64::MIN_POSITIVE / 2.0, f64::NAN, f64::INFINITY, 0.1];
    let mut npz = NpzWriter::new(Cursor::new(Vec::new()));
    npz.array("a", &[5], numbers).unwrap();
    let mut zip = zip::ZipArchive::new(npz.finish().unwrap()).unwrap();
    let mut bytes = Vec::new();
    zip.by_name("a.npy").unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes[128..], numbers.map(f64::to_le_bytes).concat());
}

#[test]
fn more_than_one_buffer_full() {
    let count = 100_003;
    let mut npz = NpzWriter::new(Cursor::new(Vec::new()));
    npz.array("a", &[count], (0..count).map(|n| n as f64)).unwrap();
    let mut zip = zip::ZipArchive::new(npz.finish().unwrap()).unwrap();
    let npy = npyz::NpyFile::new(zip.by_name("a.npy").unwrap()).unwrap();
    let values = npy.into_vec::<f64>().unwrap();
    assert_eq!(values, (0..count).map(|n| n as f64).collect::<Vec<_>>());
}

#[test]
fn matrices_are_written_row_by_row() {
    let matrix = nalgebra::dmatrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0];
    assert!(row_major(&matrix).eq([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
}

#[test]
fn numbers_that_do_not_fit_the_shape() {
    for shape in [&[3][..], &[2, 2], &[], &[usize::MAX, 2]] {
        let mut npz = NpzWriter::new(Cursor::new(Vec::new()));
        let error = npz.array("W1", shape, [1.0, 2.0]).unwrap_err();
        let expected = format!("array W1 of shape {shape:?} was given 2 numbers");
        assert_eq!(error.to_string(), expected);
    }
    let mut npz = NpzWriter::new(Cursor::new(Vec::new()));
    npz.array("W1", &[0, 3], []).unwrap();
    assert!(npz.array("W1", &[1], [1.0]).is_err(), "the same name twice");
}
