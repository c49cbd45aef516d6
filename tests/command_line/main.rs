//! The commands from end to end: what is written, what is printed, and what it is the same as.

mod bench;
mod classification;
mod commands;
mod converge;
mod curves;
mod delays;
mod overrides;
mod places;
mod plots;
mod reproducible;
mod spectra;
mod studies;
mod summary;
mod weights;
