//! What every format is read into.

/// Numbers from a file: a row per sample, every one of them finite.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Number of rows, at least 1.
    pub rows: usize,
    /// Number of columns, at least 1.
    pub cols: usize,
    /// The numbers, row after row.
    pub values: Vec<f64>,
}

impl Table {
    /// The number of classes (largest label + 1), if this is a column of labels: a single column
    /// in which every number is an integer from 0 to 255.
    ///
    /// What counts is the value, not how it was stored: labels that went through a float array
    /// or were written as `3.0` are still labels.
    pub fn classes(&self) -> Option<usize> {
        if self.cols != 1 {
            return None;
        }
        let labels = self.values.iter().map(|&value| label(value));
        labels.collect::<Option<Vec<usize>>>()?.into_iter().max().map(|largest| largest + 1)
    }

    /// Keeps the first `rows` rows, or all where there are fewer.
    pub(super) fn truncate(&mut self, rows: usize) {
        self.rows = self.rows.min(rows);
        self.values.truncate(self.rows * self.cols);
        self.values.shrink_to_fit();
    }

    /// `count` rows from row `first` on, as far as there are any.
    pub(super) fn rows_from(&self, first: usize, count: usize) -> Table {
        let values: Vec<f64> =
            self.values.chunks_exact(self.cols.max(1)).skip(first).take(count).flatten().copied().collect();
        Table { rows: values.len() / self.cols.max(1), cols: self.cols, values }
    }

    /// Whether every row is one of several columns' unit vectors: a single 1, all else 0.
    pub(super) fn is_one_hot(&self) -> bool {
        let hot = |row: &[f64]| {
            row.iter().filter(|value| **value == 1.0).count() == 1 && row.iter().all(|value| [0.0, 1.0].contains(value))
        };
        self.cols > 1 && self.values.chunks_exact(self.cols).all(hot)
    }

    /// The first value that is no label below `classes`, and its row.
    pub(super) fn stranger(&self, classes: usize) -> Option<(usize, f64)> {
        let is_one = |value: f64| label(value).is_some_and(|label| label < classes);
        self.values.iter().copied().enumerate().find(|(_, value)| !is_one(*value))
    }

    /// Every label as a row of zeros with a single 1; what isn't a label below `classes` becomes
    /// a row of zeros.
    pub(super) fn spread(&self, classes: usize) -> Table {
        let mut values = vec![0.0; self.rows * classes];
        for (row, &value) in values.chunks_exact_mut(classes.max(1)).zip(&self.values) {
            if let Some(entry) = label(value).and_then(|label| row.get_mut(label)) {
                *entry = 1.0;
            }
        }
        Table { rows: self.rows, cols: classes, values }
    }
}

/// One-hot targets from a single column of integers 0 … 255, with as many columns as
/// [`Table::classes`]; any other table unchanged.
pub fn one_hot(table: Table) -> Table {
    match table.classes() {
        Some(classes) => table.spread(classes),
        None => table,
    }
}

fn label(value: f64) -> Option<usize> {
    let is_label = (0.0..=255.0).contains(&value) && value.fract() == 0.0;
    is_label.then_some(value as usize)
}
