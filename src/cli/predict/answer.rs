//! What `gradflow predict` answers, as text and as JSON.

use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Which law answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One weight: a linear equation.
    SingleLayer,
    /// Two weights of equal modulus.
    Sigmoid,
    /// Two weights of any strengths.
    Unequal,
    /// Three weights or more, of equal modulus: time as an explicit function of strength, inverted.
    Deep,
    /// The limit of many layers.
    InfiniteDepth,
    /// Three weights or more, not of equal modulus: no closed form.
    Integrated,
}

impl Form {
    /// The name in the output.
    pub fn name(self) -> &'static str {
        match self {
            Form::SingleLayer => "single-layer",
            Form::Sigmoid => "sigmoid",
            Form::Unequal => "unequal",
            Form::Deep => "deep",
            Form::InfiniteDepth => "infinite-depth",
            Form::Integrated => "integrated",
        }
    }

    /// The equation that it solves.
    fn equation(self) -> &'static str {
        match self {
            Form::SingleLayer => "one weight, τ du/dt = s − λu",
            Form::Sigmoid => "two balanced weights, τ du/dt = 2|u|(s − λu)",
            Form::Unequal => "two weights, τ da/dt = b(s − λab), τ db/dt = a(s − λab), u = ab",
            Form::Deep => "D balanced weights, τ du/dt = D |u|^(2−2/D) (s − λu)",
            Form::InfiniteDepth => "limit of infinite depth, τ du/dt = N u² (s − λu)",
            Form::Integrated => "unequal weights, integrated: τ da_l/dt = (∏ of the others)(s − λu), u = ∏ a_l",
        }
    }
}

/// A mode as it is at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strength {
    /// The time, in the units of τ.
    pub t: f64,
    /// The mode's strength u.
    pub u: f64,
    /// (a, b) where two weights were given.
    pub weights: Option<(f64, f64)>,
}

/// The answer to either question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Strengths at the times asked for, in their order.
    Strengths(Vec<Strength>),
    /// Time until the strength asked for, `None` if it is never reached.
    Time(Option<f64>),
}

/// What `gradflow predict` prints.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Which law answers.
    pub form: Form,
    /// The answer.
    pub answer: Answer,
}

impl Prediction {
    /// One JSON object: `{"form", "t", "u"}`, with `"a"`, `"b"` for two weights, or `{"form", "time"}`
    /// with `null` where the strength is never reached. Numbers round-trip an `f64`.
    pub fn to_json(&self) -> String {
        let mut object = Map::new();
        object.insert("form".into(), json!(self.form.name()));
        match &self.answer {
            Answer::Time(time) => {
                object.insert("time".into(), json!(time));
            }
            Answer::Strengths(rows) => {
                object.insert("t".into(), rows.iter().map(|row| row.t).collect());
                object.insert("u".into(), rows.iter().map(|row| row.u).collect());
                let weights: Option<Vec<(f64, f64)>> = rows.iter().map(|row| row.weights).collect();
                if let Some(weights) = weights.filter(|weights| !weights.is_empty()) {
                    object.insert("a".into(), weights.iter().map(|(a, _)| *a).collect());
                    object.insert("b".into(), weights.iter().map(|(_, b)| *b).collect());
                }
            }
        }
        Value::Object(object).to_string()
    }

    /// The same for reading: the law, then a table or a sentence.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}: {}\n", self.form.name(), self.form.equation());
        match &self.answer {
            Answer::Time(Some(time)) => text += &format!("reached at t = {}\n", json!(time)),
            Answer::Time(None) => text += "never reached\n",
            Answer::Strengths(rows) => {
                let header = ["t", "u", "a", "b"].map(String::from);
                let cells = rows.iter().map(|row| {
                    let (a, b) = row.weights.map_or((None, None), |(a, b)| (Some(a), Some(b)));
                    [Some(row.t), Some(row.u), a, b].map(|x| x.map_or(String::new(), |x| json!(x).to_string()))
                });
                let pair = rows.iter().any(|row| row.weights.is_some());
                for line in [header].into_iter().chain(cells) {
                    let shown = line.iter().take(if pair { 4 } else { 2 });
                    let mut row = String::new();
                    for cell in shown {
                        // Writing into a String cannot fail.
                        let _ = write!(row, "{cell:<26}");
                    }
                    text += row.trim_end();
                    text.push('\n');
                }
            }
        }
        text
    }
}
