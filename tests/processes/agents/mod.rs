//! Agents in containers of a real engine: what they can reach, what they may use, and what is left when whoever runs them is killed.

mod built;
mod hostile;
mod killed;
mod whole;
mod world;
