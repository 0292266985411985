//! The psychiatrist on call is reached, whatever fails.
