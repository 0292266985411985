//! Records of consultations, the protocol they follow, the people they are about.
