//! Referrals as counsellors and centres would tell them.
