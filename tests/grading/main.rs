//! What a grading decides: the reference's scores, the same bits every time, and the graders and competitions that decide it.

mod bootstrap;
mod competitions;
mod contract;
mod determinism;
mod embedding;
mod faulty;
mod fuel;
mod languages;
mod parity;
mod profiles;
mod properties;
mod sources;
mod threads;
