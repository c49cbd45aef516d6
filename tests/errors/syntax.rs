//! Text that is not TOML, or hardly text.

use crate::bench::{Bench, SCENARIO, refusal, with};
use insta::assert_snapshot;

#[test]
fn what_is_not_toml_is_pointed_at() {
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate")), @"
    scenario.toml:21:14: key with no value
      21 | learning_rate
         |              ^
      allowed: `=`
    ");
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate =")), @"
    scenario.toml:21:16: this is not a value
      21 | learning_rate =
         |                ^
      allowed: a number, true or false, a list, a table, or text in quotes
    ");
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = fast")), @"
    scenario.toml:21:17: this is not a value
      21 | learning_rate = fast
         |                 ^^^^
      allowed: a number, true or false, a list, a table, or text in quotes
    ");
    assert_snapshot!(refusal(&with("learning_rate = 1e-2", "learning_rate = 1e-")), @"
    scenario.toml:21:20: invalid exponent
      21 | learning_rate = 1e-
         |                    ^
      allowed: digits
    ");
    assert_snapshot!(refusal(&with("[flow]", "[flow")), @"
    scenario.toml:14:6: unclosed table
      14 | [flow
         |      ^
      allowed: `]`
    ");
    assert_snapshot!(refusal(&format!("{SCENARIO}title = \"unfinished")), @r#"
    scenario.toml:22:20: invalid basic string
      22 | title = "unfinished
         |                    ^
      allowed: `"`
    "#);
    assert_snapshot!(refusal(&with("inputs = 4", "inputs = 4 outputs = 3")), @"
    scenario.toml:2:20: unexpected key or value
      2 | inputs = 4 outputs = 3
        |                    ^
      allowed: newline, `#`
    ");
}

#[test]
fn nothing_is_said_twice() {
    assert_snapshot!(refusal(&with("[flow]", "[flow]\nrtol = 1e-6\nrtol = 1e-7")), @"
    scenario.toml:16:1: duplicate key
      16 | rtol = 1e-7
         | ^^^^
    ");
    assert_snapshot!(refusal(&format!("{SCENARIO}\n[flow]\n")), @"
    scenario.toml:23:2: duplicate key
      23 | [flow]
         |  ^^^^
    ");
}

#[test]
fn an_empty_file_lacks_a_task() {
    assert_snapshot!(refusal(""), @"
    scenario.toml:1:1: missing key `task`
      1 | 
        | ^
      allowed: a table [task.spectrum], [task.matrices], [task.hierarchy], [task.gaussian] or [task.dataset]
    ");
    assert_snapshot!(refusal("# nothing\n\n"), @"
    scenario.toml:1:1: missing key `task`
      1 | # nothing
        | ^
      allowed: a table [task.spectrum], [task.matrices], [task.hierarchy], [task.gaussian] or [task.dataset]
    ");
}

#[test]
fn bytes_that_are_no_text_are_pointed_at() {
    let latin1 = [b"# gradflow\ntitle = \"f\xfcr\"\n".as_slice(), SCENARIO.as_bytes()].concat();
    assert_snapshot!(Bench::new(latin1).refusal(&[]), @r#"
    scenario.toml:2:11: not UTF-8 text
      2 | title = "f�r"
        |           ^
    "#);
    let utf16: Vec<u8> = SCENARIO.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let message = Bench::new([b"\xff\xfe".as_slice(), &utf16].concat()).refusal(&[]);
    assert_eq!(message.lines().next(), Some("scenario.toml:1:1: not UTF-8 text"));
}

#[test]
fn what_a_file_holds_does_not_steer_the_terminal() {
    let message = refusal(&format!("title = \"\u{1b}[31m\"\n{SCENARIO}"));
    assert!(message.contains("title = \"\u{fffd}[31m\""), "{message:?}");
    assert!(!message.contains('\u{1b}'), "{message:?}");
    let message = refusal(&format!("\"\\u001b[31m\" = 1\n{SCENARIO}"));
    assert!(!message.contains('\u{1b}'), "{message:?}");
}

#[test]
fn a_byte_order_mark_is_no_column_and_no_error() {
    let bench = Bench::new(format!("\u{feff}sead = 1\n{SCENARIO}"));
    assert_snapshot!(bench.refusal(&[]), @"
    scenario.toml:1:1: unknown key `sead`; did you mean `seed`?
      1 | sead = 1
        | ^^^^
      allowed: title, seed, task, network, time, flow, modes, analytic, sgd, study, delays, spectra, check, plot, output
    ");
    let bench = Bench::new(format!("\u{feff}{SCENARIO}"));
    bench.gradflow(&["check", "scenario.toml"]).assert().success();
}

#[test]
fn carriage_returns_are_no_error_and_not_shown() {
    let windows = |text: &str| Bench::new(text.replace('\n', "\r\n"));
    windows(SCENARIO).gradflow(&["check", "scenario.toml"]).assert().success();
    let message = windows(&with("[flow]", "[flow]\nrtoll = 1")).refusal(&[]);
    assert!(!message.contains('\r'), "{message:?}");
    assert_snapshot!(message, @"
    scenario.toml:15:1: unknown key `rtoll`; did you mean `rtol`?
      15 | rtoll = 1
         | ^^^^^
      allowed: method, rtol, atol, max_steps
    ");
}

#[test]
fn columns_count_characters_and_not_bytes_or_tab_stops() {
    let message = refusal(&with("[flow]", "[flow]\n\trtoll = 1e-6"));
    assert_eq!(message.lines().next(), Some("scenario.toml:15:2: unknown key `rtoll`; did you mean `rtol`?"));
    assert!(message.contains("\n  15 | \trtoll = 1e-6\n     | \t^^^^^\n"), "{message:?}");
    assert_snapshot!(refusal(&format!("title = \"αβγ 🦀\" x\n{SCENARIO}")), @r#"
    scenario.toml:1:17: unexpected key or value
      1 | title = "αβγ 🦀" x
        |                 ^
      allowed: newline, `#`
    "#);
    assert_snapshot!(refusal(&with("{ strength = 1e-2 }", "{ \"ströngth\" = 1, strength = 1e-2 }")), @r#"
    scenario.toml:8:18: unknown key `ströngth`; did you mean `strength`?
      8 | init.aligned = { "ströngth" = 1, strength = 1e-2 }
        |                  ^^^^^^^^^^
      allowed: strength, per_layer, strengths
    "#);
}

#[test]
fn a_long_line_is_shown_around_the_column() {
    let message = refusal(&with("hidden = [4]", &format!("hidden = [{}-1]", "4, ".repeat(3000))));
    assert_eq!(message.lines().next(), Some("scenario.toml:7:9011: invalid value: integer `-1`"));
    assert!(message.lines().all(|line| line.chars().count() < 120), "{message}");
    assert!(message.contains("4, -1]\n"), "{message}");
}

#[test]
fn nesting_without_end_is_refused() {
    for text in [
        format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("a = {}1{}", "{a=".repeat(100_000), "}".repeat(100_000)),
        format!("a{} = 1", ".a".repeat(100_000)),
        format!("[a{}]", ".a".repeat(100_000)),
    ] {
        let message = refusal(&text);
        assert!(message.contains("recurs"), "{message}");
    }
}
