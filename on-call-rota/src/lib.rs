//! Who is on duty at a moment. Pure: no I/O, no clock.

mod contact;
mod ids;
mod staff;

pub use contact::{CalledNumber, ContactPoint, E164, InvalidContact};
pub use ids::{
    CentreId, DutyId, GroupId, ID_MAX, InvalidId, OperatorId, RegionId, RuleId, StaffId, WindowId,
};
pub use staff::{Contact, InvalidStaff, Language, Qualification, Role, Staff, StaffName};
