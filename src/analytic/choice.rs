//! Which closed form is evaluated, and whether it is exact here.

use crate::linalg::map_of;
use crate::network::Widths;
use crate::premises::{Premises, fails};
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
    /// One weight matrix, any inputs, any start.
    SingleLayer,
    /// Two weights of equal strength in each mode.
    Sigmoid,
    /// Two weights of any strengths in each mode.
    Unequal,
    /// Any number of weights of equal strength in each mode.
    Deep,
    /// The limit of infinitely many layers: an approximation.
    InfiniteDepth,
    /// The sigmoid from the effective start of small random weights: an estimate.
    EffectiveStart,
}

impl FormName {
    /// Forms that can be asked for by name.
    const NAMED: [FormName; 6] = [
        FormName::SingleLayer,
        FormName::Sigmoid,
        FormName::Unequal,
        FormName::Deep,
        FormName::InfiniteDepth,
        FormName::EffectiveStart,
    ];

    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            FormName::Auto => "auto",
            FormName::SingleLayer => "single-layer",
            FormName::Sigmoid => "sigmoid",
            FormName::Unequal => "unequal",
            FormName::Deep => "deep",
            FormName::InfiniteDepth => "infinite-depth",
            FormName::EffectiveStart => "effective-start",
        }
    }
}

/// A closed form and where it starts.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// From the weights W1 themselves, in the user's coordinates.
    SingleLayer(DMatrix<f64>),
    /// Two balanced weights, from u0 of each mode.
    Sigmoid(Vec<f64>),
    /// From (a, b) of each mode.
    Unequal(Vec<(f64, f64)>),
    /// As many balanced weights as the network has, from u0 of each mode.
    Deep(Vec<f64>),
    /// Infinite depth, from u0 of each mode.
    InfiniteDepth(Vec<f64>),
}

/// A chosen form, why, and whether it is exact.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedForm {
    /// Its name.
    pub name: FormName,
    /// The form and where it starts.
    pub form: Form,
    /// Why it is exact, or what it approximates.
    pub reason: String,
    /// Whether it is exact.
    pub exact: bool,
}

/// The forms that can be asked for by name, in words.
pub fn named_forms() -> String {
    let names: Vec<String> = FormName::NAMED.iter().map(|form| format!("\"{}\"", form.name())).collect();
    format!("a form by name, then marked as an approximation: {}", names.join(", "))
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
    let automatic = name == FormName::Auto;
    let name = match (name, widths.depth()) {
        (FormName::Auto, 1) => FormName::SingleLayer,
        (FormName::Auto, 2) => FormName::Unequal,
        (FormName::Auto, _) => FormName::Deep,
        (name, _) => name,
    };
    let obstacle = obstacle(name, widths, premises, reduction);
    match obstacle {
        Some(reason) if automatic => Err(reason),
        Some(reason) => Ok(ClosedForm { name, form: form(name, reduction, start, basis), reason, exact: false }),
        None => {
            let reason = why_exact(name).to_owned();
            Ok(ClosedForm { name, form: form(name, reduction, start, basis), reason, exact: true })
        }
    }
}

fn why_exact(name: FormName) -> &'static str {
    match name {
        FormName::SingleLayer => "one weight matrix",
        FormName::Unequal => "two weight matrices, inputs that commute with the modes, an aligned start",
        _ => "inputs that commute with the modes, an aligned start of equal strengths in all layers",
    }
}

/// The premise of a form that fails here, in words; `None` if it is exact.
fn obstacle(name: FormName, widths: &Widths, premises: &Premises, reduction: &Reduction) -> Option<String> {
    let depth = widths.depth();
    let of_depth = |needed: usize| {
        let noun = if needed == 1 { "matrix" } else { "matrices" };
        (depth != needed).then(|| format!("this form is that of {needed} weight {noun}, and here are {depth}"))
    };
    let decoupled = || premises.obstacle();
    let balanced = || {
        let spread = reduction.imbalance();
        fails(spread).then(|| format!("the weights of a mode start at unequal strengths (by up to {spread:.2e})"))
    };
    match name {
        FormName::SingleLayer => of_depth(1),
        FormName::Unequal => of_depth(2).or_else(decoupled),
        FormName::Sigmoid => of_depth(2).or_else(decoupled).or_else(balanced),
        FormName::Auto | FormName::Deep => decoupled().or_else(balanced),
        FormName::InfiniteDepth => Some(format!("a limit: this network has {} layers", widths.layers())),
        FormName::EffectiveStart => Some("the sigmoid from the effective start of small weights, an estimate".into()),
    }
}

fn form(name: FormName, reduction: &Reduction, start: &[DMatrix<f64>], basis: &ModeBasis) -> Form {
    let initial = || (0..reduction.strengths.len()).map(|mode| reduction.initial(mode)).collect::<Vec<f64>>();
    match name {
        // Of several matrices only their product is one.
        FormName::SingleLayer => Form::SingleLayer(map_of(start)),
        FormName::Unequal => Form::Unequal(pairs(reduction)),
        FormName::Sigmoid => Form::Sigmoid(initial()),
        FormName::Auto | FormName::Deep => Form::Deep(initial()),
        FormName::InfiniteDepth => Form::InfiniteDepth(initial()),
        FormName::EffectiveStart if start.len() == 2 => Form::Sigmoid(effective_start(start, basis)),
        FormName::EffectiveStart => Form::Sigmoid(initial()),
    }
}

/// (a, b) of each mode; of more or fewer weights, two that share their product equally.
fn pairs(reduction: &Reduction) -> Vec<(f64, f64)> {
    let pair = |(mode, strengths): (usize, &Vec<f64>)| match strengths.as_slice() {
        [a, b] => (*a, *b),
        _ => {
            let u0 = reduction.initial(mode);
            (u0.abs().sqrt().copysign(u0), u0.abs().sqrt())
        }
    };
    reduction.strengths.iter().enumerate().map(pair).collect()
}
