//! The daily log, told as stories and by any facts.
