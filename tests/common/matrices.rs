//! Scenarios from matrices, and the matrices of their trajectories.

use gradflow::trajectory::Sample;
use nalgebra::DMatrix;

/// A task and a start, both given by their matrices.
#[derive(Clone)]
pub struct Problem {
    pub sigma11: DMatrix<f64>,
    pub sigma31: DMatrix<f64>,
    pub trace_sigma33: f64,
    /// W1 first.
    pub weights: Vec<DMatrix<f64>>,
}

impl Problem {
    /// The scenario with the tables `rest` for time and arms; the weights are kept.
    pub fn scenario(&self, rest: &str) -> String {
        let hidden: Vec<usize> = self.weights[1..].iter().map(DMatrix::ncols).collect();
        let weights: Vec<Rows> = self.weights.iter().map(rows).collect();
        format!(
            "task.matrices = {{ sigma11 = {:?}, sigma31 = {:?}, trace_sigma33 = {:?} }}\n\
             network = {{ hidden = {hidden:?}, init.matrices.weights = {weights:?} }}\n\
             output.weights = true\n{rest}",
            rows(&self.sigma11),
            rows(&self.sigma31),
            self.trace_sigma33,
        )
    }
}

type Rows = Vec<Vec<f64>>;

fn rows(m: &DMatrix<f64>) -> Rows {
    m.row_iter().map(|row| row.iter().copied().collect()).collect()
}

/// The weights of a row, W1 first.
pub fn weights(sample: &Sample) -> &[DMatrix<f64>] {
    sample.state.as_ref().and_then(|state| state.weights.as_deref()).expect("the weights were kept")
}
