//! A board as it is sent to many pages.

use prost::Message;
use prost::bytes::{Buf, BufMut, Bytes};
use prost::encoding::{self, DecodeContext, WireType};

use crate::console::v1::Board;

const BOARD: u32 = 1;

/// A board that is encoded already; empty unless made from one. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SharedBoard(Bytes);

impl From<&Board> for SharedBoard {
    fn from(board: &Board) -> Self {
        Self(board.encode_to_vec().into())
    }
}

/// `tomoshibi.console.v1.WatchBoardResponse`, to the byte. What everybody of an operator sees is encoded once for all
/// of them; what is for one person alone follows it in the same message, as protobuf lets fields come in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WatchBoardResponse {
    /// Empty in what was received.
    pub shared: SharedBoard,
    /// All of it in what was received; where `shared` is sent, what that lacks.
    pub board: Option<Board>,
}

impl WatchBoardResponse {
    fn length(&self) -> usize {
        self.shared.0.len() + self.board.as_ref().map_or(0, Message::encoded_len)
    }

    fn is_empty(&self) -> bool {
        self.shared.0.is_empty() && self.board.is_none()
    }
}

impl Message for WatchBoardResponse {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        if self.is_empty() {
            return;
        }
        encoding::encode_key(BOARD, WireType::LengthDelimited, buf);
        encoding::encode_varint(self.length() as u64, buf);
        buf.put_slice(&self.shared.0);
        if let Some(board) = &self.board {
            board.encode_raw(buf);
        }
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), prost::DecodeError> {
        match tag {
            BOARD => encoding::message::merge(wire_type, self.board.get_or_insert_default(), buf, context),
            _ => encoding::skip_field(wire_type, tag, buf, context),
        }
    }

    fn encoded_len(&self) -> usize {
        match self.is_empty() {
            true => 0,
            false => {
                let length = self.length();
                encoding::key_len(BOARD) + encoding::encoded_len_varint(length as u64) + length
            }
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::v1::{BoardDesk, BoardRecord};

    #[test]
    fn what_is_for_all_and_what_is_for_one_arrive_as_one_board() {
        let all = Board {
            seq: 7,
            desks: vec![BoardDesk { desk_id: "ito".into(), ..BoardDesk::default() }],
            ..Board::default()
        };
        let record = BoardRecord { record_id: "a".into(), revision: 2 };
        let own = Board {
            unsigned_record_ids: vec!["a".into()],
            records: vec![record.clone()],
            ..Board::default()
        };
        let sent = WatchBoardResponse { shared: SharedBoard::from(&all), board: Some(own) };

        let bytes = sent.encode_to_vec();
        let heard = WatchBoardResponse::decode(bytes.as_slice()).unwrap();

        assert_eq!(bytes.len(), sent.encoded_len());
        let whole = Board { unsigned_record_ids: vec!["a".into()], records: vec![record], ..all };
        assert_eq!(heard, WatchBoardResponse { shared: SharedBoard::default(), board: Some(whole) });
    }

    #[test]
    fn nothing_is_sent_as_nothing() {
        let nothing = WatchBoardResponse::default();

        assert_eq!((nothing.encode_to_vec().len(), nothing.encoded_len()), (0, 0));
    }
}
