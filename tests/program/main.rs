//! The program as a user runs it: its commands, exit codes and messages, and the evidence that it leaves.

mod audit;
mod checks;
mod command_line;
mod components;
mod documents;
mod engine_once;
mod faces;
mod forged;
mod lists;
mod lock;
mod messages;
mod new_competition;
mod plagiarism;
mod preparing;
mod registry;
mod reports;
mod rules;
mod serving;
mod sharing;
mod snapshots;
mod specification;
mod tutorial;
mod uses;
mod validate;
mod workflow;
