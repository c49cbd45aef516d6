//! Closed forms of learning, one per file, and the choice among them.

mod arm;
mod choice;
pub mod pair;
mod wide;

pub use arm::{run, time_to_reach};
pub use choice::{ClosedForm, Form, FormName, choose, named_forms};
