//! SIP's codes in the words of the line, and back.

use crate::edge::Cause;

/// What a final answer to our INVITE means for the leg, and whether another
/// trunk may still succeed where this one did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) cause: Cause,
    pub(super) try_next: bool,
}

/// The called party's own word (busy, declined, no such number) is final;
/// everything else is the fault of the way there.
pub(super) fn refused(code: u16) -> Refused {
    let (cause, try_next) = match code {
        486 | 600 => (Cause::Busy, false),
        603 | 607 | 608 => (Cause::Declined, false),
        404 | 410 | 480 | 484 | 485 | 604 => (Cause::Unreachable, false),
        408 | 430 | 500..=599 => (Cause::Unreachable, true),
        _ => (Cause::Failed, true),
    };
    Refused { cause, try_next }
}

/// The final answer that tells a caller why we do not take the call.
pub(super) fn refusal(cause: Cause) -> u16 {
    match cause {
        Cause::Busy => 486,
        Cause::Declined => 603,
        Cause::NoAnswer | Cause::Released | Cause::HungUp => 480,
        Cause::Unreachable => 404,
        Cause::Dead | Cause::Failed => 500,
    }
}

/// The Reason field (RFC 3326) of a CANCEL or BYE.
pub(super) fn reason(cause: Cause) -> &'static str {
    match cause {
        Cause::Released => r#"SIP;cause=200;text="Call completed elsewhere""#,
        Cause::NoAnswer => r#"SIP;cause=480;text="No answer""#,
        Cause::HungUp => r#"Q.850;cause=16;text="Normal call clearing""#,
        Cause::Busy => r#"SIP;cause=486;text="Busy""#,
        Cause::Declined => r#"SIP;cause=603;text="Declined""#,
        Cause::Unreachable => r#"SIP;cause=404;text="Unreachable""#,
        Cause::Dead => r#"SIP;cause=408;text="No media""#,
        Cause::Failed => r#"SIP;cause=500;text="Failed""#,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_number_is_not_rung_again_over_another_carrier() {
        for code in [486, 600, 603, 404] {
            assert!(!refused(code).try_next, "{code}");
        }
        for code in [408, 500, 503, 403, 407] {
            assert!(refused(code).try_next, "{code}");
        }
    }
}
