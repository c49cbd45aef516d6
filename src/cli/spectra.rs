//! Random networks on the terminal: what was measured, and what theory says of them before anything is drawn.

use super::tables::{align_right, short, table};
use crate::spectra::{
    Case, Measured, Product, Spectra, SpectraFigure, SpectraResult, SpectraSeries, Theory, Units, fixed_point,
};
use comfy_table::Table;
use serde_json::{Map, Value, json};

/// Rows beyond this many are counted, not listed.
const ROWS_SHOWN: usize = 80;

/// What is drawn, in words.
fn what(spectra: &Spectra) -> String {
    let Spectra { name, units, width, draws, wanted, .. } = spectra;
    let kinds: Vec<&str> = spectra.matrices.iter().map(|kind| kind.name()).collect();
    let networks = match units {
        Units::Linear => "products of",
        Units::Tanh => "tanh networks of",
    };
    let law = if wanted.products {
        ""
    } else {
        "; layers are drawn by the exact law of their activities, not by their matrices"
    };
    format!(
        "Spectra {name}: {networks} {} matrices, N = {width}, {draws} draws of each kind{law}.",
        kinds.join(" and ")
    )
}

fn case_cells(case: &Case) -> Vec<String> {
    let mut cells = vec![case.matrices.name().to_owned(), short(Some(case.gain))];
    cells.extend(case.activity.map(|q| short(Some(q))));
    cells
}

/// The header of a table whose rows begin with a case.
fn case_header(spectra: &Spectra) -> Vec<&'static str> {
    match spectra.units {
        Units::Linear => vec!["matrices", "gain"],
        Units::Tanh => vec!["matrices", "gain", "q at first"],
    }
}

/// Every figure with its standard error, beside theory.
pub(super) fn text(result: &SpectraResult) -> String {
    let mut header = case_header(&result.spectra);
    header.extend(["factors", "figure", "mean", "± error", "theory, N → ∞"]);
    let mut table = table(&header);
    let products = result.series.iter().flat_map(|series| series.products.iter().map(move |product| (series, product)));
    let rows =
        products.clone().flat_map(|(series, product)| product.figures.iter().map(move |f| row(series, product, f)));
    let count = rows.clone().count();
    for row in rows.take(ROWS_SHOWN) {
        table.add_row(row);
    }
    align_figures(&mut table, header.len());
    let mut parts = vec![what(&result.spectra), table.to_string()];
    if count > ROWS_SHOWN {
        parts.push(format!("and {} more rows, in spectra_{}.csv", count - ROWS_SHOWN, result.spectra.name));
    }
    let unresolved: usize = products.map(|(_, product)| product.unresolved).sum();
    if unresolved > 0 {
        parts.push(format!("Of {unresolved} networks the eigenvalues were not found; their shares leave them out."));
    }
    parts.join("\n")
}

fn row(series: &SpectraSeries, product: &Product, (figure, measured): &(SpectraFigure, Measured)) -> Vec<String> {
    let Measured { value, error, theory } = *measured;
    let mut cells = case_cells(&series.case);
    cells.extend([product.factors.to_string(), figure.name().to_owned()]);
    cells.extend([short(Some(value)), error.map_or_else(|| "–".to_owned(), |e| format!("{e:.1e}")), short(theory)]);
    cells
}

fn align_figures(table: &mut Table, columns: usize) {
    align_right(table, 1..columns.saturating_sub(4));
    align_right(table, columns.saturating_sub(3)..columns);
}

/// The figures that theory knows of at D factors, in the order of reports.
fn laws(spectra: &Spectra, theory: &Theory, factors: usize) -> Vec<(SpectraFigure, f64)> {
    let known = SpectraFigure::ALL.into_iter().filter_map(|f| Some((f, theory.expected(f, factors)?)));
    known
        .filter(|(f, value)| value.is_finite() && (spectra.wanted.products || *f == SpectraFigure::FinalActivity))
        .collect()
}

/// What theory says of the networks; nothing is drawn.
pub(super) fn explanation(spectra: &Spectra) -> String {
    let mut parts = vec![what(spectra)];
    if spectra.units == Units::Tanh {
        parts.push(
            "h_l = W_l x_(l−1), x_l = tanh h_l; with z ~ N(0, 1), q → g² E tanh²(√q z), χ = g² E sech⁴(√q z):".into(),
        );
        let mut table = table(&["gain", "q∞", "χ there"]);
        for gain in &spectra.gains {
            let q = fixed_point(*gain);
            table.add_row([
                short(Some(*gain)),
                short(Some(q)),
                short(Some(crate::spectra::MeanField::layer(*gain, q).0)),
            ]);
        }
        align_right(&mut table, 0..3);
        parts.push(table.to_string());
    }
    let mut header = case_header(spectra);
    header.extend(["factors", "figure", "theory, N → ∞"]);
    let mut table = table(&header);
    let mut count = 0;
    for case in spectra.cases() {
        let theory = Theory::new(spectra, case);
        for factors in &spectra.factors {
            for (figure, value) in laws(spectra, &theory, *factors) {
                count += 1;
                if count > ROWS_SHOWN {
                    continue;
                }
                let mut cells = case_cells(&case);
                cells.extend([factors.to_string(), figure.name().to_owned(), short(Some(value))]);
                table.add_row(cells);
            }
        }
    }
    align_right(&mut table, 1..header.len() - 2);
    align_right(&mut table, header.len() - 1..header.len());
    parts.push(table.to_string());
    if count > ROWS_SHOWN {
        parts.push(format!("and {} more rows, with --json", count - ROWS_SHOWN));
    }
    parts.join("\n")
}

/// For programs.
pub(super) fn json(spectra: &Spectra) -> Value {
    let network = |case: &Case, factors: &usize, theory: &Theory| {
        let laws = laws(spectra, theory, *factors).into_iter();
        json!({
            "matrices": case.matrices,
            "gain": case.gain,
            "activity": case.activity,
            "factors": factors,
            "theory": laws.map(|(figure, value)| (figure.name().to_owned(), json!(value))).collect::<Map<_, _>>(),
        })
    };
    let of_case = |case: Case| {
        let theory = Theory::new(spectra, case);
        spectra.factors.iter().map(|factors| network(&case, factors, &theory)).collect::<Vec<_>>()
    };
    let fixed = |gain: &f64| {
        let q = fixed_point(*gain);
        json!({ "gain": gain, "activity": q, "chi": crate::spectra::MeanField::layer(*gain, q).0 })
    };
    let tanh = spectra.units == Units::Tanh;
    json!({
        "name": spectra.name,
        "activation": spectra.units,
        "width": spectra.width,
        "draws": spectra.draws,
        "drawn_by_law": !spectra.wanted.products,
        "fixed_points": spectra.gains.iter().filter(|_| tanh).map(fixed).collect::<Vec<_>>(),
        "networks": spectra.cases().into_iter().flat_map(of_case).collect::<Vec<_>>(),
    })
}
