//! From a `[[check]]` table of spectra to a check that can be carried out.

use super::checks::{Complaint, EXPECTED, tolerance};
use super::format::CheckTable;
use crate::comparison::Check;
use crate::spectra::{Case, Spectra, SpectraFigure, Units};
use crate::text::number;

/// Keys of a check of spectra that are given, though it is none.
pub(super) fn misplaced(table: &CheckTable) -> Option<&'static str> {
    let keys = [
        ("matrices", table.matrices.is_some()),
        ("factors", table.factors.is_some()),
        ("gain", table.gain.is_some()),
        ("activity", table.activity.is_some()),
    ];
    keys.into_iter().find_map(|(key, given)| given.then_some(key))
}

/// A figure of spectra against a number.
pub(super) fn check(table: &CheckTable, name: &str, all: &[Spectra]) -> Result<Check, Complaint> {
    let names = |all: Vec<&str>| Some(all.join(", ")).filter(|names| !names.is_empty());
    let Some(spectra) = all.iter().find(|spectra| spectra.name == name) else {
        let known = names(all.iter().map(|spectra| spectra.name.as_str()).collect());
        return Err(("spectra", format!("there are no spectra {name:?}"), known));
    };
    let Some(figure) = table.quantity.of_spectra() else {
        let all = SpectraFigure::ALL.into_iter().map(SpectraFigure::name).collect();
        return Err(("quantity", "this is not a figure of spectra".into(), names(all)));
    };
    for (key, given) in [
        ("compare", table.compare.is_some()),
        ("arm", table.arm.is_some()),
        ("mode", table.mode.is_some()),
        ("study", table.study.is_some()),
        ("series", table.series.is_some()),
        ("layers", table.layers.is_some()),
    ] {
        if given {
            return Err((key, format!("`{key}` does not go with a check of spectra"), None));
        }
    }
    if spectra.units == Units::Linear && (table.activity.is_some() || figure == SpectraFigure::FinalActivity) {
        let key = if table.activity.is_some() { "activity" } else { "quantity" };
        return Err((key, format!("{name:?} are linear networks, which have no activity"), None));
    }
    let chosen = |given: Option<f64>, from: &[f64]| given.or_else(|| from.first().copied());
    let matrices = table.matrices.or_else(|| spectra.matrices.first().copied());
    let factors = table.factors.or_else(|| spectra.factors.first().copied());
    let (gain, activity) = (chosen(table.gain, &spectra.gains), chosen(table.activity, &spectra.activity));
    let unknown = |key: &'static str, what: String, known: Vec<String>| {
        (key, format!("{name:?} have no {what}"), Some(known.join(", ")))
    };
    let numbers = |all: &[f64]| all.iter().map(|x| number(*x)).collect::<Vec<_>>();
    let Some(matrices) = matrices.filter(|kind| spectra.matrices.contains(kind)) else {
        let kind = matrices.map_or("such", |kind| kind.name());
        let known = spectra.matrices.iter().map(|kind| kind.name().to_owned()).collect();
        return Err(unknown("matrices", format!("{kind} matrices"), known));
    };
    let Some(factors) = factors.filter(|factors| spectra.factors.contains(factors)) else {
        let known = spectra.factors.iter().map(usize::to_string).collect();
        return Err(unknown("factors", format!("products of {} factors", factors.unwrap_or(0)), known));
    };
    let Some(gain) = gain.filter(|gain| spectra.gains.contains(gain)) else {
        return Err(unknown("gain", format!("gain {}", number(gain.unwrap_or(0.0))), numbers(&spectra.gains)));
    };
    if let Some(q) = activity.filter(|q| !spectra.activity.contains(q)) {
        return Err(unknown("activity", format!("activity {}", number(q)), numbers(&spectra.activity)));
    }
    let Some(expect) = table.expect else {
        return Err(("", "a check of spectra needs the number to `expect`".into(), None));
    };
    let case = Case { matrices, gain, activity };
    let max_error = tolerance(table, EXPECTED)?;
    Ok(Check::Spectra { spectra: name.to_owned(), case, factors, figure, expect, max_error })
}
