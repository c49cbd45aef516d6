//! The spectra: from their tables to networks that can be drawn.

use super::names::Names;
use super::numbers::{one_line, positive};
use super::{Builder, Fault};
use crate::figure::SpectraPanel;
use crate::scenario::format::{Quantity, SpectraTable};
use crate::spectra::{Spectra, SpectraFigure, Units, Wanted};
use crate::text::number;

/// Numbers of factors, gains and activities that a table may have: more is a slip of the pen.
const MOST: usize = 1000;
/// Kinds, gains, activities and numbers of factors together.
const ROWS: usize = 10_000;
/// Layers of all of them, each a row in a file.
const LAYERS: usize = 1_000_000;
/// Networks of each kind.
const DRAWS: u32 = 100_000;
/// The deepest network.
const DEEPEST: usize = 100_000;
/// The largest gain and activity of tanh networks: beyond, all units are saturated.
const LARGEST_GAIN: f64 = 100.0;
const LARGEST_ACTIVITY: f64 = 1e4;
/// g^D must lie within 10^±120, so that fourth powers of singular values are numbers.
const DECADES: f64 = 120.0;
/// Numbers that are kept of each network, case and number of factors: a histogram, and a share of the points.
const KEPT: f64 = 4096.0;

impl Builder<'_> {
    /// Checks what the tables say, before anything is allocated, and fills in defaults.
    pub(super) fn check_spectra(&mut self) -> Result<(), Fault> {
        let mut names = Names::of("spectra", "other spectra have");
        for (name, table) in &mut self.scenario.spectra {
            let here = names.take(name)?;
            one_line(&format!("{here}.title"), "title", table.title.as_deref())?;
            check_activation(&here, table)?;
            check_panels(&here, table)?;
            check_lists(&here, table)?;
            check_counts(&here, table)?;
        }
        Ok(())
    }

    /// Bytes that the spectra that ask for most will need.
    pub(super) fn admit_spectra(&self) -> Result<f64, Fault> {
        let mut most: f64 = 0.0;
        for (name, table) in &self.scenario.spectra {
            let (n, deepest) = (table.width as f64, table.factors.last().copied().unwrap_or(0) as f64);
            let networks = f64::from(table.draws) * table.matrices.len() as f64;
            let at_once = networks.min(rayon::current_num_threads() as f64);
            let starts = table.activity.as_ref().map_or(1, Vec::len);
            let cases = (table.gains.len() * starts) as f64;
            let wanted = self.wanted(name, table);
            let products = if table.activation == Units::Tanh { cases } else { 1.0 };
            // Beside the products themselves the matrix, what draws it and what decomposes it.
            let solver = if wanted.products { n * n * (products + 8.0) } else { 4.0 * n };
            let of_a_network = if wanted.products { KEPT.min(6.0 * n) } else { 0.0 } + 40.0;
            let kept = cases * (4.0 * deepest + table.factors.len() as f64 * of_a_network);
            let need = 8.0 * (at_once * solver + networks * kept);
            let key = if at_once * solver > networks * kept { "width" } else { "draws" };
            let refuse = |message| Fault::new(format!("spectra.{name}.{key}"), message, "");
            self.budget.admit("random networks", need).map_err(refuse)?;
            most = most.max(need);
        }
        Ok(most)
    }

    /// What panels and checks ask for.
    fn wanted(&self, name: &str, table: &SpectraTable) -> Wanted {
        let shown = |panel: SpectraPanel| table.panels.iter().flatten().any(|p| *p == panel);
        let mut checks = self.scenario.checks.iter().filter(|check| check.spectra.as_deref() == Some(name));
        let figures: Vec<SpectraFigure> = checks.by_ref().filter_map(|check| check.quantity.of_spectra()).collect();
        let checked = |wanted: &dyn Fn(SpectraFigure) -> bool| figures.iter().any(|figure| wanted(*figure));
        let singular_values = shown(SpectraPanel::SingularValues) || checked(&SpectraFigure::takes_singular_values);
        let eigenvalues = shown(SpectraPanel::Eigenvalues) || checked(&|f| f == SpectraFigure::CentralShare);
        let growth = shown(SpectraPanel::Growth) || checked(&|f| f == SpectraFigure::MeanSquare);
        let products = table.activation == Units::Linear || singular_values || eigenvalues || growth;
        Wanted { products, singular_values, eigenvalues }
    }

    /// The spectra, in the scenario's order; `title` is that of those without one.
    pub(super) fn spectra(&mut self, title: &str) -> Vec<Spectra> {
        for table in self.scenario.spectra.values_mut() {
            table.title.get_or_insert_with(|| title.to_owned());
        }
        let of_table = |(name, table): (&String, &SpectraTable)| Spectra {
            name: name.clone(),
            title: table.title.clone().unwrap_or_else(|| name.clone()),
            matrices: table.matrices.clone(),
            units: table.activation,
            width: table.width,
            factors: table.factors.clone(),
            gains: table.gains.clone(),
            activity: table.activity.clone().unwrap_or_default(),
            draws: table.draws,
            wanted: self.wanted(name, table),
        };
        self.scenario.spectra.iter().map(of_table).collect()
    }
}

impl Quantity {
    /// The figure of spectra that it is, if it is one.
    pub(in crate::scenario) fn of_spectra(self) -> Option<SpectraFigure> {
        Some(match self {
            Quantity::MeanSquare => SpectraFigure::MeanSquare,
            Quantity::RelativeVariance => SpectraFigure::RelativeVariance,
            Quantity::LargestSquare => SpectraFigure::LargestSquare,
            Quantity::LargestDeviation => SpectraFigure::LargestDeviation,
            Quantity::OrderOneShare => SpectraFigure::OrderOneShare,
            Quantity::CentralShare => SpectraFigure::CentralShare,
            Quantity::FinalActivity => SpectraFigure::FinalActivity,
            _ => return None,
        })
    }
}

/// Activities belong to tanh networks.
fn check_activation(here: &str, table: &mut SpectraTable) -> Result<(), Fault> {
    match (table.activation, &table.activity) {
        (Units::Linear, Some(_)) => {
            let message = "the Jacobian of linear networks does not depend on their activity";
            Err(Fault::new(format!("{here}.activity"), message, "none; or activation = \"tanh\""))
        }
        (Units::Tanh, None) => {
            table.activity = Some(vec![1.0]);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn check_panels(here: &str, table: &mut SpectraTable) -> Result<(), Fault> {
    use SpectraPanel::{Activity, Eigenvalues, Growth, SingularValues};
    let path = format!("{here}.panels");
    let linear = table.activation == Units::Linear;
    let default = || if linear { vec![SingularValues, Eigenvalues] } else { vec![SingularValues, Growth, Activity] };
    let panels = table.panels.get_or_insert_with(default);
    if panels.is_empty() {
        let allowed = "singular_values, eigenvalues, growth, activity";
        return Err(Fault::new(path, "a figure needs at least one panel", allowed));
    }
    match panels.iter().position(|panel| linear && *panel == Activity) {
        Some(index) => {
            let message = "linear networks have no activity to be shown";
            Err(Fault::new(format!("{path}[{index}]"), message, "singular_values, eigenvalues, growth"))
        }
        None => Ok(()),
    }
}

fn check_lists(here: &str, table: &SpectraTable) -> Result<(), Fault> {
    let at = |key: &str| format!("{here}.{key}");
    for (key, count) in [
        ("matrices", table.matrices.len()),
        ("factors", table.factors.len()),
        ("gains", table.gains.len()),
        ("activity", table.activity.as_ref().map_or(1, Vec::len)),
    ] {
        if count == 0 || count > MOST {
            return Err(Fault::new(at(key), format!("{count} of them make no spectra"), &format!("1 to {MOST}")));
        }
    }
    distinct(&at("matrices"), &table.matrices, |kind| kind.name().to_owned())?;
    distinct(&at("gains"), &table.gains, |gain| number(*gain))?;
    distinct(&at("activity"), table.activity.as_deref().unwrap_or_default(), |q| number(*q))?;
    let factors = &table.factors;
    if let Some(index) = factors.iter().position(|d| !(1..=DEEPEST).contains(d)) {
        let message = format!("there is no network of {} weight matrices here", factors[index]);
        return Err(Fault::new(format!("{here}.factors[{index}]"), message, &format!("1 to {DEEPEST}")));
    }
    if let Some(index) = factors.windows(2).position(|pair| pair[1] <= pair[0]) {
        let message = format!("{} does not come after {}", factors[index + 1], factors[index]);
        return Err(Fault::new(format!("{here}.factors[{}]", index + 1), message, "strictly increasing"));
    }
    for (index, gain) in table.gains.iter().enumerate() {
        check_gain(&format!("{here}.gains[{index}]"), *gain, table)?;
    }
    for (index, q) in table.activity.iter().flatten().enumerate() {
        let path = format!("{here}.activity[{index}]");
        positive(&path, *q)?;
        if *q > LARGEST_ACTIVITY {
            let message = format!("{} is too large an activity: all units are saturated", number(*q));
            return Err(Fault::new(path, message, &format!("0 < q ≤ {LARGEST_ACTIVITY}")));
        }
    }
    Ok(())
}

fn check_gain(path: &str, gain: f64, table: &SpectraTable) -> Result<(), Fault> {
    positive(path, gain)?;
    if table.activation == Units::Tanh && gain > LARGEST_GAIN {
        let message = format!("{} is too large a gain: all units are saturated", number(gain));
        return Err(Fault::new(path, message, &format!("0 < gain ≤ {LARGEST_GAIN}")));
    }
    let deepest = table.factors.last().copied().unwrap_or(1);
    if (deepest as f64 * gain.log10()).abs() > DECADES {
        let message = format!("{}^{deepest} is beyond the range of numbers", number(gain));
        let (low, high) = (10f64.powf(-DECADES / deepest as f64), 10f64.powf(DECADES / deepest as f64));
        return Err(Fault::new(path, message, &format!("{low:.4} to {high:.4} with {deepest} factors")));
    }
    Ok(())
}

fn distinct<T: PartialEq>(path: &str, values: &[T], name: impl Fn(&T) -> String) -> Result<(), Fault> {
    let twice = values.iter().enumerate().find(|(index, value)| values[..*index].contains(value));
    match twice {
        Some((index, value)) => {
            Err(Fault::new(format!("{path}[{index}]"), format!("{} is given twice", name(value)), "each once"))
        }
        None => Ok(()),
    }
}

fn check_counts(here: &str, table: &SpectraTable) -> Result<(), Fault> {
    if table.width == 0 {
        return Err(Fault::new(format!("{here}.width"), "a layer needs at least one unit", "≥ 1"));
    }
    if !(1..=DRAWS).contains(&table.draws) {
        let message = format!("{} draws", table.draws);
        return Err(Fault::new(format!("{here}.draws"), message, &format!("1 to {DRAWS}")));
    }
    let starts = table.activity.as_ref().map_or(1, Vec::len);
    let cases = table.matrices.len() * table.gains.len() * starts;
    let rows = cases * table.factors.len();
    if rows > ROWS {
        let message = format!("{rows} combinations are too many");
        let allowed = format!("at most {ROWS} (matrices × gains × activity × factors)");
        return Err(Fault::new(here, message, &allowed));
    }
    let layers = cases.saturating_mul(table.factors.last().copied().unwrap_or(0));
    if layers > LAYERS {
        let message = format!("{layers} layers are too many");
        let allowed = format!("at most {LAYERS} (matrices × gains × activity × the largest number of factors)");
        return Err(Fault::new(format!("{here}.factors"), message, &allowed));
    }
    Ok(())
}
