//! Why a description cannot be used. What a SIP answer says is `status`.

/// More bytes than any telephone needs.
pub(super) const LONGEST: usize = 16 * 1024;
/// More `m=` lines than any telephone offers.
pub(super) const MOST_LINES: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    #[error("sdp is longer than {LONGEST} bytes or has more than {MOST_LINES} media lines")]
    TooLong,
    #[error("sdp cannot be read at line {0}")]
    Garbled(usize),
    #[error("sdp has no audio line")]
    NoAudio,
    #[error("sdp refuses the audio line (port 0)")]
    AudioRefused,
    #[error("sdp offers audio only as {0}; it must be RTP/AVP")]
    Transport(Transport),
    #[error("sdp has no codec of ours; it must offer PCMU or PCMA at 8000 Hz")]
    NoCommonCodec,
    #[error("sdp has no address for audio; c= must hold an IPv4 or IPv6 unicast address")]
    NoAddress,
    #[error("sdp answer does not have the lines of the offer")]
    OtherLines,
}

/// Kinds of transport that we do not speak, by name: the far side's own text may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// SRTP, whether keyed by SDES or DTLS.
    Encrypted,
    Other,
}

impl std::fmt::Display for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Encrypted => "encrypted RTP",
            Self::Other => "another transport than RTP",
        })
    }
}

impl SdpError {
    /// The SIP status that says it: 400 for what nobody could read, 488 for
    /// what another phone might take.
    pub const fn status(self) -> u16 {
        match self {
            Self::TooLong | Self::Garbled(_) => 400,
            Self::NoAudio | Self::AudioRefused | Self::Transport(_) => 488,
            Self::NoCommonCodec | Self::NoAddress | Self::OtherLines => 488,
        }
    }
}
