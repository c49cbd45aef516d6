//! From a `[[check]]` table to a check that can be carried out.

use super::format::{CheckTable, Quantity};
use super::spectra_checks;
use crate::comparison::{Check, Compared, Figure};
use crate::delays::{DelayFigure, Delays};
use crate::spectra::Spectra;
use crate::study::{Family, RateRule, Series, Study, StudyFigure};
use crate::task::Task;
use crate::trajectory::Arm;

/// What is wrong with a check: the key, the message, what is allowed.
pub type Complaint = (&'static str, String, Option<String>);

/// Default `max_error` of arms against each other, and of a figure against a number.
const COMPARED: f64 = 1e-6;
pub(super) const EXPECTED: f64 = 0.01;

/// Why there is no error of classification.
pub const NO_CLASSES: &str = "it takes a data set whose targets are labels or one-hot rows";

/// What a check can be about.
pub struct Known<'a> {
    /// How many modes there are.
    pub modes: usize,
    /// The task.
    pub task: &'a Task,
    /// Whether the sgd arm trains a network that is not linear.
    pub not_linear: bool,
    /// Whether the closed form gives the map, and not only the modes' strengths.
    pub map_in_closed_form: bool,
    /// The studies.
    pub studies: &'a [Study],
    /// The tables of delays.
    pub delays: &'a [Delays],
    /// The tables of spectra.
    pub spectra: &'a [Spectra],
}

/// Checks one table; `has` says which arms run.
///
/// # Errors
/// With the key that is wrong.
pub fn check(table: &CheckTable, has: impl Fn(Arm) -> bool, known: &Known) -> Result<Check, Complaint> {
    let present = |key, arm| {
        if has(arm) {
            Ok(arm)
        } else {
            if arm == Arm::Limit {
                let message = "the arm `limit` runs beside `modes` where modes.depth is \"both\"";
                return Err((key, message.to_owned(), None));
            }
            let allowed = Arm::ALL.into_iter().filter(|a| has(*a)).map(Arm::name).collect::<Vec<_>>().join(", ");
            let allowed = Some(allowed).filter(|arms| !arms.is_empty());
            Err((key, format!("the scenario does not run the arm `{arm}`: it has no table [{arm}]"), allowed))
        }
    };
    if let Some(name) = &table.spectra {
        return spectra_checks::check(table, name, known.spectra);
    }
    if let Some(key) = spectra_checks::misplaced(table) {
        return Err((key, format!("`{key}` belongs to a check of spectra"), None));
    }
    if let Some(name) = &table.study {
        return study(table, name, known.studies);
    }
    if let Some(name) = &table.delays {
        return delays(table, name, known.delays);
    }
    for (key, given, of) in
        [("series", table.series.is_some(), "a study or of delays"), ("layers", table.layers.is_some(), "a study")]
    {
        if given {
            return Err((key, format!("`{key}` belongs to a check of {of}"), None));
        }
    }
    match (&table.compare, table.arm) {
        (Some(arms), None) => {
            let [first, second] = arms.as_slice() else {
                return Err(("compare", "compare takes two arms".into(), Some("[\"flow\", \"analytic\"]".into())));
            };
            if first == second {
                return Err(("compare", format!("compare takes two different arms, not `{first}` twice"), None));
            }
            let (first, second) = (present("compare", *first)?, present("compare", *second)?);
            compare(table, first, second)
        }
        (None, Some(arm)) => figure(table, present("arm", arm)?, known),
        _ => Err((
            "",
            "a check compares two arms, or a figure of one arm, of a study, of delays or of spectra with a number".into(),
            Some(
                "compare = [\"flow\", \"analytic\"], or arm = \"flow\", study = ..., delays = ... or spectra = ... with expect = ..."
                    .into(),
            ),
        )),
    }
}

fn compare(table: &CheckTable, first: Arm, second: Arm) -> Result<Check, Complaint> {
    let quantity = match table.quantity {
        Quantity::Modes => Compared::Modes,
        Quantity::Loss => Compared::Loss,
        Quantity::Map => Compared::Map,
        Quantity::Weights => Compared::Weights,
        _ => {
            return Err((
                "quantity",
                "this is not what two arms are compared in".into(),
                Some("modes, loss, map, weights".into()),
            ));
        }
    };
    if quantity == Compared::Weights && [first, second].iter().any(|a| !matches!(a, Arm::Flow | Arm::Sgd)) {
        return Err(("quantity", "only flow and sgd have weights".into(), Some("modes, loss, map".into())));
    }
    for (key, given) in [("mode", table.mode.is_some()), ("expect", table.expect.is_some())] {
        if given {
            return Err((key, format!("`{key}` belongs to a check of one arm"), None));
        }
    }
    Ok(Check::Compare { first, second, quantity, max_error: tolerance(table, COMPARED)? })
}

fn figure(table: &CheckTable, arm: Arm, known: &Known) -> Result<Check, Complaint> {
    let figure = match table.quantity {
        Quantity::HalfTime => Figure::HalfTime,
        Quantity::FinalStrength => Figure::FinalStrength,
        Quantity::FinalLoss => Figure::FinalLoss,
        Quantity::LargestDrift if arm == Arm::Flow => Figure::LargestDrift,
        Quantity::LargestDrift => {
            let message = "what is conserved is conserved along the flow";
            return Err(("quantity", message.to_owned(), Some("arm = \"flow\"".to_owned())));
        }
        Quantity::LargestCoupling
            if matches!(arm, Arm::Flow | Arm::Sgd) || (arm == Arm::Analytic && known.map_in_closed_form) =>
        {
            Figure::LargestCoupling
        }
        Quantity::FinalSharpness if arm == Arm::Sgd && known.not_linear => {
            let message = "the Hessian is that of a linear network, and the sgd arm trains another";
            return Err(("quantity", message.to_owned(), Some("arm = \"flow\"".to_owned())));
        }
        Quantity::FinalSharpness if matches!(arm, Arm::Flow | Arm::Sgd) => Figure::FinalSharpness,
        Quantity::FinalTrainingError | Quantity::FinalTestError | Quantity::FinalTestLoss => {
            scored(table.quantity, known.task)?
        }
        Quantity::FinalSharpness => {
            return Err(("quantity", format!("the arm `{arm}` has no weights"), None));
        }
        Quantity::LargestCoupling => {
            return Err(("quantity", format!("the arm `{arm}` has no coupling"), None));
        }
        _ => {
            let allowed = "half_time, final_loss, final_strength, final_sharpness, largest_coupling, largest_drift, \
                           final_training_error, final_test_error, final_test_loss";
            return Err(("quantity", "this is not a figure of one arm".into(), Some(allowed.into())));
        }
    };
    let mode = table.mode.unwrap_or(1);
    if mode == 0 || mode > known.modes {
        return Err(("mode", format!("there is no mode {mode}"), Some(format!("1 to {}", known.modes))));
    }
    let Some(expect) = table.expect else {
        return Err(("", "a check of one arm needs the number to `expect`".into(), None));
    };
    Ok(Check::Figure { arm, figure, mode, expect, max_error: tolerance(table, EXPECTED)? })
}

/// A figure of single samples, if the task has what it takes.
fn scored(quantity: Quantity, task: &Task) -> Result<Figure, Complaint> {
    if quantity != Quantity::FinalTestLoss && task.classes.is_none() {
        return Err(("quantity", format!("there is no error of classification: {NO_CLASSES}"), None));
    }
    if quantity != Quantity::FinalTrainingError && task.held_out.is_none() {
        let allowed = "test, or test_inputs and test_targets, in [task.dataset]";
        return Err(("quantity", "no samples are held out of training to test on".into(), Some(allowed.into())));
    }
    Ok(match quantity {
        Quantity::FinalTrainingError => Figure::FinalTrainingError,
        Quantity::FinalTestError => Figure::FinalTestError,
        _ => Figure::FinalTestLoss,
    })
}

/// A figure of a study's series.
fn study(table: &CheckTable, name: &str, studies: &[Study]) -> Result<Check, Complaint> {
    let names = |all: Vec<&str>| Some(all.join(", ")).filter(|names| !names.is_empty());
    let Some(study) = studies.iter().find(|study| study.name == name) else {
        let known = names(studies.iter().map(|study| study.name.as_str()).collect());
        return Err(("study", format!("there is no study {name:?}"), known));
    };
    let wanted = |series: &&Series| table.series.as_ref().is_none_or(|name| *name == series.name);
    let Some(series) = study.series.iter().find(wanted) else {
        let message = format!("the study {name:?} has no series {:?}", table.series.as_deref().unwrap_or_default());
        return Err(("series", message, names(study.series.iter().map(|series| series.name.as_str()).collect())));
    };
    let Some(figure) = StudyFigure::ALL.into_iter().find(|figure| table.quantity.is(*figure)) else {
        let all = StudyFigure::ALL.into_iter().map(StudyFigure::name).collect();
        return Err(("quantity", "this is not a figure of a study".into(), names(all)));
    };
    for (key, given) in [
        ("compare", table.compare.is_some()),
        ("arm", table.arm.is_some()),
        ("delays", table.delays.is_some()),
        ("mode", table.mode.is_some()),
    ] {
        if given {
            return Err((key, format!("`{key}` does not go with a check of a study"), None));
        }
    }
    let depths = || study.layers.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    match table.layers {
        None if figure.of_a_network() => {
            let message = format!("{} is a figure of one network: its `layers` are missing", figure.name());
            return Err(("", message, Some(depths())));
        }
        Some(layers) if figure.of_a_network() && !study.layers.contains(&layers) => {
            return Err(("layers", format!("the study has no network of {layers} layers"), Some(depths())));
        }
        Some(layers) if study.layers.iter().all(|depth| *depth < layers) => {
            return Err(("layers", format!("the study has no network of {layers} layers or more"), Some(depths())));
        }
        Some(_) if figure == StudyFigure::LimitTime => {
            return Err(("layers", "the limit is that of infinitely many layers".into(), None));
        }
        _ => {}
    }
    if let Some(reason) = unmeasurable(figure, series, study, table.layers.unwrap_or(0)) {
        return Err(("quantity", reason, None));
    }
    let Some(expect) = table.expect else {
        return Err(("", "a check of a study needs the number to `expect`".into(), None));
    };
    let (study, series) = (name.to_owned(), series.name.clone());
    Ok(Check::Study { study, series, figure, layers: table.layers, expect, max_error: tolerance(table, EXPECTED)? })
}

/// A figure of one mode of a series of delays.
fn delays(table: &CheckTable, name: &str, tables: &[Delays]) -> Result<Check, Complaint> {
    let names = |all: Vec<&str>| Some(all.join(", ")).filter(|names| !names.is_empty());
    let Some(delays) = tables.iter().find(|delays| delays.name == name) else {
        let known = names(tables.iter().map(|delays| delays.name.as_str()).collect());
        return Err(("delays", format!("there are no delays {name:?}"), known));
    };
    let wanted = |series: &&crate::delays::Series| table.series.as_ref().is_none_or(|name| *name == series.name);
    let Some(series) = delays.series.iter().find(wanted) else {
        let message = format!("the delays {name:?} have no series {:?}", table.series.as_deref().unwrap_or_default());
        return Err(("series", message, names(delays.series.iter().map(|series| series.name.as_str()).collect())));
    };
    let Some(figure) = DelayFigure::ALL.into_iter().find(|figure| table.quantity.is_delay(*figure)) else {
        let all = DelayFigure::ALL.into_iter().map(DelayFigure::name).collect();
        return Err(("quantity", "this is not a figure of delays".into(), names(all)));
    };
    for (key, given) in
        [("compare", table.compare.is_some()), ("arm", table.arm.is_some()), ("layers", table.layers.is_some())]
    {
        if given {
            return Err((key, format!("`{key}` does not go with a check of delays"), None));
        }
    }
    let watched: Vec<usize> = delays.modes.iter().map(|expected| expected.mode + 1).collect();
    let mode = table.mode.or(watched.first().copied()).unwrap_or(1);
    if !watched.contains(&mode) {
        let watched: Vec<String> = watched.iter().map(usize::to_string).collect();
        return Err(("mode", format!("the delays {name:?} do not watch mode {mode}"), Some(watched.join(", "))));
    }
    if figure == DelayFigure::DelaySd && series.runs < 2 {
        return Err(("quantity", "a standard deviation takes two runs at least".to_owned(), None));
    }
    let Some(expect) = table.expect else {
        return Err(("", "a check of delays needs the number to `expect`".into(), None));
    };
    let (delays, series) = (name.to_owned(), series.name.clone());
    Ok(Check::Delays { delays, series, figure, mode, expect, max_error: tolerance(table, EXPECTED)? })
}

/// Why a series can never have a figure; `None` if it may.
fn unmeasurable(figure: StudyFigure, series: &Series, study: &Study, from: usize) -> Option<String> {
    let name = &series.name;
    let drawn = matches!(series.start, Family::Drawn(_));
    let networks = study.layers.iter().filter(|layers| **layers >= from).count();
    match figure {
        StudyFigure::PredictedTime | StudyFigure::PredictionError if drawn => {
            Some(format!("no law predicts {name:?}: it does not start aligned"))
        }
        StudyFigure::LimitTime
            if !matches!(series.start, Family::Aligned(_)) || matches!(series.rate, RateRule::Fixed(_)) =>
        {
            Some(format!("{name:?} tends to no limit: that takes aligned starts of one strength, and rates of 1/N_l"))
        }
        StudyFigure::FinalTrainingError if !study.classifies() => {
            Some("the training error is that of the panel \"classification\"".to_owned())
        }
        StudyFigure::FinalTrainingError if !study.curves => {
            Some("the end of a curve takes one of the panels \"curves\" and \"classification\"".to_owned())
        }
        StudyFigure::TimeSlope | StudyFigure::RateSlope if networks < 2 => {
            Some("a slope takes two networks at least".to_owned())
        }
        _ => None,
    }
}

impl Quantity {
    /// Whether it is this figure of a study.
    fn is(self, figure: StudyFigure) -> bool {
        figure
            == match self {
                Quantity::LearningTime => StudyFigure::LearningTime,
                Quantity::PredictedTime => StudyFigure::PredictedTime,
                Quantity::LimitTime => StudyFigure::LimitTime,
                Quantity::BestRate => StudyFigure::BestRate,
                Quantity::TimeSlope => StudyFigure::TimeSlope,
                Quantity::RateSlope => StudyFigure::RateSlope,
                Quantity::TimeRatio => StudyFigure::TimeRatio,
                Quantity::PredictionError => StudyFigure::PredictionError,
                Quantity::LearnedRuns => StudyFigure::LearnedRuns,
                Quantity::FinalTrainingError => StudyFigure::FinalTrainingError,
                _ => return false,
            }
    }
}

impl Quantity {
    /// Whether it is this figure of delays.
    fn is_delay(self, figure: DelayFigure) -> bool {
        figure
            == match self {
                Quantity::MeanDelay => DelayFigure::MeanDelay,
                Quantity::DelaySd => DelayFigure::DelaySd,
                Quantity::PredictedHalfTime => DelayFigure::PredictedHalfTime,
                _ => return false,
            }
    }
}

pub(super) fn tolerance(table: &CheckTable, default: f64) -> Result<f64, Complaint> {
    match table.max_error {
        Some(given) if given < 0.0 => Err(("max_error", format!("{given} is negative"), Some("≥ 0".into()))),
        Some(given) => Ok(given),
        None => Ok(default),
    }
}
