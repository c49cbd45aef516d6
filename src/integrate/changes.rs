//! Which methods made the steps, in words.

use super::Method;
use crate::text::number;

/// The changes of method in a run of [`Method::Auto`], in units of τ.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes(Vec<(Method, f64)>);

/// So many changes are named.
const NAMED: usize = 3;

impl Changes {
    /// The steps from time `t` on are `method`'s.
    pub fn add(&mut self, method: Method, t: f64) {
        self.0.push((method, t));
    }

    /// The method that was asked for and, where it is [`Method::Auto`], those that it took, with times in units in which
    /// τ is `tau`: "auto (dop853, then stab8 from t = 3.2)".
    pub fn describe(&self, asked: Method, tau: f64) -> String {
        if asked != Method::Auto {
            return asked.name().to_owned();
        }
        let named = self.0.iter().take(NAMED).enumerate().map(|(index, (method, t))| {
            let then = if index == 0 { "then " } else { "" };
            format!(", {then}{} from t = {}", method.name(), number(rounded(t * tau)))
        });
        let more = match self.0.len().saturating_sub(NAMED) {
            0 => String::new(),
            1 => ", and 1 more change".to_owned(),
            more => format!(", and {more} more changes"),
        };
        format!("auto (dop853{}{more})", named.collect::<String>())
    }
}

/// To four digits: a step begins somewhere near.
fn rounded(t: f64) -> f64 {
    format!("{t:.3e}").parse().unwrap_or(t)
}
