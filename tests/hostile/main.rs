//! What others wrote means harm: graders, submissions, lists, competitions, reports, any bytes at all; and what answers may never reach.

mod attacks;
mod channels;
mod files;
mod fuzzing;
mod submissions;
mod surroundings;
