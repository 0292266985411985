//! Accounts, the night as people see it, and the page they see it on.
