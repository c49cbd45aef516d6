//! Gzip on top of any format.

use crate::{gzipped, idx_bytes, read, read_within, refused, table};

/// `1\n2\n` in gzip after RFC 1952: one stored block (RFC 1951 §3.2.4), CRC-32 and length.
const BY_HAND: &[u8] = &[
    0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, // magic, deflate, no flags, no time, unknown system
    1, 4, 0, 0xfb, 0xff, b'1', b'\n', b'2', b'\n', // the last block: length, its complement
    0x61, 0x78, 0xe1, 0x69, 4, 0, 0, 0,
];

#[test]
fn the_bytes_decide_whatever_the_name() {
    assert_eq!(read("a.csv.gz", BY_HAND).unwrap(), table(2, 1, &[1.0, 2.0]));
    assert_eq!(read("a.csv", BY_HAND).unwrap(), table(2, 1, &[1.0, 2.0]));
    refused(read("a.csv.gz", "1\n2\n"), "named .gz, but it is not gzipped");
}

#[test]
fn members_follow_each_other() {
    let mut bytes = BY_HAND.to_vec();
    bytes.extend(gzipped(b"3\n4\n"));
    assert_eq!(read("a.csv.gz", bytes).unwrap(), table(4, 1, &[1.0, 2.0, 3.0, 4.0]));
}

#[test]
fn cut_at_any_byte() {
    let bytes = gzipped(&idx_bytes(8, &[3, 2], &[1, 2, 3, 4, 5, 6]));
    for end in 2..bytes.len() {
        refused(read("a.idx.gz", &bytes[..end]), "the gzipped data is cut short");
    }
    for end in 2..BY_HAND.len() {
        refused(read("a.csv.gz", &BY_HAND[..end]), "the gzipped data is cut short");
    }
}

#[test]
fn damaged() {
    let mut bytes = BY_HAND.to_vec();
    bytes[15] = b'7';
    refused(read("a.csv.gz", &bytes), "the gzipped data is damaged");
    let mut bytes = BY_HAND.to_vec();
    bytes.extend(b"rubbish that is no gzip member");
    refused(read("a.csv.gz", &bytes), "the gzipped data is damaged");
    refused(read("a.csv.gz", gzipped(b"")), "the file is empty");
}

#[test]
fn the_content_still_has_to_be_what_the_name_says() {
    refused(read("a.npy.gz", gzipped(b"1,2\n3,4\n5,6\n")), "not a .npy file");
    refused(read("a.idx.gz", gzipped(b"1,2\n3,4\n5,6\n")), "not an IDX file");
}

#[test]
fn a_bomb_is_not_unpacked() {
    // The end is missing: whoever unpacks it all complains of that instead.
    let mut bomb = gzipped(&idx_bytes(8, &[2], &vec![0; 32 << 20]));
    bomb.truncate(bomb.len() - 10);
    refused(read_within("a.idx.gz", &bomb, 2), "goes on after the data");
    let mut bomb = gzipped(&idx_bytes(8, &[32 << 20], &vec![0; 32 << 20]));
    bomb.truncate(bomb.len() - 10);
    refused(read_within("a.idx.gz", &bomb, 1000), "at most 1000 fit");
}
