//! Learning dynamics of deep linear networks: the full weight flow, the reduced mode equations,
//! their closed forms and discrete gradient descent, laid over each other and judged.
//!
//! Data flows one way: [`scenario`] → [`task`] and [`network`] → [`experiment`] → the arms ([`flow`],
//! [`modes`], [`analytic`], [`sgd`]) → [`trajectory`] → [`comparison`] → [`figure`] and [`results`].
#![deny(unsafe_code)]

pub mod analytic;
pub mod cli;
pub mod comparison;
pub mod experiment;
pub mod figure;
pub mod files;
pub mod flow;
pub mod integrate;
pub mod kernels;
pub mod linalg;
pub mod modes;
pub mod network;
pub mod premises;
pub mod probe;
pub mod random;
pub mod reduction;
pub mod report;
pub mod results;
pub mod sampling;
pub mod scenario;
pub mod sgd;
pub mod stability;
pub mod task;
pub mod text;
pub mod trajectory;
