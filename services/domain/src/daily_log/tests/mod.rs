//! The daily log, told as stories and by any facts.

mod bodies;
mod days;
mod figures;
mod kit;
mod ledgers;
mod published;
mod reports;
