//! Closed forms of learning, one per file, and the choice among them.

mod arm;
pub mod chain;
mod choice;
pub mod deep;
pub mod infinite;
pub mod many;
pub mod pair;
mod power_law;
pub(crate) mod quadrature;
pub mod riccati;
pub(crate) mod special;
mod weakest;
mod wide;

pub use arm::{half_time_from, run, time_to_reach};
pub use choice::{ClosedForm, Form, FormName, Given, choose, named_forms};
