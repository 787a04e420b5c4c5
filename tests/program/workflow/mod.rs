//! What becomes of scores: lists of run groups, aggregates, leaderboards, cards, comparisons, pages.

mod aggregate;
mod bad_input;
mod collect;
mod compare;
mod leaderboards;
mod report;
mod whole;
