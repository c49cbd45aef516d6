//! `inputs.csv`: the inputs' correlations along the modes, a row per direction.

use super::curves::number;
use crate::task::InputCorrelations;
use nalgebra::DMatrix;

/// The name of the file.
pub const NAME: &str = "inputs.csv";

/// The file's text: s of each direction, and VᵀΣ11V.
///
/// # Errors
/// None that valid correlations can cause.
pub fn to_csv(inputs: &InputCorrelations) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = (1..=inputs.s.len()).map(|direction| format!("v_{direction}"));
    writer.write_record(std::iter::once("s".to_owned()).chain(names))?;
    for (s, row) in inputs.s.iter().zip(inputs.matrix.row_iter()) {
        writer.write_record(std::iter::once(number(*s)).chain(row.iter().map(|value| number(*value))))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// What a file holds; `None` if it is not one of ours.
pub fn from_csv(text: &[u8]) -> Option<InputCorrelations> {
    let mut reader = csv::Reader::from_reader(text);
    let mut s = Vec::new();
    let mut entries = Vec::new();
    for record in reader.records() {
        let record = record.ok()?;
        let mut numbers = record.iter().map(|text| text.parse().ok().filter(|x: &f64| x.is_finite()));
        s.push(numbers.next()??);
        entries.extend(numbers.collect::<Option<Vec<f64>>>()?);
    }
    let count = s.len();
    (entries.len() == count * count)
        .then(|| InputCorrelations { s, matrix: DMatrix::from_row_slice(count, count, &entries) })
}
