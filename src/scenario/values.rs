//! Values that may be a name or a number, a list or a path.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Implements `Deserialize` by a visitor that says what is allowed and takes only the given kinds.
macro_rules! deserialize {
    ($type:ty, $expecting:literal, { $($methods:item)* }) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Value;
                impl<'de> Visitor<'de> for Value {
                    type Value = $type;
                    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                        f.write_str($expecting)
                    }
                    $($methods)*
                }
                deserializer.deserialize_any(Value)
            }
        }
    };
}

macro_rules! schema {
    ($type:ty, $name:literal, $schema:tt) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// `time.end`: a time, or "auto".
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum End {
    /// Until the slowest mode has been learned.
    Auto,
    /// This time.
    At(f64),
}

deserialize!(End, "a time, or \"auto\"", {
    fn visit_f64<E: Error>(self, value: f64) -> Result<End, E> {
        Ok(End::At(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<End, E> {
        Ok(End::At(value as f64))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<End, E> {
        match value {
            "auto" => Ok(End::Auto),
            _ => Err(E::invalid_value(Unexpected::Str(value), &self)),
        }
    }
});
schema!(End, "End", { "anyOf": [{ "type": "number", "exclusiveMinimum": 0 }, { "const": "auto" }] });

impl Serialize for End {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            End::Auto => serializer.serialize_str("auto"),
            End::At(t) => serializer.serialize_f64(*t),
        }
    }
}

/// `sgd.batch`: a number of samples, or "full".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BatchSize {
    /// All samples.
    #[default]
    Full,
    /// So many.
    Size(u64),
}

deserialize!(BatchSize, "a number of samples, or \"full\"", {
    fn visit_i64<E: Error>(self, value: i64) -> Result<BatchSize, E> {
        u64::try_from(value).map(BatchSize::Size).map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<BatchSize, E> {
        match value {
            "full" => Ok(BatchSize::Full),
            _ => Err(E::invalid_value(Unexpected::Str(value), &self)),
        }
    }
});
schema!(BatchSize, "BatchSize", { "anyOf": [{ "type": "integer", "minimum": 1 }, { "const": "full" }] });

impl Serialize for BatchSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            BatchSize::Full => serializer.serialize_str("full"),
            BatchSize::Size(n) => serializer.serialize_u64(*n),
        }
    }
}

/// `learning_rate` of a study: a number, "sharpness", or the best of several.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum RateChoice {
    /// 1/sharpness at the minimum.
    #[default]
    Sharpness,
    /// This one.
    Fixed(f64),
    /// The fastest of these.
    Best(RateRange),
}

/// Learning rates spaced evenly in their logarithm, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateRange {
    /// One end.
    pub from: f64,
    /// The other end.
    pub to: f64,
    /// How many.
    pub count: usize,
}

deserialize!(RateChoice, "a learning rate, \"sharpness\", or { from = ..., to = ..., count = ... }", {
    fn visit_f64<E: Error>(self, value: f64) -> Result<RateChoice, E> {
        Ok(RateChoice::Fixed(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<RateChoice, E> {
        Ok(RateChoice::Fixed(value as f64))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<RateChoice, E> {
        match value {
            "sharpness" => Ok(RateChoice::Sharpness),
            _ => Err(E::invalid_value(Unexpected::Str(value), &self)),
        }
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RateChoice, A::Error> {
        Deserialize::deserialize(MapAccessDeserializer::new(map)).map(RateChoice::Best)
    }
});
schema!(RateChoice, "RateChoice", { "anyOf": [
    { "type": "number", "exclusiveMinimum": 0 },
    { "const": "sharpness" },
    { "type": "object", "properties": { "from": { "type": "number" }, "to": { "type": "number" },
      "count": { "type": "integer", "minimum": 1 } },
      "required": ["from", "to", "count"], "additionalProperties": false }
] });

impl Serialize for RateChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            RateChoice::Sharpness => serializer.serialize_str("sharpness"),
            RateChoice::Fixed(rate) => serializer.serialize_f64(*rate),
            RateChoice::Best(range) => range.serialize(serializer),
        }
    }
}

/// `input_spectrum`: "white", a list of eigenvalues, or a power law.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum InputSpectrum {
    /// All eigenvalues 1.
    #[default]
    White,
    /// These eigenvalues.
    Eigenvalues(Vec<f64>),
    /// The i-th eigenvalue is i^−p.
    Power(PowerLaw),
}

/// λ_i = i^−power.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PowerLaw {
    /// p.
    pub power: f64,
}

deserialize!(InputSpectrum, "\"white\", a list of eigenvalues, or { power = p }", {
    fn visit_str<E: Error>(self, value: &str) -> Result<InputSpectrum, E> {
        match value {
            "white" => Ok(InputSpectrum::White),
            _ => Err(E::invalid_value(Unexpected::Str(value), &self)),
        }
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<InputSpectrum, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(seq)).map(InputSpectrum::Eigenvalues)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<InputSpectrum, A::Error> {
        Deserialize::deserialize(MapAccessDeserializer::new(map)).map(InputSpectrum::Power)
    }
});
schema!(InputSpectrum, "InputSpectrum", { "anyOf": [
    { "const": "white" },
    { "type": "array", "items": { "type": "number", "minimum": 0 } },
    { "type": "object", "properties": { "power": { "type": "number" } },
      "required": ["power"], "additionalProperties": false }
] });

impl Serialize for InputSpectrum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            InputSpectrum::White => serializer.serialize_str("white"),
            InputSpectrum::Eigenvalues(values) => values.serialize(serializer),
            InputSpectrum::Power(law) => law.serialize(serializer),
        }
    }
}

/// A matrix: nested rows, or the path of a .npy or .csv file.
#[derive(Debug, Clone, PartialEq)]
pub enum MatrixSource {
    /// Rows.
    Rows(Vec<Vec<f64>>),
    /// A path relative to the scenario file.
    File(String),
}

deserialize!(MatrixSource, "a matrix (an array of rows), or the path of a .npy or .csv file", {
    fn visit_str<E: Error>(self, value: &str) -> Result<MatrixSource, E> {
        Ok(MatrixSource::File(value.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<MatrixSource, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(seq)).map(MatrixSource::Rows)
    }
});
schema!(MatrixSource, "Matrix", { "anyOf": [
    { "type": "array", "items": { "type": "array", "items": { "type": "number" } } },
    { "type": "string", "description": "path of a .npy or .csv file, relative to the scenario" }
] });

impl Serialize for MatrixSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            MatrixSource::Rows(rows) => rows.serialize(serializer),
            MatrixSource::File(path) => serializer.serialize_str(path),
        }
    }
}

/// `sigma11`: a matrix, or "white".
#[derive(Debug, Clone, PartialEq, Default)]
pub enum WhiteOr {
    /// Σ11 = I.
    #[default]
    White,
    /// A matrix.
    Matrix(MatrixSource),
}

deserialize!(WhiteOr, "\"white\", a matrix (an array of rows), or the path of a .npy or .csv file", {
    fn visit_str<E: Error>(self, value: &str) -> Result<WhiteOr, E> {
        Ok(match value {
            "white" => WhiteOr::White,
            path => WhiteOr::Matrix(MatrixSource::File(path.to_owned())),
        })
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<WhiteOr, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(seq)).map(|rows| WhiteOr::Matrix(MatrixSource::Rows(rows)))
    }
});
schema!(WhiteOr, "WhiteOrMatrix", { "anyOf": [
    { "type": "array", "items": { "type": "array", "items": { "type": "number" } } },
    { "type": "string", "description": "\"white\", or the path of a .npy or .csv file, relative to the scenario" }
] });

impl Serialize for WhiteOr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            WhiteOr::White => serializer.serialize_str("white"),
            WhiteOr::Matrix(matrix) => matrix.serialize(serializer),
        }
    }
}

/// Strengths of one weight matrix: the same for all modes, or one per mode.
#[derive(Debug, Clone, PartialEq)]
pub enum PerLayer {
    /// The same for all modes.
    Same(f64),
    /// One per mode, by descending s.
    PerMode(Vec<f64>),
}

deserialize!(PerLayer, "a strength, or a list of one strength per mode", {
    fn visit_f64<E: Error>(self, value: f64) -> Result<PerLayer, E> {
        Ok(PerLayer::Same(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<PerLayer, E> {
        Ok(PerLayer::Same(value as f64))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<PerLayer, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(seq)).map(PerLayer::PerMode)
    }
});
schema!(PerLayer, "PerLayer", { "anyOf": [{ "type": "number" }, { "type": "array", "items": { "type": "number" } }] });

impl Serialize for PerLayer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            PerLayer::Same(a) => serializer.serialize_f64(*a),
            PerLayer::PerMode(list) => list.serialize(serializer),
        }
    }
}
