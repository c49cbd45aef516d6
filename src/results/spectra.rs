//! Spectra in files: figures, layers, histograms and eigenvalues, and the summary that they are drawn from again.

use super::curves::number;
use crate::spectra::{
    BINS_PER_DECADE, Case, Layer, Matrices, Measured, Product, Spectra, SpectraFigure, SpectraResult, SpectraSeries,
    Units, Wanted,
};
use serde_json::{Map, Value, json};

/// The name of the files of spectra, without their ending.
pub fn file_stem(name: &str) -> String {
    format!("spectra_{name}")
}

/// The names of all files of data that spectra may have: no name of spectra has a dot.
pub(super) fn data_names(name: &str) -> [String; 4] {
    let stem = file_stem(name);
    ["csv", "layers.csv", "histogram.csv", "eigenvalues.csv"].map(|ending| format!("{stem}.{ending}"))
}

/// The cells that name a case.
fn case_cells(case: &Case) -> [String; 3] {
    [case.matrices.name().to_owned(), number(case.gain), cell(case.activity)]
}

const CASE: [&str; 3] = ["matrices", "gain", "activity"];

fn cell(value: Option<f64>) -> String {
    value.map(number).unwrap_or_default()
}

/// Value, standard error and theory.
fn measured_cells(measured: Option<Measured>) -> [String; 3] {
    let of = |part: fn(Measured) -> Option<f64>| cell(measured.and_then(part));
    [of(|m| Some(m.value)), of(|m| m.error), of(|m| m.theory)]
}

/// The files of data, by name; those that would be empty are left out.
///
/// # Errors
/// None that valid spectra can cause.
pub fn to_files(result: &SpectraResult) -> Result<Vec<(String, Vec<u8>)>, csv::Error> {
    let tables = [figures(result), layers(result), histograms(result), eigenvalues(result)];
    let mut files = Vec::new();
    for (name, (header, rows)) in data_names(&result.spectra.name).into_iter().zip(tables) {
        if rows.is_empty() {
            continue;
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(CASE.iter().chain(header))?;
        for row in &rows {
            writer.write_record(row)?;
        }
        files.push((name, writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?));
    }
    Ok(files)
}

/// A header behind the cells of the case, and the rows.
type Rows = (&'static [&'static str], Vec<Vec<String>>);

fn figures(result: &SpectraResult) -> Rows {
    let products = result.series.iter().flat_map(|series| series.products.iter().map(move |product| (series, product)));
    let row = |(series, product): (&SpectraSeries, &Product), (figure, measured): &(SpectraFigure, Measured)| {
        let names = [product.factors.to_string(), figure.name().to_owned()];
        [case_cells(&series.case).as_slice(), &names, &measured_cells(Some(*measured))].concat()
    };
    let rows = products.flat_map(|place| place.1.figures.iter().map(move |figure| row(place, figure)));
    (&["factors", "figure", "value", "standard_error", "theory"], rows.collect())
}

fn layers(result: &SpectraResult) -> Rows {
    let row = |(series, index, layer): (&SpectraSeries, usize, &Layer)| {
        let measured = [measured_cells(layer.activity), measured_cells(layer.mean_square)].concat();
        [case_cells(&series.case).as_slice(), &[(index + 1).to_string()], &measured].concat()
    };
    let all =
        result.series.iter().flat_map(|series| series.layers.iter().enumerate().map(move |(i, l)| (series, i, l)));
    let header = &[
        "layer",
        "q",
        "q_standard_error",
        "q_theory",
        "mean_square",
        "mean_square_standard_error",
        "mean_square_theory",
    ];
    (header, all.map(row).collect())
}

/// The lower end of a bin of singular values.
fn edge(bin: i32) -> f64 {
    10f64.powf(f64::from(bin) / f64::from(BINS_PER_DECADE))
}

fn histograms(result: &SpectraResult) -> Rows {
    let row = |series: &SpectraSeries, product: &Product, (bin, share): &(i32, f64)| {
        let cells = [product.factors.to_string(), number(edge(*bin)), number(edge(bin + 1)), number(*share)];
        [case_cells(&series.case).as_slice(), &cells].concat()
    };
    let rows = result.series.iter().flat_map(|series| {
        series
            .products
            .iter()
            .flat_map(move |product| product.histogram.iter().map(move |bin| row(series, product, bin)))
    });
    (&["factors", "from", "to", "share"], rows.collect())
}

fn eigenvalues(result: &SpectraResult) -> Rows {
    let row = |series: &SpectraSeries, product: &Product, (re, im): &(f64, f64)| {
        let cells = [product.factors.to_string(), number(*re), number(*im)];
        [case_cells(&series.case).as_slice(), &cells].concat()
    };
    let rows = result.series.iter().flat_map(|series| {
        series.products.iter().flat_map(move |product| product.eigenvalues.iter().map(move |z| row(series, product, z)))
    });
    (&["factors", "re", "im"], rows.collect())
}

/// Spectra in `summary.json`.
pub fn to_json(result: &SpectraResult) -> Value {
    let Spectra { name, title, matrices, units, width, factors, gains, activity, draws, wanted } = &result.spectra;
    let networks =
        result.series.iter().flat_map(|series| series.products.iter().map(move |p| network(&series.case, p)));
    json!({
        "name": name,
        "title": title,
        "matrices": matrices,
        "activation": units,
        "width": width,
        "factors": factors,
        "gains": gains,
        "activity": activity,
        "draws": draws,
        "drawn_by_law": !wanted.products,
        "networks": networks.collect::<Vec<_>>(),
    })
}

fn network(case: &Case, product: &Product) -> Value {
    let figure = |(figure, measured): &(SpectraFigure, Measured)| {
        let Measured { value, error, theory } = measured;
        (figure.name().to_owned(), json!({ "value": value, "standard_error": error, "theory": theory }))
    };
    json!({
        "matrices": case.matrices,
        "gain": case.gain,
        "activity": case.activity,
        "factors": product.factors,
        "figures": product.figures.iter().map(figure).collect::<Map<_, _>>(),
        "unresolved_draws": product.unresolved,
    })
}

/// Spectra from their summary and their files, which `load` reads by name (`None` if there is none); `None` if they
/// are not ours.
pub fn from_files(summary: &Value, load: impl Fn(&str) -> Option<Vec<u8>>) -> Option<SpectraResult> {
    let text = |key: &str| summary.get(key)?.as_str().map(str::to_owned);
    let whole = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let list = |key: &str| summary.get(key)?.as_array();
    let numbers = |key: &str| list(key)?.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>();
    let spectra = Spectra {
        name: text("name")?,
        title: text("title")?,
        matrices: list("matrices")?.iter().map(matrices).collect::<Option<_>>()?,
        units: match summary.get("activation")?.as_str()? {
            "linear" => Units::Linear,
            "tanh" => Units::Tanh,
            _ => return None,
        },
        width: whole(summary.get("width")?)?,
        factors: list("factors")?.iter().map(whole).collect::<Option<_>>()?,
        gains: numbers("gains")?,
        activity: numbers("activity")?,
        draws: u32::try_from(summary.get("draws")?.as_u64()?).ok()?,
        // What was computed is what there is.
        wanted: Wanted { products: !summary.get("drawn_by_law")?.as_bool()?, ..Wanted::default() },
    };
    let [_, layers, histogram, eigenvalues] = data_names(&spectra.name);
    let rows = |name: &str| load(name).map_or(Some(Vec::new()), |bytes| records(&bytes));
    let files = Files { layers: rows(&layers)?, histogram: rows(&histogram)?, eigenvalues: rows(&eigenvalues)? };
    let networks = list("networks")?;
    let series = spectra.cases().into_iter().map(|case| files.series(case, networks)).collect::<Option<_>>()?;
    Some(SpectraResult { spectra, series })
}

fn matrices(value: &Value) -> Option<Matrices> {
    let name = value.as_str()?;
    Matrices::ALL.into_iter().find(|kind| kind.name() == name)
}

/// A row: its case, the whole number behind it, and the numbers behind that.
type Record = (Case, usize, Vec<Option<f64>>);

fn records(bytes: &[u8]) -> Option<Vec<Record>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let rows = reader.records().map(|record| {
        let record = record.ok()?;
        let value = |cell: &str| match cell {
            "" => Some(None),
            cell => cell.parse().ok().filter(|x: &f64| x.is_finite()).map(Some),
        };
        let case = Case {
            matrices: Matrices::ALL.into_iter().find(|kind| record.get(0) == Some(kind.name()))?,
            gain: value(record.get(1)?)??,
            activity: value(record.get(2)?)?,
        };
        let rest = record.iter().skip(4).map(value).collect::<Option<_>>()?;
        Some((case, record.get(3)?.parse().ok()?, rest))
    });
    rows.collect()
}

struct Files {
    layers: Vec<Record>,
    histogram: Vec<Record>,
    eigenvalues: Vec<Record>,
}

impl Files {
    fn series(&self, case: Case, networks: &[Value]) -> Option<SpectraSeries> {
        let of_case = |network: &&Value| {
            let number = |key: &str| network.get(key).and_then(Value::as_f64);
            network.get("matrices").and_then(matrices) == Some(case.matrices)
                && (number("gain"), number("activity")) == (Some(case.gain), case.activity)
        };
        let layer = |values: &Vec<Option<f64>>| {
            let measured = |place: usize| {
                let value = values.get(place).copied().flatten()?;
                let next = |i: usize| values.get(place + i).copied().flatten();
                Some(Measured { value, error: next(1), theory: next(2) })
            };
            Layer { activity: measured(0), mean_square: measured(3) }
        };
        Some(SpectraSeries {
            case,
            layers: self.layers.iter().filter(|(of, ..)| *of == case).map(|(.., values)| layer(values)).collect(),
            products: networks.iter().filter(of_case).map(|n| self.product(&case, n)).collect::<Option<_>>()?,
        })
    }

    fn product(&self, case: &Case, network: &Value) -> Option<Product> {
        let factors = usize::try_from(network.get("factors")?.as_u64()?).ok()?;
        let of = |rows: &[Record], columns: usize| -> Option<Vec<Vec<f64>>> {
            let rows = rows.iter().filter(|(of, d, _)| of == case && *d == factors);
            let values = |values: &Vec<Option<f64>>| (0..columns).map(|i| values.get(i).copied().flatten()).collect();
            rows.map(|(.., row)| values(row)).collect()
        };
        let figures = network.get("figures")?.as_object()?;
        let figure = |figure: SpectraFigure| {
            let described = figures.get(figure.name())?;
            let number = |key: &str| described.get(key).and_then(Value::as_f64);
            let measured =
                Measured { value: number("value")?, error: number("standard_error"), theory: number("theory") };
            Some((figure, measured))
        };
        let bin =
            |row: &Vec<f64>| Some(((row.first()?.log10() * f64::from(BINS_PER_DECADE)).round() as i32, *row.get(2)?));
        let point = |row: &Vec<f64>| Some((*row.first()?, *row.get(1)?));
        Some(Product {
            factors,
            figures: SpectraFigure::ALL.into_iter().filter_map(figure).collect(),
            histogram: of(&self.histogram, 3)?.iter().map(bin).collect::<Option<_>>()?,
            eigenvalues: of(&self.eigenvalues, 2)?.iter().map(point).collect::<Option<_>>()?,
            unresolved: usize::try_from(network.get("unresolved_draws")?.as_u64()?).ok()?,
        })
    }
}
