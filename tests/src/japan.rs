//! The hour in Japan, where the example's operators are.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

pub fn now_in_japan() -> Zoned {
    Timestamp::now().to_zoned(TimeZone::get("Asia/Tokyo").unwrap())
}
