//! `gradflow plot`.

use super::{PlotArgs, Status, complain, say};
use crate::figure::{FigureError, Format, draw_delays, draw_ladders, draw_spectra, draw_study};
use crate::results::{Saved, delays_file_stem, read, spectra_file_stem, study_file_stem};
use std::path::Path;

/// Draws every folder's figures again.
pub(super) fn plot(args: &PlotArgs) -> Status {
    let mut worst = Status::Good;
    for folder in &args.folders {
        match read(folder) {
            Err(error) => worst = worst.max(complain(&error)),
            Ok(saved) => worst = worst.max(redraw(folder, &saved)),
        }
    }
    worst
}

fn redraw(folder: &Path, saved: &Saved) -> Status {
    let mut worst = Status::Good;
    for format in &saved.formats {
        if let Some(ladders) = &saved.ladders {
            worst = worst.max(put(folder, "converge", *format, draw_ladders(&saved.title, ladders, *format)));
            continue;
        }
        let alone = saved.studies.is_empty() && saved.delays.is_empty() && saved.spectra.is_empty();
        if !saved.trajectories.is_empty() || saved.inputs.is_some() || alone {
            worst = worst.max(put(folder, "figure", *format, saved.picture().draw(*format)));
        }
        for (study, panels) in &saved.studies {
            worst = worst.max(put(folder, &study_file_stem(&study.name), *format, draw_study(study, panels, *format)));
        }
        for delays in &saved.delays {
            worst = worst.max(put(folder, &delays_file_stem(&delays.name), *format, draw_delays(delays, *format)));
        }
        for (result, panels) in &saved.spectra {
            let stem = spectra_file_stem(&result.spectra.name);
            worst = worst.max(put(folder, &stem, *format, draw_spectra(result, panels, *format)));
        }
    }
    worst
}

/// Writes a figure beside the one that is there and moves it there: that stays whole if writing fails.
fn put(folder: &Path, stem: &str, format: Format, image: Result<Vec<u8>, FigureError>) -> Status {
    let name = format!("{stem}.{}", format.extension());
    let path = folder.join(&name);
    let image = match image {
        Ok(image) => image,
        Err(error) => return complain(&format!("{}: {error}", path.display())),
    };
    let partial = folder.join(format!(".{name}.partial-{}", std::process::id()));
    if let Err(error) = std::fs::write(&partial, image).and_then(|()| std::fs::rename(&partial, &path)) {
        let _ = std::fs::remove_file(&partial);
        return complain(&format!("{}: {}", path.display(), crate::files::describe_io(&error)));
    }
    say(&path.display().to_string())
}
