//! Which closed form is evaluated, and whether it is exact here.

use crate::network::Widths;
use crate::premises::{HOLDS, Premises};
use crate::reduction::{Reduction, effective_start};
use crate::task::ModeBasis;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// `analytic.form`: a closed form by name, or the choice left to gradflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FormName {
    /// The most general closed form that is exact here.
    #[default]
    Auto,
    /// Two weights of equal strength.
    Sigmoid,
    /// Two weights of any strengths.
    Unequal,
    /// The sigmoid from the effective start of small random weights: an estimate.
    EffectiveStart,
}

/// A closed form of the mode strengths.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// From u0 of each mode.
    Sigmoid(Vec<f64>),
    /// From (a, b) of each mode.
    Unequal(Vec<(f64, f64)>),
}

/// A chosen form, why, and whether it is exact.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedForm {
    /// Its name in scenarios.
    pub name: &'static str,
    /// The form and where it starts.
    pub form: Form,
    /// Why it is exact, or what it approximates.
    pub reason: String,
    /// Whether it is exact.
    pub exact: bool,
}

/// The forms that can be asked for by name.
pub fn named_forms() -> String {
    "a form by name, then marked as an approximation: \"sigmoid\", \"unequal\", \"effective-start\"".to_owned()
}

/// Finds the form asked for.
///
/// # Errors
/// For "auto", if no closed form is exact: the premise that fails, in words.
pub fn choose(
    name: FormName,
    widths: &Widths,
    premises: &Premises,
    reduction: &Reduction,
    start: &[DMatrix<f64>],
    basis: &ModeBasis,
) -> Result<ClosedForm, String> {
    let obstacle = obstacle(widths, premises, reduction);
    match name {
        FormName::Auto => match obstacle {
            None => Ok(unequal(reduction, None)),
            Some(reason) => Err(reason),
        },
        FormName::Unequal => Ok(unequal(reduction, obstacle)),
        FormName::Sigmoid => Ok(sigmoid(reduction, obstacle)),
        FormName::EffectiveStart => Ok(ClosedForm {
            name: "effective-start",
            form: Form::Sigmoid(if widths.depth() == 2 { effective_start(start, basis) } else { initial(reduction) }),
            reason: "the sigmoid from the effective start of small weights, an estimate".into(),
            exact: false,
        }),
    }
}

/// The premise of the pair equations that fails; `None` if they are exact.
fn obstacle(widths: &Widths, premises: &Premises, reduction: &Reduction) -> Option<String> {
    match widths.depth() {
        2 => reduction.approximation.clone().or_else(|| premises.obstacle(2)),
        depth => Some(format!("the closed forms are those of two weight matrices, and here are {depth}")),
    }
}

fn initial(reduction: &Reduction) -> Vec<f64> {
    (0..reduction.strengths.len()).map(|mode| reduction.initial(mode)).collect()
}

fn unequal(reduction: &Reduction, obstacle: Option<String>) -> ClosedForm {
    let starts = reduction.strengths.iter().enumerate().map(|(mode, a)| match a.as_slice() {
        [a, b] => (*a, *b),
        _ => {
            let u0 = reduction.initial(mode);
            (u0.abs().sqrt().copysign(u0), u0.abs().sqrt())
        }
    });
    let exact = obstacle.is_none();
    let reason =
        obstacle.unwrap_or_else(|| "two weight matrices, inputs that commute with the modes, an aligned start".into());
    ClosedForm { name: "unequal", form: Form::Unequal(starts.collect()), reason, exact }
}

fn sigmoid(reduction: &Reduction, obstacle: Option<String>) -> ClosedForm {
    let spread = reduction.imbalance();
    let obstacle = obstacle.or_else(|| {
        (spread > HOLDS)
            .then(|| format!("the two weights of a mode start at unequal strengths (by up to {spread:.2e})"))
    });
    let exact = obstacle.is_none();
    let reason = obstacle.unwrap_or_else(|| {
        "two weight matrices, inputs that commute with the modes, an aligned start of equal strengths".into()
    });
    ClosedForm { name: "sigmoid", form: Form::Sigmoid(initial(reduction)), reason, exact }
}
