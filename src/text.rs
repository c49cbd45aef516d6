//! Numbers and characters as messages show them.

/// A number as a person writes it: digits where they are few, an exponent where they are not.
pub fn number(value: f64) -> String {
    if value == 0.0 || (1e-4..1e7).contains(&value.abs()) { value.to_string() } else { format!("{value:e}") }
}

/// A character as it may be shown on a terminal: what a file holds must not steer it.
pub fn visible(c: char) -> char {
    if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c }
}
