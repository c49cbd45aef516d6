//! Figures: what an SVG must contain, that a PNG is one, and that no input makes drawing fail.

mod axes;
mod curves;
mod delays;
mod files;
mod inputs;
mod reading;
mod robustness;
mod spectra;
mod study;
mod synthetic;
