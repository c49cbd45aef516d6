//! Data paths as they are to be read from the results folder.

use crate::scenario::{Init, MatrixSource, Scenario, TaskTable, WhiteOr};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Rewrites every data path of a scenario in `from` so that it leads to the same file from `to`.
///
/// # Errors
/// If a file is no longer there.
pub fn rewrite(scenario: &mut Scenario, from: &Path, to: &Path) -> io::Result<()> {
    let moved = |path: &mut String| -> io::Result<()> {
        if Path::new(path.as_str()).is_absolute() {
            return Ok(());
        }
        let file = from.join(path.as_str()).canonicalize()?;
        *path = relative(&file, to).to_string_lossy().into_owned();
        Ok(())
    };
    let matrix = |source: &mut MatrixSource| match source {
        MatrixSource::File(path) => moved(path),
        MatrixSource::Rows(_) => Ok(()),
    };
    match &mut scenario.task {
        TaskTable::Dataset(task) => {
            moved(&mut task.inputs)?;
            moved(&mut task.targets)?;
            task.test_inputs.iter_mut().chain(&mut task.test_targets).try_for_each(moved)?;
        }
        TaskTable::Matrices(task) => {
            matrix(&mut task.sigma31)?;
            if let WhiteOr::Matrix(sigma11) = &mut task.sigma11 {
                matrix(sigma11)?;
            }
        }
        TaskTable::Spectrum(_) | TaskTable::Hierarchy(_) | TaskTable::Gaussian(_) => {}
    }
    let series = scenario.delays.values_mut().flat_map(|delays| delays.series.values_mut());
    for init in std::iter::once(&mut scenario.network.init).chain(series.filter_map(|series| series.init.as_mut())) {
        if let Init::Matrices(init) = init {
            init.weights.iter_mut().try_for_each(matrix)?;
        }
    }
    Ok(())
}

/// The way to `file` from the folder `folder`, both absolute and without links.
fn relative(file: &Path, folder: &Path) -> PathBuf {
    let (file, folder): (Vec<Component>, Vec<Component>) = (file.components().collect(), folder.components().collect());
    let common = file.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return file.into_iter().collect();
    }
    let up = folder[common..].iter().map(|_| Component::ParentDir);
    up.chain(file[common..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_leads_up_to_what_is_common_and_down_again() {
        assert_eq!(relative(Path::new("/a/b/data.npy"), Path::new("/a/r/x")), Path::new("../../b/data.npy"));
        assert_eq!(relative(Path::new("/a/r/x/data.npy"), Path::new("/a/r/x")), Path::new("data.npy"));
    }
}
