//! `gradflow predict`: the closed forms as a calculator.

mod answer;

pub use answer::{Answer, Form, Prediction, Strength};

use crate::analytic::chain::{Chain, Start, classify};
use crate::analytic::deep::Deep;
use crate::analytic::infinite::InfiniteDepth;

/// Shown after the options: what the numbers mean, and calls to copy.
const AFTER_HELP: &str = "\
The strength u of a mode is the product of its weights, one per layer of weights. It moves towards s/λ by
  two balanced weights   τ du/dt = 2|u|(s − λu)
  two weights a, b       τ da/dt = b(s − λab), τ db/dt = a(s − λab)
  D balanced weights     τ du/dt = D |u|^(2−2/D) (s − λu), D = N − 1 for N layers of neurons
  infinite depth         τ du/dt = N u² (s − λu), their limit
A negative start of balanced weights decays to 0 and never crosses it.

Examples:
  gradflow predict --s 3 --u0 1e-3 --t 0,0.5,1,2       the sigmoid: a plateau, then a sharp transition
  gradflow predict --s 3 --u0 1e-3 --until 1.5 --json  half of s/λ: the mode's half-learning time
  gradflow predict --s 1 --a0 2 --b0 -0.1 --t 1,2,5    unequal weights: u starts below 0 and crosses it
  gradflow predict --s 1 --u0 1e-3 --layers 10 --until 0.99
  gradflow predict --s 1 --chain=-0.1,0.2,0.3 --t 10   three unequal weights: no closed form, integrated";

/// How a mode's strength grows, by its closed form: strengths at given times, or the time to a strength.
#[derive(Debug, Clone, PartialEq, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct PredictArgs {
    /// Singular value s of the mode: the strength of what is to be learned, at least 0
    #[arg(long, value_name = "S", value_parser = finite, allow_hyphen_values = true)]
    pub s: f64,

    /// Start of balanced weights: their product, all of equal modulus; of either sign
    #[arg(long, value_name = "U0", value_parser = finite, allow_hyphen_values = true)]
    pub u0: Option<f64>,

    /// Start of two weights: the one at the input, of either sign; goes with --b0
    #[arg(long, value_name = "A", value_parser = finite, allow_hyphen_values = true)]
    pub a0: Option<f64>,

    /// Start of two weights: the one at the output, of either sign; goes with --a0
    #[arg(long, value_name = "B", value_parser = finite, allow_hyphen_values = true)]
    pub b0: Option<f64>,

    /// Start of a chain, one value per weight, of any sign or zero; fixes the number of layers
    #[arg(long, value_name = "A1,A2,...", value_parser = finite, value_delimiter = ',', allow_hyphen_values = true)]
    pub chain: Option<Vec<f64>>,

    /// Variance λ of the inputs along the mode, at least 0; 1 for white inputs
    #[arg(long, value_name = "L", value_parser = finite, allow_hyphen_values = true, default_value = "1")]
    pub input_eigenvalue: f64,

    /// Layers of neurons, inputs and outputs included: one more than weights, at least 2 [default: 3]
    #[arg(long, value_name = "N")]
    pub layers: Option<u32>,

    /// Limit of many layers, τ du/dt = N u²(s − λu), for this N, at least 2; with --u0
    #[arg(long, value_name = "N")]
    pub infinite_depth: Option<u32>,

    /// Time constant τ, above 0: 1/learning rate where t counts epochs
    #[arg(long, value_name = "T", value_parser = finite, allow_hyphen_values = true, default_value = "1")]
    pub tau: f64,

    /// Times at which to give the strength, at least 0
    #[arg(long, value_name = "T1,T2,...", value_parser = finite, value_delimiter = ',', allow_hyphen_values = true)]
    pub t: Option<Vec<f64>>,

    /// Instead of --t: the strength whose time is asked for
    #[arg(long, value_name = "U", value_parser = finite, allow_hyphen_values = true)]
    pub until: Option<f64>,

    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Why there is no prediction, and what is allowed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PredictError {
    /// A number outside its range.
    #[error("{option} {value}: {allowed}")]
    OutOfRange {
        /// The option.
        option: &'static str,
        /// What was given.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// No start, or half of one.
    #[error(
        "the start is missing: give --u0 U0 (balanced weights), --a0 A with --b0 B (two weights) or --chain A1,A2,..."
    )]
    NoStart,
    /// Neither times nor a target.
    #[error(
        "what is asked for is missing: give --t T1,T2,... (strengths at these times) or --until U (the time to reach U)"
    )]
    NoQuestion,
    /// Two options that contradict each other.
    #[error("{first} and {second} contradict each other: {allowed}")]
    Contradiction {
        /// One of them.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A strength or a weight that no number can hold.
    #[error(
        "the strength or a weight at t = {t} is beyond 1.8e308, the largest number there is: ask for earlier times"
    )]
    StrengthOverflow {
        /// The time asked for.
        t: f64,
    },
    /// A time that no number can hold.
    #[error(
        "{until} is reached, but only after more than 1.8e308, the largest number there is: choose a smaller --tau or a larger start"
    )]
    TimeOverflow {
        /// The strength asked for.
        until: f64,
    },
}

/// A start with the law that it follows.
enum Law {
    Balanced(Deep, f64),
    Infinite(InfiniteDepth, f64),
    Chain(Chain, Vec<f64>),
}

/// Answers what `gradflow predict` is asked.
pub fn predict(args: &PredictArgs) -> Result<Prediction, PredictError> {
    check_ranges(args)?;
    let law = choose(args)?;
    let answer = match (&args.t, args.until) {
        (Some(_), Some(_)) => {
            let allowed = "ask for strengths at given times or for the time of a given strength";
            return Err(PredictError::Contradiction { first: "--t", second: "--until", allowed });
        }
        (Some(times), None) => Answer::Strengths(times.iter().map(|t| law.at(*t)).collect::<Result<_, _>>()?),
        (None, Some(until)) => Answer::Time(law.until(until)?),
        (None, None) => return Err(PredictError::NoQuestion),
    };
    Ok(Prediction { form: law.form(), answer })
}

/// Refuses numbers for which the laws mean nothing.
fn check_ranges(args: &PredictArgs) -> Result<(), PredictError> {
    let at_least_0 = "must be a number, at least 0";
    let checks = [("--s", args.s), ("--input-eigenvalue", args.input_eigenvalue)];
    let times = args.t.iter().flatten().map(|t| ("--t", *t));
    for (option, value) in checks.into_iter().chain(times) {
        if !(value >= 0.0 && value.is_finite()) {
            return Err(PredictError::OutOfRange { option, value, allowed: at_least_0 });
        }
    }
    if !(args.tau > 0.0 && args.tau.is_finite()) {
        return Err(PredictError::OutOfRange { option: "--tau", value: args.tau, allowed: "must be a number above 0" });
    }
    let starts = [("--u0", args.u0), ("--a0", args.a0), ("--b0", args.b0), ("--until", args.until)];
    let weights = args.chain.iter().flatten().map(|a| ("--chain", Some(*a)));
    for (option, value) in starts.into_iter().chain(weights) {
        if let Some(value) = value.filter(|value| !value.is_finite()) {
            return Err(PredictError::OutOfRange { option, value, allowed: "must be a finite number" });
        }
    }
    for (option, layers) in [("--layers", args.layers), ("--infinite-depth", args.infinite_depth)] {
        if let Some(layers) = layers.filter(|layers| *layers < 2) {
            let allowed = "must be at least 2, inputs and outputs";
            return Err(PredictError::OutOfRange { option, value: f64::from(layers), allowed });
        }
    }
    Ok(())
}

/// The law for the start and depth that were given.
fn choose(args: &PredictArgs) -> Result<Law, PredictError> {
    let PredictArgs { s, input_eigenvalue, tau, layers, infinite_depth, .. } = *args;
    let contradiction = |first, second, allowed| Err(PredictError::Contradiction { first, second, allowed });
    if layers.is_some() && infinite_depth.is_some() {
        return contradiction("--layers", "--infinite-depth", "give a number of layers or ask for the limit");
    }
    let one_start = "give one start, --u0, --a0 with --b0, or --chain";
    let chain = Chain { s, input_eigenvalue, tau };
    match (args.u0, args.a0, args.b0, &args.chain) {
        (Some(_), Some(_), _, _) => contradiction("--u0", "--a0", one_start),
        (Some(_), _, Some(_), _) => contradiction("--u0", "--b0", one_start),
        (Some(_), _, _, Some(_)) => contradiction("--u0", "--chain", one_start),
        (_, Some(_), _, Some(_)) => contradiction("--a0", "--chain", one_start),
        (_, _, Some(_), Some(_)) => contradiction("--b0", "--chain", one_start),
        (Some(u0), None, None, None) => Ok(match infinite_depth {
            Some(layers) => Law::Infinite(InfiniteDepth { s, input_eigenvalue, tau, layers }, u0),
            None => {
                let weights = layers.unwrap_or(3).saturating_sub(1);
                Law::Balanced(Deep { s, input_eigenvalue, tau, weights }, u0)
            }
        }),
        (None, Some(a), Some(b), None) => match (layers, infinite_depth) {
            (None | Some(3), None) => Ok(Law::Chain(chain, vec![a, b])),
            (_, Some(_)) => contradiction("--a0", "--infinite-depth", "two weights make 3 layers"),
            _ => contradiction("--a0", "--layers", "two weights make 3 layers"),
        },
        (None, None, None, Some(weights)) if !weights.is_empty() => match (layers, infinite_depth) {
            (None, None) => Ok(Law::Chain(chain, weights.clone())),
            (Some(_), _) => contradiction("--chain", "--layers", "a chain has a layer more than weights"),
            _ => contradiction("--chain", "--infinite-depth", "a chain has a layer more than weights"),
        },
        _ => Err(PredictError::NoStart),
    }
}

impl Law {
    fn form(&self) -> Form {
        match self {
            Law::Infinite(..) => Form::InfiniteDepth,
            Law::Balanced(deep, _) => balanced_form(deep.weights),
            Law::Chain(_, start) => match classify(start) {
                Start::Pair(a, b) if a.abs() == b.abs() => Form::Sigmoid,
                Start::Pair(..) => Form::Unequal,
                Start::Balanced { weights, .. } => balanced_form(weights),
                Start::Unequal => Form::Integrated,
            },
        }
    }

    /// The mode at time `t`.
    fn at(&self, t: f64) -> Result<Strength, PredictError> {
        let (u, weights) = match self {
            Law::Infinite(law, u0) => (law.strength(*u0, t), None),
            Law::Balanced(law, u0) => {
                let u = law.strength(*u0, t);
                // Two weights of equal modulus; the first one carries the sign.
                let root = u.abs().sqrt();
                (u, (law.weights == 2).then_some((positive_zero(root.copysign(u)), root)))
            }
            Law::Chain(law, start) => {
                let pair = if start.len() == 2 { law.weights(start, t) } else { vec![] };
                let weights = match *pair {
                    [a, b] => Some((positive_zero(a), positive_zero(b))),
                    _ => None,
                };
                (law.strength(start, t), weights)
            }
        };
        let finite = u.is_finite() && weights.is_none_or(|(a, b)| a.is_finite() && b.is_finite());
        if finite {
            Ok(Strength { t, u: positive_zero(u), weights })
        } else {
            Err(PredictError::StrengthOverflow { t })
        }
    }

    /// The time until strength `until`, `None` if it is never reached.
    fn until(&self, until: f64) -> Result<Option<f64>, PredictError> {
        let time = match self {
            Law::Infinite(law, u0) => law.time_to_reach(*u0, until),
            Law::Balanced(law, u0) => law.time_to_reach(*u0, until),
            Law::Chain(law, start) => law.time_to_reach(start, until),
        };
        if time.is_none_or(f64::is_finite) { Ok(time) } else { Err(PredictError::TimeOverflow { until }) }
    }
}

fn balanced_form(weights: u32) -> Form {
    match weights {
        0 | 1 => Form::SingleLayer,
        2 => Form::Sigmoid,
        _ => Form::Deep,
    }
}

/// 0 for −0, which a decay from below would print.
fn positive_zero(x: f64) -> f64 {
    x + 0.0
}

/// A number of the command line, anything but NaN and infinities.
fn finite(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(x) if x.is_finite() => Ok(x),
        Ok(_) => Err("must be a finite number".to_string()),
        Err(_) => Err("must be a number, such as 0.5 or 1e-3".to_string()),
    }
}
