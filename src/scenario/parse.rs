//! From text to a raw scenario, with messages that name the nearest known key.

use super::format::Scenario;
use super::source::{Diagnostic, KeyPath, Source};
use crate::text::visible;
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Reads the raw scenario.
///
/// # Errors
/// For syntax errors, unknown keys and names, wrong types, missing keys, numbers that are not finite.
pub fn parse(source: &Source) -> Result<(Scenario, Spanned<DeTable<'_>>), Diagnostic> {
    let document = source.document()?;
    exactly_one(source, &document, "task", TASKS, "task")?;
    names_are_given(source, &document)?;
    tables_are_single(source, &document)?;
    tables_are_tables(source, &document)?;
    for path in starts(&document) {
        exactly_one(source, &document, &path, STARTS, "start")?;
    }
    let scenario = Scenario::deserialize(toml::de::Deserializer::from(document.clone())).map_err(|error| {
        let (message, allowed) = explain(error.message());
        source.at(error.span().unwrap_or(0..0), message, allowed)
    })?;
    training_is_whole(source, &document)?;
    Ok((scenario, document))
}

/// Tables of the format, of each of which there is one.
const TABLES: [&str; 9] = ["network", "time", "flow", "modes", "analytic", "sgd", "plot", "output", "task"];

/// The tables of which a task is one.
const TASKS: &str = "spectrum, matrices, hierarchy, gaussian, dataset";

/// The tables of which a start is one.
const STARTS: &str = "aligned, gaussian, glorot, orthogonal, balanced, pretrained, matrices";

/// Tables that have names of the user's own, with what they are called.
const NAMED: [(&str, &str, &str); 3] = [
    ("study", "a study needs a name", "a table [study.NAME] for each study, with a name of your own"),
    ("delays", "delays need a name", "a table [delays.NAME], with a name of your own"),
    ("spectra", "each table of spectra needs a name", "tables [spectra.NAME], each with a name of your own"),
];

/// Studies and their like are tables by name: neither `[[study]]` nor `[study]` itself.
fn names_are_given(source: &Source, document: &Spanned<DeTable<'_>>) -> Result<(), Diagnostic> {
    for (kind, message, allowed) in NAMED {
        let Some((key, value)) = document.get_ref().get_key_value(kind) else { continue };
        let named = value.get_ref().as_table().is_some_and(|all| all.values().all(|one| one.get_ref().is_table()));
        if !named {
            return Err(source.at(key.span(), message.to_owned(), Some(allowed.to_owned())));
        }
    }
    Ok(())
}

/// Task, network and time are needed, all but where there are spectra alone.
fn training_is_whole(source: &Source, document: &Spanned<DeTable<'_>>) -> Result<(), Diagnostic> {
    const NEEDED: [&str; 3] = ["task", "network", "time"];
    const TRAINED: [&str; 6] = ["flow", "modes", "analytic", "sgd", "study", "delays"];
    let has = |key: &&str| document.get_ref().contains_key(*key);
    if has(&"spectra") && !NEEDED.iter().chain(&TRAINED).any(has) {
        return Ok(());
    }
    match NEEDED.iter().find(|key| !has(key)) {
        Some(key) => Err(source.at(0..0, format!("missing key `{key}`"), hint(key).map(str::to_owned))),
        None => Ok(()),
    }
}

/// `[[time]]` where `[time]` is meant: serde would take the list for the table's values in their order, and
/// blame the first of them.
fn tables_are_single(source: &Source, document: &Spanned<DeTable<'_>>) -> Result<(), Diagnostic> {
    let starts = starts(document);
    let below = |path: &str, names: &str| names.split(", ").map(|name| format!("{path}.{name}")).collect::<Vec<_>>();
    let mut paths: Vec<String> = TABLES.iter().map(|table| (*table).to_owned()).collect();
    paths.extend(below("task", TASKS));
    paths.extend(starts.iter().flat_map(|path| below(path, STARTS)));
    paths.extend(starts);
    for path in paths {
        let Some((key, value)) = entry(document, &path) else { continue };
        if value.as_array().is_some_and(|list| list.iter().any(|one| one.get_ref().is_table())) {
            let message = format!("`{path}` is one table, not a list of them");
            return Err(source.at(key, message, Some(format!("a table [{path}], in single brackets"))));
        }
    }
    Ok(())
}

/// What stands at a path of dotted keys, and where its key does.
fn entry<'a, 'de>(document: &'a Spanned<DeTable<'de>>, path: &str) -> Option<(Range<usize>, &'a DeValue<'de>)> {
    let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
    let parents = parents.split('.').filter(|key| !key.is_empty());
    let table = parents.into_iter().try_fold(document.get_ref(), |table, key| table.get(key)?.get_ref().as_table())?;
    let (key, value) = table.get_key_value(last)?;
    Some((key.span(), value.get_ref()))
}

/// What is read into a table must be one: a list of its values in their order would do for serde.
fn tables_are_tables(source: &Source, document: &Spanned<DeTable<'_>>) -> Result<(), Diagnostic> {
    let entries = |table: &'_ Spanned<DeValue<'_>>, keys: &[&str]| -> Option<Range<usize>> {
        let table = table.get_ref().as_table()?;
        let list = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| value.get_ref().is_array().then(|| key.span());
        keys.iter().filter_map(|key| table.get_key_value(*key)).find_map(list)
    };
    let top = TABLES.iter().filter_map(|key| document.get_ref().get_key_value(*key));
    let mut wrong = top.into_iter().find_map(|(key, value)| value.get_ref().is_array().then(|| key.span()));
    let named = NAMED.iter().filter_map(|(kind, ..)| document.get_ref().get(*kind)?.get_ref().as_table());
    for (_, study) in named.flatten() {
        wrong = wrong.or_else(|| entries(study, &["learned", "series"]));
        let series = study.get_ref().as_table().and_then(|study| study.get("series")?.get_ref().as_table());
        for (key, value) in series.into_iter().flatten() {
            let list = value.get_ref().is_array().then(|| key.span());
            wrong = wrong.or(list).or_else(|| entries(value, &["init"]));
        }
    }
    match wrong {
        Some(span) => {
            Err(source.at(span, "this must be a table, not a list".to_owned(), Some("keys and values".into())))
        }
        None => Ok(()),
    }
}

/// The paths of the tables that name a start: the network's, and those of the series of studies and delays.
fn starts(document: &Spanned<DeTable<'_>>) -> Vec<String> {
    let named = NAMED.iter().flat_map(|(kind, ..)| {
        let all = tables(document.get_ref().get(*kind));
        all.into_iter().map(move |(name, table)| (format!("{kind}.{name}"), table))
    });
    let series = named.flat_map(|(path, table)| {
        let all = tables(table.get("series"));
        all.into_iter().map(move |(series, _)| format!("{path}.series.{series}.init"))
    });
    std::iter::once("network.init".to_owned()).chain(series).collect()
}

/// The tables in a table, by name.
fn tables<'a, 'de>(value: Option<&'a Spanned<DeValue<'de>>>) -> Vec<(String, &'a DeTable<'de>)> {
    let table = value.and_then(|value| value.get_ref().as_table());
    let entries = table.into_iter().flat_map(|table| table.iter());
    entries.filter_map(|(key, value)| Some((key.get_ref().to_string(), value.get_ref().as_table()?))).collect()
}

/// Tables of which exactly one key makes sense: more would otherwise be refused in serde's words.
fn exactly_one(
    source: &Source,
    document: &Spanned<DeTable<'_>>,
    path: &str,
    allowed: &str,
    what: &str,
) -> Result<(), Diagnostic> {
    let mut table = Some(document.get_ref());
    for key in path.split('.') {
        table = table.and_then(|t| t.get(key)).and_then(|v| v.get_ref().as_table());
    }
    let Some(table) = table else { return Ok(()) };
    let allowed = Some(format!("exactly one of {allowed}"));
    if table.is_empty() {
        return Err(source.at_path(document, &KeyPath::new(path), format!("{path} names no {what}"), allowed));
    }
    if table.len() > 1 {
        let names: Vec<String> = table.keys().map(|k| format!("`{}`", k.get_ref())).collect();
        let second = table.keys().max_by_key(|k| k.span().start).map_or(0..0, |k| k.span());
        return Err(source.at(second, format!("more than one {what}: {}", names.join(" and ")), allowed));
    }
    Ok(())
}

/// Turns the deserializer's message into what is wrong and what is allowed.
fn explain(message: &str) -> (String, Option<String>) {
    for (prefix, what) in [("unknown field `", "unknown key"), ("unknown variant `", "unknown name")] {
        let Some(rest) = message.strip_prefix(prefix) else { continue };
        let Some((name, expected)) = rest.split_once('`') else { continue };
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let suggestion = nearest(name, &known).map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
        let allowed = if known.is_empty() { "no keys".to_owned() } else { known.join(", ") };
        return (format!("{what} `{}`{suggestion}", name.chars().map(visible).collect::<String>()), Some(allowed));
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return (format!("missing key {name}"), hint(name.trim_matches('`')).map(str::to_owned));
    }
    if message.starts_with("wanted string or table") {
        return ("this must be a table".to_owned(), Some("a table, such as { name = { ... } }".to_owned()));
    }
    if message.starts_with("wanted exactly 1 element") {
        return ("this must be a table, not a list".to_owned(), Some("a table, in single brackets".to_owned()));
    }
    match message.split_once(", expected ") {
        Some((what, expected)) => {
            let what = what.replace(" as i128", "").replace("type: map", "type: a table or a date");
            (what.replace("type: sequence", "type: a list"), Some(in_words(expected)))
        }
        None => (message.to_owned(), None),
    }
}

/// What a missing key may hold, where its name does not say it.
fn hint(key: &str) -> Option<&'static str> {
    Some(match key {
        "task" => "a table [task.spectrum], [task.matrices], [task.hierarchy], [task.gaussian] or [task.dataset]",
        "network" => "a table [network] with `hidden` and `init`",
        "init" => "such as init.aligned = { strength = 1e-3 }",
        "time" => "a table [time] with `end` (and `samples`), or `times`",
        "hidden" => "the widths of the hidden layers, such as [12]",
        "strength" => "u0 of the prediction, such as 1e-6",
        "layers" => "N_l of each network, input and output included, such as [3, 5, 10]",
        "factors" => "numbers of weight matrices, ascending, such as [1, 5, 100]",
        "from" | "to" | "count" => "{ from = 1.0, to = 1e-3, count = 20 }: so many rates, from one to the other",
        _ => return None,
    })
}

/// What a type of Rust is to someone who writes a scenario.
fn in_words(expected: &str) -> String {
    match expected {
        "usize" | "u64" => "an integer ≥ 0",
        "u32" => "an integer from 0 to 4294967295",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "map" | "a map" => "a table",
        table if table.starts_with("struct ") => "a table",
        other => other,
    }
    .to_owned()
}

/// The TOML parser's message as what is wrong and what is allowed.
pub(super) fn explain_syntax(message: &str) -> (String, Option<String>) {
    match message.split_once(", expected ") {
        Some(("string values must be quoted" | "invalid boolean", _)) => {
            let allowed = "a number, true or false, a list, a table, or text in quotes";
            ("this is not a value".to_owned(), Some(allowed.to_owned()))
        }
        Some((what, expected)) => (what.to_owned(), Some(expected.to_owned())),
        None => (message.to_owned(), None),
    }
}

/// The known name nearest to a wrong one, however far: the list that follows shows the others.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let score = |k: &str| strsim::jaro_winkler(&name.to_lowercase(), k);
    known.iter().copied().max_by(|a, b| score(a).total_cmp(&score(b)))
}
