//! No bytes under any name make reading panic.

use crate::{Folder, gzipped, idx_bytes, npy_bytes};
use gradflow::files::{read_matrix, read_table};
use proptest::prelude::*;

const NAMES: [&str; 6] = ["a.npy", "a.csv", "a-idx3-ubyte", "a.npy.gz", "a.csv.gz", "a.idx.gz"];

/// Small enough that a lucky header allocates nothing to speak of.
const FEW: usize = 10_000;

/// Reads `bytes` under every name, and again gzipped, so that they get past the first look.
fn read_everywhere(bytes: &[u8]) {
    let folder = Folder::new();
    for name in NAMES {
        for content in [bytes, &gzipped(bytes)] {
            let path = folder.file(name, content);
            if let Ok(table) = read_table(&path, FEW) {
                assert_eq!(table.values.len(), table.rows * table.cols);
                assert!(table.values.len() <= FEW);
                assert!(table.values.iter().all(|value| value.is_finite()));
            }
            let _ = read_matrix(&path, FEW);
        }
    }
}

/// What headers of `.npy` files are made of, and what they are not.
const PARTS: [&str; 20] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "'",
    "\"",
    ",",
    ":",
    " ",
    "é",
    "2",
    "-1",
    "99999999999999999999",
    "'descr': '<f8', ",
    "'fortran_order': True, ",
    "'shape': (2, 4)",
    "'shape': (",
    "'descr': ",
    "'fortran_order': ",
];

/// Valid files, to be damaged.
fn valid() -> impl Strategy<Value = Vec<u8>> {
    let header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";
    prop_oneof![
        Just(npy_bytes(1, header, &[0x3f; 24])),
        Just(npy_bytes(2, header, &[0x3f; 24])),
        Just(idx_bytes(0x0B, &[2, 3], &[1; 12])),
        Just(b"x,y\n1,2.5\n\n-3e4,\"4\"\n".to_vec()),
        Just(gzipped(b"1,2\n3,4\n")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_everywhere(&bytes);
    }

    #[test]
    fn random_text(text in "[-+0-9.,eE\"\r\n ;xinfa\u{feff}é]{0,80}") {
        read_everywhere(text.as_bytes());
    }

    #[test]
    fn damaged_files(
        mut bytes in valid(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        for (place, byte) in damage {
            *place.get_mut(&mut bytes) = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        read_everywhere(&bytes);
    }

    #[test]
    fn damaged_headers(parts in prop::collection::vec(prop::sample::select(&PARTS[..]), 0..12)) {
        read_everywhere(&npy_bytes(1, &parts.concat(), &[0; 64]));
        read_everywhere(&npy_bytes(1, &format!("{{{}", parts.concat()), &[0; 64]));
    }

    #[test]
    fn any_shape(dims in prop::collection::vec(any::<u64>(), 0..5), fortran: bool) {
        let order = if fortran { "True" } else { "False" };
        let header = format!("{{'descr': '<f8', 'fortran_order': {order}, 'shape': {dims:?}}}")
            .replace('[', "(").replace(']', ")");
        read_everywhere(&npy_bytes(1, &header, &[0; 64]));
        let dims: Vec<u32> = dims.iter().map(|&dim| dim as u32).collect();
        read_everywhere(&idx_bytes(0x0E, &dims, &[0; 64]));
    }
}
