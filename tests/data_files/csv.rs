//! Comma-separated numbers.

use crate::{Folder, gzipped, read, read_within, refused, table};
use gradflow::files::{FileError, Table, read_matrix};

#[test]
fn plain_numbers() {
    let text = "1,-2.5,3e-4\n+4,.5,6.\n1E3,-0,7\n";
    let values = [1.0, -2.5, 3e-4, 4.0, 0.5, 6.0, 1000.0, 0.0, 7.0];
    assert_eq!(read("a.csv", text).unwrap(), table(3, 3, &values));
    assert_eq!(read("a.csv", "5").unwrap(), table(1, 1, &[5.0]));
    assert_eq!(read("A.CSV", "5").unwrap(), table(1, 1, &[5.0]));
}

#[test]
fn every_f64_comes_back_exactly() {
    let values = [f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1 + 0.2, 1.0 / 3.0];
    let text = values.map(|value| format!("{value:e}")).join(",");
    assert_eq!(read("a.csv", text).unwrap(), table(1, 5, &values));
}

#[test]
fn what_editors_and_spreadsheets_leave_behind() {
    let expected = table(2, 2, &[1.0, 2.0, 3.0, 4.0]);
    for text in [
        "1,2\n3,4",
        "1,2\r\n3,4\r\n",
        "\n\n1,2\n\r\n   \n3,4\n\n",
        "  1 ,\t2  \n 3,4 \n",
        "\u{feff}1,2\n3,4\n",
        "\"1\",\"2\"\n\" 3 \",4\n",
    ] {
        assert_eq!(read("a.csv", text).unwrap(), expected, "{text:?}");
    }
}

#[test]
fn a_header_is_recognised() {
    let expected = table(2, 2, &[1.0, 2.0, 3.0, 4.0]);
    for header in ["x,y", "\"weight, kg\",\"size\"", "# a, b", "first,", "\u{feff}x,y", "\nx,y\n"] {
        assert_eq!(read("a.csv", format!("{header}\n1,2\n3,4\n")).unwrap(), expected, "{header:?}");
    }
}

#[track_caller]
fn wrong(text: &str, line: usize, column: usize, message: &str) {
    wrong_result(read("a.csv", text), line, column, message);
}

#[track_caller]
fn wrong_result(result: Result<Table, FileError>, line: usize, column: usize, message: &str) {
    let error = result.expect_err(message);
    let place = format!("{}:{line}:{column}: {message}", error.path().display());
    assert_eq!(error.to_string(), place);
    assert_eq!((error.line(), error.column()), (Some(line), Some(column)));
    assert_eq!(error.message(), message);
}

#[test]
fn what_is_no_number() {
    wrong("1,2\n3,abc\n", 2, 3, "`abc` is not a number");
    wrong("1,2\n3,  abc \n", 2, 5, "`abc` is not a number");
    wrong("1,2\n\n\r\n 3x,4\n", 4, 2, "`3x` is not a number");
    wrong("a,b\n1,2\nc,d\n", 3, 1, "`c` is not a number");
    wrong("1,,3\n", 1, 3, "a number is missing here");
    wrong("1,2,\n", 1, 5, "a number is missing here");
    wrong("1,0x10\n", 1, 3, "`0x10` is not a number");
    wrong("é,ü\n1,2\n3,é,5\n", 3, 3, "`é` is not a number");
}

#[test]
fn a_slip_in_the_first_row_does_not_make_it_a_header() {
    wrong("1,2.o\n3,4\n", 1, 3, "`2.o` is not a number");
    wrong("x,2\n3,4\n", 1, 1, "`x` is not a number");
    wrong("nan,nan\n3,4\n", 1, 1, "`nan` is not finite");
}

#[test]
fn columns_are_characters_not_bytes() {
    wrong("1,2\n\u{2003}3,x\n", 2, 4, "`x` is not a number");
    wrong("\u{feff}1,x\n", 1, 3, "`x` is not a number");
}

#[test]
fn other_separators_are_pointed_out() {
    let hint = "columns are separated by commas";
    wrong("1;2\n3;4\n", 2, 1, &format!("`3;4` is not a number: {hint}"));
    wrong("x\n1\t2\n", 2, 1, &format!("`1\t2` is not a number: {hint}"));
    wrong("1,2\n1 2\n", 2, 1, &format!("`1 2` is not a number: {hint}"));
}

#[test]
fn what_is_not_finite() {
    wrong("1,nan\n", 1, 3, "`nan` is not finite");
    wrong("1\n-inf\n", 2, 1, "`-inf` is not finite");
    wrong("1\n1e999\n", 2, 1, "`1e999` is not finite");
}

#[test]
fn rows_of_different_lengths() {
    wrong("1,2\n\n3\n", 3, 2, "1 column here, but 2 in line 1");
    wrong("\n1,2\n3,4,5,6\n", 3, 5, "4 columns here, but 2 in line 2");
    wrong("x,y,z\n1,2\n", 2, 4, "2 columns here, but 3 in line 1");
}

#[test]
fn files_without_numbers() {
    refused(read("a.csv", ""), "the file is empty");
    refused(read("a.csv", "\n \r\n"), "there are no numbers in this file");
    refused(read("a.csv", "\u{feff}"), "there are no numbers in this file");
    refused(read("a.csv", "x,y\n\n"), "there are no numbers below the header");
}

#[test]
fn files_that_are_not_text() {
    let bytes = b"\0\0\x08\0";
    wrong_result(read("a.csv", bytes), 1, 1, "not a text file: there are zero bytes in it");
    wrong_result(read("a.csv", b"1\n\xff\xfe\n"), 2, 1, "`\u{fffd}\u{fffd}` is not a number");
}

#[test]
fn more_numbers_than_there_is_room_for() {
    let text = "1,2\n3,4\n";
    assert!(read_within("a.csv", text, 4).is_ok());
    let result = read_within("a.csv", text, 3);
    wrong_result(result, 2, 3, "holds more than the 3 numbers that fit here");
    // A small gzipped file that unpacks to blank lines for ever.
    let blank = gzipped(&vec![b'\n'; 4 << 20]);
    let result = read_within("a.csv.gz", blank, 10);
    wrong_result(result, 1_049_217, 1, "too long for the 10 numbers that fit here");
    let endless = gzipped(&vec![b'1'; 20 << 20]);
    let result = read_within("a.csv.gz", endless, usize::MAX);
    wrong_result(result, 1, 1, "a line of more than 16777216 bytes");
}

#[test]
fn the_line_is_shown_and_a_long_one_cut() {
    let error = read("a.csv", "1,2\n3,é,x\n").unwrap_err();
    let excerpt = error.excerpt().unwrap();
    assert_eq!((excerpt.text.as_str(), excerpt.column), ("3,é,x", 3));

    let numbers = |n: usize| "0,".repeat(n);
    let error = read("a.csv", format!("{}oops,{}0", numbers(500), numbers(500))).unwrap_err();
    assert_eq!((error.line(), error.column()), (Some(1), Some(1001)));
    let excerpt = error.excerpt().unwrap();
    let expected = format!("…{}oops,{}0…", numbers(30), numbers(27));
    assert_eq!((excerpt.text.as_str(), excerpt.column), (expected.as_str(), 62));
    assert_eq!(excerpt.text.chars().nth(excerpt.column - 1), Some('o'));

    let long = "y".repeat(300);
    let error = read("a.csv", format!("1\n{long}")).unwrap_err();
    assert_eq!(error.message(), format!("`{}…` is not a number", "y".repeat(40)));
    assert!(read("a.csv", "1\n2").unwrap().rows == 2);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let error = read("a.csv", "1,2\n3,\x1b[2J\n").unwrap_err();
    assert_eq!(error.message(), "`\u{fffd}[2J` is not a number");
    assert_eq!(error.excerpt().unwrap().text, "3,\u{fffd}[2J");
}

#[test]
fn a_matrix_keeps_rows_and_columns() {
    let folder = Folder::new();
    let path = folder.file("a.csv", "1,2,3\n4,5,6\n");
    assert_eq!(read_matrix(&path, 6).unwrap(), nalgebra::dmatrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0]);
    assert_eq!(read_matrix(&path, 5).unwrap_err().line(), Some(2));
}
