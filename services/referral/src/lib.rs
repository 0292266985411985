//! Cases handed to centres and duty hospitals until somebody has taken them.
