//! A problem's folder of `.npy` files.

use gradflow::files::read_matrix;
use nalgebra::DMatrix;
use std::error::Error;
use std::path::PathBuf;

/// As many numbers as a file may hold.
const MOST: usize = 1 << 27;

/// The folder of one problem.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(path: PathBuf) -> Folder {
        Folder(path)
    }

    /// The matrix `name.npy`.
    pub fn matrix(&self, name: &str) -> Result<DMatrix<f64>, Box<dyn Error>> {
        Ok(read_matrix(&self.0.join(name).with_extension("npy"), MOST)?)
    }

    /// The matrix `name.npy`, if there is such a file.
    pub fn matrix_if_any(&self, name: &str) -> Result<Option<DMatrix<f64>>, Box<dyn Error>> {
        let is_there = self.0.join(name).with_extension("npy").exists();
        is_there.then(|| self.matrix(name)).transpose()
    }

    /// The vector `name.npy`.
    pub fn vector(&self, name: &str) -> Result<Vec<f64>, Box<dyn Error>> {
        Ok(self.matrix(name)?.as_slice().to_vec())
    }

    /// The vector of whole numbers `name.npy`, saved as f64.
    pub fn sizes(&self, name: &str) -> Result<Vec<usize>, Box<dyn Error>> {
        Ok(self.vector(name)?.into_iter().map(|x| x as usize).collect())
    }
}
