//! The bytes of a file, unpacked if they are gzipped, and never more of them than asked for.

use super::error::FileError;
use flate2::bufread::MultiGzDecoder;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

const BUFFER: usize = 64 * 1024;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// An opened data file: its unpacked bytes, and its path for messages.
pub(super) struct Source {
    path: PathBuf,
    gzipped: bool,
    reader: Box<dyn BufRead>,
}

impl Source {
    /// Opens a file. Whether it is gzipped is told by its first bytes, whatever its name; but a
    /// name that ends in `.gz` (`named_gzip`) promises that it is.
    pub(super) fn open(path: &Path, named_gzip: bool) -> Result<Self, FileError> {
        let refuse = |error: io::Error| FileError::new(path, describe(&error, false));
        // Opening a folder succeeds on Unix and only reading it fails, in the system's words.
        if fs::metadata(path).map_err(refuse)?.is_dir() {
            return Err(FileError::new(path, "this is a folder, not a file"));
        }
        let mut file = BufReader::with_capacity(BUFFER, File::open(path).map_err(refuse)?);
        let gzipped = file.fill_buf().map_err(refuse)?.starts_with(&GZIP_MAGIC);
        if named_gzip && !gzipped {
            return Err(FileError::new(path, "named .gz, but it is not gzipped"));
        }
        let reader: Box<dyn BufRead> = if gzipped {
            Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file)))
        } else {
            Box::new(file)
        };
        let mut source = Source { path: path.to_owned(), gzipped, reader };
        let bytes = source.reader.fill_buf().map(<[u8]>::len);
        if source.checked(bytes)? == 0 {
            return Err(source.fail("the file is empty"));
        }
        Ok(source)
    }

    /// The file's path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// An error about this file as a whole.
    pub(super) fn fail(&self, message: impl Into<String>) -> FileError {
        FileError::new(&self.path, message)
    }

    /// Fills `buffer` as far as the file goes and returns how far that was.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, FileError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.reader.read(rest) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return self.checked(Err(error)),
            }
        }
        Ok(filled)
    }

    /// Fills all of `buffer`; `what` names it for the message if the file ends before.
    pub(super) fn fill_all(&mut self, buffer: &mut [u8], what: &str) -> Result<(), FileError> {
        if self.fill(buffer)? < buffer.len() {
            return Err(self.fail(format!("the file ends within {what}")));
        }
        Ok(())
    }

    /// Makes sure that nothing is left to read.
    pub(super) fn expect_end(&mut self) -> Result<(), FileError> {
        if self.fill(&mut [0])? > 0 {
            return Err(self.fail("the file goes on after the data that its header announces"));
        }
        Ok(())
    }

    /// Reads up to and including the next line feed, at most `limit` bytes, into the emptied
    /// `line`. Returns how many bytes that were: 0 at the end of the file.
    pub(super) fn read_line(&mut self, line: &mut Vec<u8>, limit: u64) -> Result<usize, FileError> {
        line.clear();
        let read = self.reader.by_ref().take(limit).read_until(b'\n', line);
        self.checked(read)
    }

    fn checked<T>(&self, result: io::Result<T>) -> Result<T, FileError> {
        result.map_err(|error| self.fail(describe(&error, self.gzipped)))
    }
}

/// An input error in the user's words. Once a file is known to be gzipped, errors of these kinds
/// are the decompressor's.
fn describe(error: &io::Error, gzipped: bool) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file".into(),
        ErrorKind::PermissionDenied => "no permission to read this file".into(),
        ErrorKind::UnexpectedEof if gzipped => "the gzipped data is cut short".into(),
        ErrorKind::InvalidInput | ErrorKind::InvalidData if gzipped => {
            format!("the gzipped data is damaged ({error})")
        }
        _ => format!("cannot be read ({error})"),
    }
}
