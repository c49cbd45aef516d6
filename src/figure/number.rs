//! Numbers as a figure's reader wants them.

/// The exponent as superscript digits.
pub(super) fn superscript(exponent: i32) -> String {
    let raise = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁰',
    };
    exponent.to_string().chars().map(raise).collect()
}

/// A power of ten, such as 10⁻³.
pub(super) fn power_of_ten(exponent: i32) -> String {
    format!("10{}", superscript(exponent))
}

/// A number in at most `decimals` decimals, with a true minus sign.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        // Rounded to zero: no sign.
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_string(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// A number to three significant digits, trailing zeros dropped.
pub(super) fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    // Formatting rounds first, so that 999.7 counts as 1.00e3.
    let scientific = format!("{value:.2e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-3..=4).contains(&exponent) {
        let decimals = usize::try_from(2 - exponent).unwrap_or(0);
        return trim_zeros(&fixed(value, decimals));
    }
    let mantissa = trim_zeros(&mantissa.replace('-', "−"));
    format!("{mantissa}×{}", power_of_ten(exponent))
}

fn trim_zeros(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_keep_three_digits() {
        let cases = [
            (3.0, "3"),
            (81.04, "81"),
            (0.6, "0.6"),
            (1.2345, "1.23"),
            (999.7, "1000"),
            (-0.0625, "−0.0625"),
            (2.5e-7, "2.5×10⁻⁷"),
            (1e200, "1×10²⁰⁰"),
            (0.0, "0"),
        ];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(fixed(-0.0001, 2), "0.00");
        assert_eq!(fixed(-1.5, 1), "−1.5");
    }
}
