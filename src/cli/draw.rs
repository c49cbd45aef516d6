//! `gradflow plot`.

use super::{PlotArgs, Status, complain, say};
use crate::results::{Saved, read};
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
    for format in &saved.formats {
        let path = folder.join(format!("figure.{}", format.extension()));
        let image = match saved.picture().draw(*format) {
            Ok(image) => image,
            Err(error) => return complain(&format!("{}: {error}", path.display())),
        };
        // Beside it first: a figure that is there stays whole if writing fails.
        let partial = folder.join(format!(".figure.{}.partial-{}", format.extension(), std::process::id()));
        if let Err(error) = std::fs::write(&partial, image).and_then(|()| std::fs::rename(&partial, &path)) {
            let _ = std::fs::remove_file(&partial);
            return complain(&format!("{}: {}", path.display(), crate::files::describe_io(&error)));
        }
        say(&path.display().to_string());
    }
    Status::Good
}
