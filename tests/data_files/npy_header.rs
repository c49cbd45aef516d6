//! The header of NumPy's `.npy`.

use crate::npy::header;
use crate::{npy_bytes, read, refused, table};

#[test]
fn all_versions_and_spellings_of_the_header() {
    let expected = table(1, 2, &[4.0, 5.0]);
    for version in [1, 2, 3] {
        let bytes = npy_bytes(version, &header("|u1", false, "(1, 2)"), &[4, 5]);
        assert_eq!(read("a.npy", bytes).unwrap(), expected, "version {version}");
    }
    for text in [
        r#"{"shape":(1,2),"fortran_order":False,"descr":"|u1"}"#,
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1L, 2L)}",
        "{ 'shape' : ( 1 , 2 , ) , 'descr' : '|u1' , 'fortran_order' : False , }",
    ] {
        assert_eq!(read("a.npy", npy_bytes(1, text, &[4, 5])).unwrap(), expected, "{text}");
    }
}

#[test]
fn what_is_not_npy() {
    refused(read("a.npy", "1,2\n"), "not a .npy file: it is too short");
    refused(read("a.npy", "1,2\n3,4\n5,6\n"), "not a .npy file: it does not begin with");
    refused(read("a.npy", ""), "the file is empty");
    refused(read("a.npy", npy_bytes(4, &header("|u1", false, "(1,)"), &[1])), "version 4 of .npy");
}

#[test]
fn headers_that_make_no_sense() {
    let cases = [
        ("", "cannot be understood"),
        ("[1, 2]", "cannot be understood at `[1, 2]`"),
        ("\x1b[2J", "cannot be understood at `\u{fffd}[2J`"),
        ("{'descr': '|u1', 'fortran_order': False}", "lacks the key `shape`"),
        ("{'descr': '|u1', 'shape': (1,)}", "lacks the key `fortran_order`"),
        ("{'fortran_order': False, 'shape': (1,)}", "lacks the key `descr`"),
        ("{'descr': '|u1', 'colour': 1}", "unknown key `colour`"),
        ("{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}", "cannot be understood at `0, "),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}", "at `-1,"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (1.5,)}", "at `.5,"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} + 1", "at `+ 1`"),
        ("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}", "at `"),
    ];
    for (text, part) in cases {
        refused(read("a.npy", npy_bytes(1, text, &[1])), part);
    }
    // Deep nesting must not overflow the stack.
    refused(read("a.npy", npy_bytes(1, &"(".repeat(60_000), &[])), "cannot be understood");
    refused(read("a.npy", b"\x93NUMPY\x02\0\xff\xff\xff\xff{"), "a .npy header of 4294967295 bytes");
    refused(read("a.npy", b"\x93NUMPY\x01\0\x40\0{'descr'"), "ends within its .npy header");
    refused(read("a.npy", b"\x93NUMPY\x01\0\x40"), "ends within its .npy header");
}

#[test]
fn elements_that_are_no_real_numbers() {
    for descr in ["<c16", "<U3", "|S3", "|O", "<M8[s]", "<f2", "<f16", "|V8", "<q", "|f8", ""] {
        let bytes = npy_bytes(1, &header(descr, false, "(1,)"), &[0; 16]);
        refused(read("a.npy", bytes), &format!("type `{descr}` cannot be used"));
    }
    let structured = "{'descr': [('a', '<f8'), ('b', '<i4')], 'fortran_order': False, 'shape': (1,)}";
    refused(read("a.npy", npy_bytes(1, structured, &[0; 12])), "a structured array");
}
