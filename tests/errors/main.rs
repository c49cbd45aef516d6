//! Every way in which a scenario, a data file or an option can be wrong: exit status 2, one message
//! that points at the place, and nothing written; and what happens to runs that cannot be completed.

mod bench;
mod checks;
mod data;
mod delays;
mod incomplete;
mod keys;
mod matrices;
mod overrides;
mod places;
mod ranges;
mod sizes;
mod spectra;
mod studies;
mod syntax;
mod tasks;
mod types;
