//! Random numbers: one portable stream per purpose, so that a change of one draw moves no other.

use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// What a stream of random numbers is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The task: its singular vectors, its samples.
    Task,
    /// The starting weights.
    Start,
    /// Samples drawn for a task that has none.
    Samples,
    /// The starting weights of one network of a study.
    Network {
        /// Which start, from 0; below 2^15.
        start: u32,
        /// N_l; below 2^24.
        layers: u32,
        /// Which run, from 0; below 2^24.
        run: u32,
    },
    /// The starting weights of one run of a table of delays.
    Delays {
        /// Which start, from 0; below 2^15.
        start: u32,
        /// Which run, from 0.
        run: u32,
    },
    /// The matrices of one network whose spectra are looked at.
    Spectrum {
        /// Which table [spectra.NAME], from 0; below 2^16.
        spectra: u32,
        /// Which kind of matrices, from 0; below 2^8.
        kind: u32,
        /// Which draw, from 0.
        draw: u32,
    },
    /// The order of the samples in one run of descent, counted from 0.
    Order(u32),
}

impl Purpose {
    fn stream(self) -> u64 {
        match self {
            Purpose::Task => 1,
            Purpose::Start => 2,
            Purpose::Samples => 3,
            Purpose::Network { start, layers, run } => {
                (1 << 63) | (u64::from(start) << 48) | (u64::from(layers) << 24) | u64::from(run)
            }
            Purpose::Delays { start, run } => (1 << 61) | (u64::from(start) << 32) | u64::from(run),
            Purpose::Spectrum { spectra, kind, draw } => {
                (1 << 62) | (u64::from(spectra) << 40) | (u64::from(kind) << 32) | u64::from(draw)
            }
            Purpose::Order(run) => (1 << 32) | u64::from(run),
        }
    }
}

/// The generator of a purpose: the same numbers for the same seed, on every platform.
pub fn stream(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(purpose.stream());
    rng
}

/// A matrix of independent N(0, 1) entries, drawn column by column.
pub fn gaussian(rng: &mut ChaCha8Rng, rows: usize, cols: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, cols, |_, _| StandardNormal.sample(rng))
}

/// A matrix with orthonormal columns (rows ≥ cols) or rows (rows < cols), uniformly distributed.
///
/// The QR factor of a Gaussian matrix is uniform once the signs of R's diagonal are fixed.
pub fn orthonormal(rng: &mut ChaCha8Rng, rows: usize, cols: usize) -> DMatrix<f64> {
    if rows < cols {
        return orthonormal(rng, cols, rows).transpose();
    }
    orthonormalised(gaussian(rng, rows, cols))
}

/// The first columns of a random orthogonal matrix n×n, drawn as [`orthonormal`] draws it, at the cost of those columns.
pub fn leading_columns(rng: &mut ChaCha8Rng, n: usize, count: usize) -> DMatrix<f64> {
    orthonormalised(gaussian(rng, n, n).columns(0, count).into_owned())
}

/// The QR factor of a matrix with at least as many rows as columns, with the diagonal of R above 0.
fn orthonormalised(m: DMatrix<f64>) -> DMatrix<f64> {
    let (mut q, r) = m.qr().unpack();
    for (mut column, pivot) in q.column_iter_mut().zip(r.diagonal().iter()) {
        if *pivot < 0.0 {
            column.neg_mut();
        }
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_columns_are_those_of_the_whole_and_leave_the_stream_where_it_does() {
        for count in [0, 1, 3, 6] {
            let (mut some, mut all) = (stream(3, Purpose::Task), stream(3, Purpose::Task));
            let (columns, whole) = (leading_columns(&mut some, 6, count), orthonormal(&mut all, 6, 6));
            assert_eq!(columns, whole.columns(0, count).into_owned());
            assert_eq!(gaussian(&mut some, 1, 1), gaussian(&mut all, 1, 1));
        }
    }
}
