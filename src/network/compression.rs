//! The exact compression of a network: directions that the flow never enters, or never moves in, are left out.

use super::{Gradient, Widths};
use crate::kernels::{View, gemm, product};
use crate::linalg::{basis_of, map_of};
use nalgebra::DMatrix;

/// The weights that gradient flow changes, from one start, on one task.
///
/// In the frame where Σ11 = diag(λ), let b be the inputs of one eigenvalue λ. Their columns of W1 obey
/// dW1_b/dT = S_1ᵀ(Σ31_b − λS_1W1_b), with S_1 = W_D…W_2, so that the rows of W1_b stay in the span of the rows of W1_b(0)
/// and Σ31_b: at most N2 + N3 directions, however many inputs there are (white inputs: all). Where λ = 0, Σ31 is 0 as
/// well, and W1_b stays what it is.
///
/// Likewise −∂L/∂W_l begins with W_{l+1}ᵀ and −∂L/∂W_{l+1} ends with W_lᵀ: the columns of W_l and the rows of W_{l+1}
/// stay in the span of both at the start, at most n_{l−1} + n_{l+1} directions of a hidden layer.
///
/// In orthonormal bases B_l of these spans W_l = B_l W'_l B_{l−1}ᵀ, and W' follows the gradient flow of a narrower
/// network: orthogonal changes of coordinates and omitted zeros alter nothing but rounding.
#[derive(Debug)]
pub struct Compression {
    widths: Widths,
    /// Σ31 and λ of the inputs that are kept.
    sigma31: DMatrix<f64>,
    eigenvalues: Vec<f64>,
    inputs: Inputs,
    /// The columns of W1 at rest, in B_1.
    at_rest: DMatrix<f64>,
    /// B_l of each hidden layer, n_l×n'_l, where it is narrower.
    hidden: Vec<Option<DMatrix<f64>>>,
    start: Vec<f64>,
}

/// How the inputs of the frame are made of those that are kept.
#[derive(Debug)]
struct Inputs {
    groups: Vec<Group>,
    /// Inputs of zero variance.
    still: Vec<usize>,
    /// Their columns of W1.
    at_rest: DMatrix<f64>,
}

/// Inputs of one eigenvalue, or some that are kept as they are.
#[derive(Debug)]
struct Group {
    inputs: Vec<usize>,
    /// The directions that are kept, in columns, if not all.
    basis: Option<DMatrix<f64>>,
}

impl Compression {
    /// What moves from `weights` (one or more, W1 in the frame of Σ11), for Σ31 (N3×N1) and Σ11's eigenvalues in that frame.
    pub fn new(sigma31: &DMatrix<f64>, eigenvalues: &[f64], mut weights: Vec<DMatrix<f64>>) -> Compression {
        let inputs = Inputs::new(sigma31, eigenvalues, &weights[0]);
        weights[0] = inputs.keep(&weights[0]);
        let hidden: Vec<Option<DMatrix<f64>>> = (1..weights.len()).map(|l| narrow(&mut weights, l)).collect();
        let at_rest = match hidden.first() {
            Some(Some(basis)) => product(View::from(basis).t(), (&inputs.at_rest).into()),
            _ => inputs.at_rest.clone(),
        };
        let outputs = [sigma31.nrows()];
        let widths = Widths(weights.iter().map(DMatrix::ncols).chain(outputs).collect());
        Compression {
            start: widths.flatten(&weights),
            widths,
            sigma31: inputs.keep(sigma31),
            eigenvalues: inputs.groups.iter().flat_map(|group| group.eigenvalues(eigenvalues)).collect(),
            inputs,
            at_rest,
            hidden,
        }
    }

    /// The widths of the narrower network.
    pub fn widths(&self) -> &Widths {
        &self.widths
    }

    /// Its gradient.
    pub fn gradient(&self) -> Gradient {
        Gradient::new(&self.widths, &self.sigma31, &self.eigenvalues)
    }

    /// Its starting weights, flat.
    pub fn start(&self) -> &[f64] {
        &self.start
    }

    /// The weights of the network itself at a flat state of the narrower one, W1 in the frame of Σ11.
    pub fn expand(&self, flat: &[f64]) -> Vec<DMatrix<f64>> {
        let mut weights = self.widths.unflatten(flat);
        for (l, basis) in self.hidden.iter().enumerate() {
            if let Some(basis) = basis {
                weights[l] = product(basis.into(), (&weights[l]).into());
                weights[l + 1] = product((&weights[l + 1]).into(), View::from(basis).t());
            }
        }
        weights[0] = self.inputs.expand(&weights[0], &self.inputs.at_rest);
        weights
    }

    /// The map W at a flat state, N3×N1 in the frame of Σ11, at the cost of the hidden layers' own widths.
    pub fn map(&self, flat: &[f64]) -> DMatrix<f64> {
        let mut weights = self.widths.unflatten(flat);
        let map = map_of(&weights);
        weights[0] = self.at_rest.clone();
        self.inputs.expand(&map, &map_of(&weights))
    }
}

/// The part of W_l and W_{l+1} (l from 1) that moves, in a basis of the directions that both span: B_l, n_l×n'_l; or
/// as they are, if that is not less.
fn narrow(weights: &mut [DMatrix<f64>], l: usize) -> Option<DMatrix<f64>> {
    let (below, above) = (&weights[l - 1], &weights[l]);
    let basis = basis_of(below, &above.transpose())?;
    let (below, above) = (product(View::from(&basis).t(), below.into()), product(above.into(), (&basis).into()));
    weights[l - 1] = below;
    weights[l] = above;
    Some(basis)
}

impl Inputs {
    fn new(sigma31: &DMatrix<f64>, eigenvalues: &[f64], first: &DMatrix<f64>) -> Inputs {
        let mut order: Vec<usize> = (0..eigenvalues.len()).collect();
        order.sort_by(|&i, &j| eigenvalues[j].total_cmp(&eigenvalues[i]));
        let (moving, still): (Vec<usize>, Vec<usize>) = order.into_iter().partition(|&i| eigenvalues[i] > 0.0);
        // As far as decomposing Σ11 knows them: as where it takes them for 0.
        let apart = f64::EPSILON * eigenvalues.len() as f64 * moving.first().map_or(0.0, |&i| eigenvalues[i]);
        let mut groups: Vec<Group> = Vec::new();
        let mut rest = moving.as_slice();
        while let Some(&largest) = rest.first() {
            let close = |&i: &usize| eigenvalues[largest] - eigenvalues[i] <= apart;
            let (inputs, beyond) = rest.split_at(rest.partition_point(close));
            let basis = basis_of(
                &first.select_columns(inputs.iter()).transpose(),
                &sigma31.select_columns(inputs.iter()).transpose(),
            );
            match (basis, groups.last_mut()) {
                (None, Some(group)) if group.basis.is_none() => group.inputs.extend(inputs),
                (basis, _) => groups.push(Group { inputs: inputs.to_vec(), basis }),
            }
            rest = beyond;
        }
        let at_rest = first.select_columns(still.iter());
        Inputs { groups, still, at_rest }
    }

    /// M in the directions that are kept, for a matrix whose columns are inputs.
    fn keep(&self, m: &DMatrix<f64>) -> DMatrix<f64> {
        let kept: usize = self.groups.iter().map(Group::kept).sum();
        let mut out = DMatrix::zeros(m.nrows(), kept);
        let mut column = 0;
        for group in &self.groups {
            let part = m.select_columns(group.inputs.iter());
            let part = match &group.basis {
                Some(basis) => product((&part).into(), basis.into()),
                None => part,
            };
            out.columns_mut(column, part.ncols()).copy_from(&part);
            column += part.ncols();
        }
        out
    }

    /// The matrix of all inputs, from that of the kept ones and the columns of those at rest.
    fn expand(&self, m: &DMatrix<f64>, at_rest: &DMatrix<f64>) -> DMatrix<f64> {
        let count = self.still.len() + self.groups.iter().map(|group| group.inputs.len()).sum::<usize>();
        let rows = m.nrows();
        let mut out = DMatrix::zeros(rows, count);
        for (&input, column) in self.still.iter().zip(at_rest.column_iter()) {
            out.set_column(input, &column);
        }
        let mut rest = m.as_slice();
        for group in &self.groups {
            let (kept, others) = rest.split_at(rows * group.kept());
            group.expand(kept, &mut out);
            rest = others;
        }
        out
    }
}

impl Group {
    fn kept(&self) -> usize {
        self.basis.as_ref().map_or(self.inputs.len(), DMatrix::ncols)
    }

    /// Writes the columns of its inputs, from those that are kept.
    fn expand(&self, kept: &[f64], out: &mut DMatrix<f64>) {
        let (rows, inputs) = (out.nrows(), self.inputs.len());
        let Some(basis) = &self.basis else {
            return copy_columns(kept, &self.inputs, out);
        };
        let (kept, back) = (View::new(kept, rows, basis.ncols()), View::from(basis).t());
        // As they come if Σ11 is white.
        if inputs == out.ncols() && self.inputs.is_sorted() {
            gemm(1.0, kept, back, 0.0, out.as_mut_slice());
        } else {
            copy_columns(product(kept, back).as_slice(), &self.inputs, out);
        }
    }

    /// λ of the directions that are kept.
    fn eigenvalues(&self, all: &[f64]) -> Vec<f64> {
        match &self.basis {
            Some(basis) => {
                let mean = self.inputs.iter().map(|&i| all[i]).sum::<f64>() / self.inputs.len() as f64;
                vec![mean; basis.ncols()]
            }
            None => self.inputs.iter().map(|&i| all[i]).collect(),
        }
    }
}

/// Puts columns to their places.
fn copy_columns(columns: &[f64], places: &[usize], out: &mut DMatrix<f64>) {
    let rows = out.nrows();
    for (&place, column) in places.iter().zip(columns.chunks_exact(rows.max(1))) {
        out.column_mut(place).copy_from_slice(column);
    }
}
