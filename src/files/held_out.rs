//! Which samples are trained on and which are held out.

use super::dataset::DatasetError;
use super::read_table;
use super::table::Table;
use std::path::{Path, PathBuf};

/// Which samples are held out of training.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum HeldOut<'a> {
    /// None.
    #[default]
    Nothing,
    /// So many behind the limit; without a limit, the last ones of the files.
    Following(usize),
    /// All that two other files hold.
    Files {
        /// Their inputs.
        inputs: &'a Path,
        /// Their targets.
        targets: &'a Path,
    },
}

/// Inputs and targets as the files have them, a row per sample, as many of each.
pub(super) struct Pair {
    pub x: Table,
    pub y: Table,
    pub inputs: PathBuf,
    pub targets: PathBuf,
}

impl Pair {
    pub fn read(inputs: &Path, targets: &Path, max_values: usize) -> Result<Pair, DatasetError> {
        let (x, y) = (read_table(inputs, max_values)?, read_table(targets, max_values)?);
        let (inputs, targets) = (inputs.to_owned(), targets.to_owned());
        if x.rows != y.rows {
            return Err(DatasetError::Rows { inputs, input_rows: x.rows, targets, target_rows: y.rows });
        }
        Ok(Pair { x, y, inputs, targets })
    }

    /// Keeps what is trained on and returns what is held out.
    pub fn split(
        &mut self,
        limit: Option<usize>,
        held_out: HeldOut,
        max_values: usize,
    ) -> Result<Option<Pair>, DatasetError> {
        let first = match held_out {
            HeldOut::Following(test) => self.first_held_out(test, limit)?,
            _ => limit.unwrap_or(usize::MAX),
        };
        let held_out = match held_out {
            HeldOut::Nothing => None,
            HeldOut::Following(test) => Some(Pair {
                x: self.x.rows_from(first, test),
                y: self.y.rows_from(first, test),
                inputs: self.inputs.clone(),
                targets: self.targets.clone(),
            }),
            HeldOut::Files { inputs, targets } => Some(self.of_same_kind(Pair::read(inputs, targets, max_values)?)?),
        };
        self.x.truncate(first);
        self.y.truncate(first);
        Ok(held_out)
    }

    /// The row of the first of `test` samples to be held out: the limit, or as many as are left for training.
    fn first_held_out(&self, test: usize, limit: Option<usize>) -> Result<usize, DatasetError> {
        let rows = self.x.rows;
        let rest = rows.checked_sub(test).filter(|rest| *rest >= limit.unwrap_or(1));
        let too_few = || DatasetError::TooFew { inputs: self.inputs.clone(), rows, test, limit };
        Ok(limit.unwrap_or(rest.ok_or_else(too_few)?))
    }

    /// Another pair, if it has the same inputs and targets.
    fn of_same_kind(&self, other: Pair) -> Result<Pair, DatasetError> {
        let own = [(&self.x, &self.inputs), (&self.y, &self.targets)];
        let others = [(&other.x, &other.inputs), (&other.y, &other.targets)];
        for ((own, training), (others, file)) in own.into_iter().zip(others) {
            if own.cols != others.cols {
                let (file, training) = (file.clone(), training.clone());
                return Err(DatasetError::Columns { file, columns: others.cols, training, expected: own.cols });
            }
        }
        Ok(other)
    }

    /// Turns labels into one-hot targets.
    pub fn spread(&mut self, classes: usize, max_values: usize) -> Result<(), DatasetError> {
        let (targets, rows) = (self.targets.clone(), self.y.rows);
        if rows.checked_mul(classes).is_none_or(|values| values > max_values) {
            return Err(DatasetError::OneHot { targets, rows, classes });
        }
        if let Some((sample, label)) = self.y.stranger(classes) {
            return Err(DatasetError::Label { targets, sample: sample + 1, label, classes });
        }
        self.y = self.y.spread(classes);
        Ok(())
    }
}
