//! For which operator a request is: field 1 of its message.
//!
//! The body is read here as the server will read it, and handed on whole. A
//! request is one message, not compressed.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use prost::Message;
use tonic::Status;
use tonic::body::Body;

/// As tonic's own limit for a message.
const MOST: usize = 4 * 1024 * 1024;
/// Flag and length before the message.
const HEAD: usize = 5;
/// How long a client may take to send one message.
const SENT_WITHIN: Duration = Duration::from_secs(20);

/// Every request for persons begins so. Read by the rules of protobuf: of two values the last one counts.
#[derive(Clone, PartialEq, Message)]
struct Named {
    #[prost(string, tag = "1")]
    operator_id: String,
}

/// The operator a request names, perhaps none, and the request's body, still unread.
pub(super) async fn named(body: Body) -> Result<(String, Body), Status> {
    let reading = Limited::new(body, MOST + HEAD).collect();
    let read = tokio::time::timeout(SENT_WITHIN, reading)
        .await
        .map_err(|_| Status::deadline_exceeded("the request did not arrive in time"))?;
    let bytes = read.map_err(|_| malformed("is cut off, or longer than 4 MB"))?.to_bytes();
    let named = Named::decode(message(&bytes)?).map_err(|_| malformed("is not protobuf"))?;
    Ok((named.operator_id, Body::new(Full::new(bytes))))
}

fn message(bytes: &[u8]) -> Result<&[u8], Status> {
    let (head, message) = bytes.split_first_chunk::<HEAD>().ok_or_else(|| malformed("is empty"))?;
    let [flag, length @ ..] = *head;
    match (flag, u32::from_be_bytes(length) as usize == message.len()) {
        (0, true) => Ok(message),
        (0, false) => Err(malformed("is not exactly one message of the length it says")),
        _ => Err(malformed("is compressed: send it as it is")),
    }
}

pub(super) fn malformed(how: &str) -> Status {
    Status::invalid_argument(format!("the request {how}"))
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    fn framed(message: &[u8]) -> Vec<u8> {
        let length = u32::try_from(message.len()).unwrap();
        [&[0][..], &length.to_be_bytes(), message].concat()
    }

    async fn read(bytes: Vec<u8>) -> Result<String, Code> {
        let body = Body::new(Full::from(bytes.clone()));
        let (operator, body) = named(body).await.map_err(|status| status.code())?;
        assert_eq!(body.collect().await.unwrap().to_bytes(), bytes);
        Ok(operator)
    }

    #[tokio::test]
    async fn the_operator_is_read_and_the_server_still_gets_every_byte() {
        let other_fields = [&b"\x0a\x03ken"[..], b"\x12\x02c1\x18\x05"].concat();

        assert_eq!(read(framed(&other_fields)).await, Ok("ken".to_owned()));
        assert_eq!(read(framed(b"\x12\x02c1")).await, Ok(String::new()));
    }

    #[tokio::test]
    async fn of_two_operators_the_one_the_server_will_see_counts() {
        assert_eq!(read(framed(b"\x0a\x03ken\x0a\x03shi")).await, Ok("shi".to_owned()));
    }

    #[tokio::test]
    async fn what_is_no_single_plain_message_is_refused() {
        let compressed = [&[1][..], &framed(b"\x0a\x03ken")[1..]].concat();
        let two = [framed(b"\x0a\x03ken"), framed(b"\x0a\x03shi")].concat();
        let huge = framed(&vec![0; MOST + 1]);
        let (short, no_text, number) = (vec![0, 0, 0], framed(b"\x0a\x02\xff\xfe"), framed(b"\x08\x05"));
        for bad in [vec![], short, compressed, two, huge, no_text, number, framed(b"\x0a\xff")] {
            assert_eq!(read(bad).await, Err(Code::InvalidArgument));
        }
    }
}
