//! `<arm>.csv`: a row per sample.

use crate::trajectory::{Energy, Observation, Sample, Trajectory};

/// The shortest text that reads back as the same number.
pub(super) fn number(value: f64) -> String {
    format!("{value:?}")
}

/// Columns that only some trajectories have, behind all others.
const OPTIONAL: [&str; 4] = ["sharpness", "training_error", "test_error", "test_loss"];

/// What stands in them.
fn optional(observation: &Observation) -> [Option<f64>; OPTIONAL.len()] {
    let Observation { sharpness, training_error, test_error, test_loss, .. } = *observation;
    [sharpness, training_error, test_error, test_loss]
}

/// The columns that a trajectory has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns {
    modes: usize,
    energy: bool,
    optional: [bool; OPTIONAL.len()],
    spread: bool,
}

impl Columns {
    fn of(trajectory: &Trajectory, modes: usize) -> Columns {
        let first = trajectory.samples.first();
        Columns {
            modes,
            energy: first.is_some_and(|s| s.mean.energy.is_some()),
            optional: first.map_or([false; OPTIONAL.len()], |s| optional(&s.mean).map(|value| value.is_some())),
            spread: first.is_some_and(|s| s.spread.is_some()),
        }
    }

    fn header(self) -> Vec<String> {
        let mut names = vec!["t".to_owned()];
        names.extend(self.observed(""));
        if self.spread {
            names.extend(self.observed("_sd"));
        }
        names
    }

    fn observed(self, suffix: &str) -> Vec<String> {
        let mut names = vec![format!("loss{suffix}")];
        names.extend((1..=self.modes).map(|mode| format!("mode_{mode}{suffix}")));
        names.push(format!("coupling{suffix}"));
        if self.energy {
            names.push(format!("energy_modes{suffix}"));
            names.push(format!("energy_coupling{suffix}"));
        }
        let optional = OPTIONAL.iter().zip(self.optional).filter(|(_, there)| *there);
        names.extend(optional.map(|(name, _)| format!("{name}{suffix}")));
        names
    }

    fn row(self, sample: &Sample) -> Vec<String> {
        let mut fields = vec![number(sample.t)];
        fields.extend(self.fields(&sample.mean));
        if let (true, Some(spread)) = (self.spread, &sample.spread) {
            fields.extend(self.fields(spread));
        }
        fields
    }

    fn fields(self, observation: &Observation) -> Vec<String> {
        let mut fields = vec![number(observation.loss)];
        fields.extend(observation.modes.iter().map(|u| number(*u)));
        fields.push(observation.coupling.map(number).unwrap_or_default());
        if let (true, Some(energy)) = (self.energy, observation.energy) {
            fields.push(number(energy.modes));
            fields.push(number(energy.coupling));
        }
        let optional = optional(observation).into_iter().zip(self.optional).filter(|(_, there)| *there);
        fields.extend(optional.map(|(value, _)| value.map(number).unwrap_or_default()));
        fields
    }
}

/// The file's text. `modes` is k, which a trajectory without rows cannot tell.
///
/// # Errors
/// None that a valid trajectory can cause.
pub fn to_csv(trajectory: &Trajectory, modes: usize) -> Result<Vec<u8>, csv::Error> {
    let columns = Columns::of(trajectory, modes);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.header())?;
    for sample in &trajectory.samples {
        writer.write_record(columns.row(sample))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// The rows of a file; `None` if it is not one of ours.
pub fn from_csv(text: &[u8]) -> Option<Vec<Sample>> {
    let mut reader = csv::Reader::from_reader(text);
    let header = reader.headers().ok()?.clone();
    let position = |name: &str| header.iter().position(|h| h == name);
    let modes = (1..).take_while(|mode| position(&format!("mode_{mode}")).is_some()).count();
    let spread = position("loss_sd").is_some();
    let (t, mean) = (position("t")?, Places::find(&position, modes, "")?);
    let sd = if spread { Some(Places::find(&position, modes, "_sd")?) } else { None };
    reader
        .records()
        .map(|record| {
            let record = record.ok()?;
            let spread = match &sd {
                Some(places) => Some(places.observe(&record)?),
                None => None,
            };
            Some(Sample { t: finite(record.get(t)?)?, mean: mean.observe(&record)?, spread, state: None })
        })
        .collect()
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|x: &f64| x.is_finite())
}

/// Where the observed numbers stand in a row.
struct Places {
    loss: usize,
    modes: Vec<usize>,
    coupling: usize,
    energy: Option<(usize, usize)>,
    optional: [Option<usize>; OPTIONAL.len()],
}

impl Places {
    fn find(position: &impl Fn(&str) -> Option<usize>, modes: usize, suffix: &str) -> Option<Places> {
        Some(Places {
            loss: position(&format!("loss{suffix}"))?,
            modes: (1..=modes).map(|mode| position(&format!("mode_{mode}{suffix}"))).collect::<Option<_>>()?,
            coupling: position(&format!("coupling{suffix}"))?,
            energy: position(&format!("energy_modes{suffix}")).zip(position(&format!("energy_coupling{suffix}"))),
            optional: OPTIONAL.map(|name| position(&format!("{name}{suffix}"))),
        })
    }

    fn observe(&self, record: &csv::StringRecord) -> Option<Observation> {
        let number = |place: usize| finite(record.get(place)?);
        let coupling = match record.get(self.coupling)? {
            "" => None,
            text => Some(finite(text)?),
        };
        let energy = match self.energy {
            Some((modes, coupling)) => Some(Energy { modes: number(modes)?, coupling: number(coupling)? }),
            None => None,
        };
        let mut optional = [None; OPTIONAL.len()];
        for (value, place) in optional.iter_mut().zip(self.optional) {
            *value = match place {
                Some(place) => Some(number(place)?),
                None => None,
            };
        }
        let [sharpness, training_error, test_error, test_loss] = optional;
        Some(Observation {
            loss: number(self.loss)?,
            modes: self.modes.iter().map(|place| number(*place)).collect::<Option<_>>()?,
            coupling,
            energy,
            sharpness,
            training_error,
            test_error,
            test_loss,
        })
    }
}
