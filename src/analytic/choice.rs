//! Which closed form is evaluated, and whether it is exact here.

use super::riccati::Riccati;
use crate::linalg::{Svd, map_of, svd};
use crate::network::Widths;
use crate::premises::{EXACTLY_BALANCED, Premises, fails};
use crate::reduction::{Reduction, effective_start};
use crate::task::{ModeBasis, Statistics};
use nalgebra::{DMatrix, DVector};
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
    /// Two weight matrices in any orientation, for white inputs and W2ᵀW2 − W1W1ᵀ = ℓI.
    Riccati,
    /// Any number of weights of equal strength in each mode.
    Deep,
    /// The limit of infinitely many layers: an approximation.
    InfiniteDepth,
    /// The sigmoid from the effective start of small random weights: an estimate.
    EffectiveStart,
}

impl FormName {
    /// Forms that can be asked for by name.
    const NAMED: [FormName; 7] = [
        FormName::SingleLayer,
        FormName::Riccati,
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
            FormName::Riccati => "riccati",
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
    /// From both weight matrices.
    Riccati(Box<Riccati>),
    /// As many balanced weights as the network has, from u0 of each mode.
    Deep(Vec<f64>),
    /// Infinite depth, from u0 of each mode.
    InfiniteDepth(Vec<f64>),
}

impl Form {
    /// Whether it gives the map W, and not only the modes' strengths.
    pub fn gives_map(&self) -> bool {
        matches!(self, Form::SingleLayer(_) | Form::Riccati(_))
    }
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

/// What decides which form is exact.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Σ11 and Σ31.
    pub statistics: &'a Statistics,
    /// The network's widths.
    pub widths: &'a Widths,
    /// The premises, measured at the start.
    pub premises: &'a Premises,
    /// The modes' strengths at the start.
    pub reduction: &'a Reduction,
    /// The starting weights, W1 first, in the user's coordinates.
    pub start: &'a [DMatrix<f64>],
    /// The modes.
    pub basis: &'a ModeBasis,
    /// Why the network is not linear, if it is not.
    pub not_linear: Option<&'static str>,
}

/// Finds the form asked for; "auto" is the most general one that is exact (of those that are, all agree).
///
/// # Errors
/// For "auto", if no closed form is exact: the premise that fails, in words.
pub fn choose(name: FormName, given: &Given) -> Result<ClosedForm, String> {
    if name == FormName::Auto {
        return most_general(given);
    }
    let obstacle = obstacle(name, given);
    let exact = obstacle.is_none();
    let reason = obstacle.unwrap_or_else(|| why_exact(name).to_owned());
    Ok(ClosedForm { name, form: form(name, given), reason, exact })
}

/// The first form that is exact, the most general ones first.
fn most_general(given: &Given) -> Result<ClosedForm, String> {
    let candidates: &[FormName] = match given.widths.depth() {
        1 => &[FormName::SingleLayer],
        2 => &[FormName::Riccati, FormName::Unequal],
        _ => &[FormName::Deep],
    };
    if let Some(reason) = given.not_linear {
        return Err(reason.to_owned());
    }
    let mut obstacles: Vec<String> = Vec::new();
    for &name in candidates {
        match obstacle(name, given) {
            None => return choose(name, given),
            Some(reason) => obstacles.push(reason),
        }
    }
    Err(obstacles.join("; and "))
}

fn why_exact(name: FormName) -> &'static str {
    match name {
        FormName::SingleLayer => "one weight matrix",
        FormName::Unequal => "two weight matrices, inputs that commute with the modes, an aligned start",
        FormName::Riccati => "two weight matrices, white inputs, W2ᵀW2 − W1W1ᵀ a multiple of I",
        _ => "inputs that commute with the modes, an aligned start of equal strengths in all layers",
    }
}

/// The premise of a form that fails here, in words; `None` if it is exact.
fn obstacle(name: FormName, given: &Given) -> Option<String> {
    given.not_linear.map(str::to_owned).or_else(|| obstacle_of_linear(name, given))
}

fn obstacle_of_linear(name: FormName, given: &Given) -> Option<String> {
    let Given { widths, premises, reduction, .. } = *given;
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
        FormName::Riccati => of_depth(2).or_else(|| not_white(premises)).or_else(|| not_proportional(premises)),
        FormName::Sigmoid => of_depth(2).or_else(decoupled).or_else(balanced),
        FormName::Auto | FormName::Deep => decoupled().or_else(balanced),
        FormName::InfiniteDepth => Some(format!("a limit: this network has {} layers", widths.layers())),
        FormName::EffectiveStart => Some("the sigmoid from the effective start of small weights, an estimate".into()),
    }
}

fn not_white(premises: &Premises) -> Option<String> {
    if fails(premises.white) {
        return Some(format!("the inputs are not white (violation {:.2e})", premises.white));
    }
    (premises.mean_eigenvalue <= 0.0).then(|| "the inputs do not vary".to_owned())
}

fn not_proportional(premises: &Premises) -> Option<String> {
    let violation = premises.imbalance.map_or(f64::INFINITY, |imbalance| imbalance.violation);
    let exact = violation <= EXACTLY_BALANCED;
    (!exact).then(|| format!("W2ᵀW2 − W1W1ᵀ is not a multiple of the identity (violation {violation:.2e})"))
}

fn form(name: FormName, given: &Given) -> Form {
    let Given { reduction, start, basis, .. } = *given;
    let initial = || (0..reduction.strengths.len()).map(|mode| reduction.initial(mode)).collect::<Vec<f64>>();
    match name {
        // Of several matrices only their product is one.
        FormName::SingleLayer => Form::SingleLayer(map_of(start)),
        FormName::Unequal => Form::Unequal(pairs(reduction)),
        FormName::Riccati => Form::Riccati(Box::new(riccati(given))),
        FormName::Sigmoid => Form::Sigmoid(initial()),
        FormName::Auto | FormName::Deep => Form::Deep(initial()),
        FormName::InfiniteDepth => Form::InfiniteDepth(initial()),
        FormName::EffectiveStart if start.len() == 2 => Form::Sigmoid(effective_start(start, basis)),
        FormName::EffectiveStart => Form::Sigmoid(initial()),
    }
}

/// From the two matrices; of more or fewer, from two that share their product's singular values equally.
fn riccati(given: &Given) -> Riccati {
    let Given { statistics, premises, start, .. } = *given;
    // Approximate where the inputs are not white: as if all had the mean variance.
    let input_eigenvalue = if premises.mean_eigenvalue > 0.0 { premises.mean_eigenvalue } else { 1.0 };
    let solve = |imbalance, w1: &_, w2: &_| Riccati::new(&statistics.sigma31, input_eigenvalue, imbalance, w1, w2);
    match (start, premises.imbalance) {
        ([w1, w2], Some(imbalance)) => solve(imbalance.multiple, w1, w2),
        _ => {
            let Svd { u, s, v } = svd(&map_of(start));
            let root = DMatrix::from_diagonal(&DVector::from_iterator(s.len(), s.iter().map(|s| s.sqrt())));
            solve(0.0, &(&root * v.transpose()), &(u * &root))
        }
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
