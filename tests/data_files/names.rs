//! Which format a name promises, and files that are not there.

use crate::{Folder, ROOM, gzipped, idx_bytes, npy_bytes, read, refused, table};
use gradflow::files::read_table;

#[test]
fn names_of_idx_files() {
    let bytes = idx_bytes(8, &[1, 2], &[3, 4]);
    let expected = table(1, 2, &[3.0, 4.0]);
    for name in ["t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte", "a.idx", "A.IDX", "labels.IDX1"] {
        assert_eq!(read(name, &bytes).unwrap(), expected, "{name}");
        assert_eq!(read(&format!("{name}.gz"), gzipped(&bytes)).unwrap(), expected, "{name}.gz");
        assert_eq!(read(&format!("{name}.GZ"), gzipped(&bytes)).unwrap(), expected, "{name}.GZ");
    }
}

#[test]
fn the_extension_goes_before_idx_in_the_name() {
    assert_eq!(read("idx.csv", "3,4\n").unwrap(), table(1, 2, &[3.0, 4.0]));
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2), }";
    let bytes = npy_bytes(1, header, &[3, 4]);
    assert_eq!(read("train-idx.npy", bytes).unwrap(), table(1, 2, &[3.0, 4.0]));
}

#[test]
fn names_that_promise_nothing() {
    for name in ["data", "data.txt", "data.gz", "csv", "data.csv.bak", "npy.gz"] {
        refused(read(name, "1,2\n"), "`.npy`, `.csv` and names with `idx` in them");
    }
    refused(read("data.npz", "PK"), "a .npz holds several arrays");
}

#[test]
fn files_that_are_not_there() {
    let folder = Folder::new();
    for name in ["none.csv", "none.npy", "none-idx1-ubyte.gz", "no/such/folder.csv"] {
        refused(read_table(&folder.0.path().join(name), ROOM), "no such file");
    }
    let inner = folder.0.path().join("folder.csv");
    std::fs::create_dir(&inner).unwrap();
    refused(read_table(&inner, ROOM), "this is a folder, not a file");
    refused(read_table(std::path::Path::new(""), ROOM), "its name does not say");
    refused(read_table(std::path::Path::new("/"), ROOM), "its name does not say");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.file("a.csv", "1\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    match std::fs::File::open(&path) {
        Ok(_) => println!("skipped: this user may read everything"),
        Err(_) => refused(read_table(&path, ROOM), "no permission to read this file"),
    }
}
