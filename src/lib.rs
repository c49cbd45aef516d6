//! Learning dynamics of deep linear networks: the full weight flow, the reduced mode equations,
//! their closed forms and discrete gradient descent, laid over each other and judged.
//!
//! # Equations
//!
//! A network of D weight matrices maps x to Wx, W = W_D…W_1. Its loss on statistics of the data is
//!
//! L = ½Tr Σ33 − Tr(WᵀΣ31) + ½Tr(WΣ11Wᵀ),
//!
//! and gradient flow (Saxe, McClelland & Ganguli 2013, equations 2 and 3 for D = 2) is
//!
//! τ dW_l/dt = −∂L/∂W_l = (W_D…W_{l+1})ᵀ (Σ31 − WΣ11) (W_{l−1}…W_1)ᵀ.
//!
//! | symbol | shape | here |
//! |---|---|---|
//! | N1, N2, N3 | | widths of input, hidden and output layer |
//! | D, N_l = D + 1 | | weight matrices, and layers of neurons with the input |
//! | W_l | n_l×n_{l−1} | weights, input side first: W1 = W21, W2 = W32 |
//! | Σ11, Σ31, Σ33 | N1×N1, N3×N1, N3×N3 | ⟨xxᵀ⟩, ⟨yxᵀ⟩, ⟨yyᵀ⟩: `sigma11`, `sigma31`, `trace_sigma33` |
//! | U S Vᵀ = Σ31 | | modes: singular values s_α, descending, with u_α and v_α |
//! | λ_α = v_αᵀΣ11v_α | | variance of the inputs along a mode: `input_eigenvalue` |
//! | u_α = u_αᵀWv_α | | mode strength, learned to s_α/λ_α |
//! | a_l | | a mode's strength in layer l, in aligned weights; (a, b) for two |
//!
//! # Units
//!
//! Times are in the units of τ; only T = t/τ enters the equations. Losses are in the units of the
//! statistics, which are averages or sums over samples ([`task::Averaging`]).
//!
//! # Layers
//!
//! Data flows one way: [`scenario`] → [`task`] and [`network`] → [`experiment`] → the arms ([`flow`],
//! [`modes`], [`analytic`], [`sgd`]) → [`trajectory`] → [`comparison`] and [`report`] → [`figure`] and
//! [`results`]. Two ways lead past the arms: [`study`] trains one task at many depths, and [`spectra`] looks at random
//! networks that are not trained at all.
#![deny(unsafe_code)]

pub mod analytic;
pub mod cli;
pub mod comparison;
pub mod converge;
pub mod delays;
pub mod experiment;
mod exponential;
pub mod figure;
pub mod files;
pub mod flow;
pub mod forecast;
pub mod integrate;
pub mod kernels;
pub mod linalg;
pub mod modes;
pub mod network;
pub mod parallel;
pub mod plateaus;
pub mod premises;
pub mod probe;
pub mod random;
pub mod reduction;
pub mod report;
pub mod results;
pub mod sampling;
pub mod scenario;
pub mod sgd;
pub mod spectra;
pub mod stability;
pub mod study;
pub mod task;
pub mod text;
pub mod trajectory;
