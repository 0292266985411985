import type { Refusals } from "./tell";

/** services/routing, and services/domain/src/desk.rs */
export const routing: Refusals = {
  "desk_id is not known; sign in first": "この席にはまだ誰も着いていません。先に席に着いてください。",
  "window_id is not in the rota": "この相談窓口は勤務表にありません。",
  "staff_id is not in the rota of this operator": "この人は、運営主体の勤務表にありません。",
  "staff_id is in a call at another desk": "別の席で通話中です。その通話が終わってから席を移ってください。",
  "call is answered by another desk or has ended": "この通話は別の席が応答したか、もう終わっています。",
  "desk is being changed by others; try again": "席の状態が同時に変わりました。もう一度試してください。",
  "desk is signed out": "この席には誰も着いていません。先に席に着いてください。",
  "desk is not free": "この席はいま受けられません。ほかの席を選んでください。",
  "desk does not hold this offer": "この着信は、もうこの席にはありません。",
  "desk is in a call": "この席は通話中です。通話が終わってからにしてください。",
};

/** services/telephony, and services/domain/src/call */
export const telephony: Refusals = {
  "invalid {field}: it must be {right}": "「{field@}」を確かめてください。{right!}",
  "call_id is no call that goes on here": "この通話は続いていません。画面を読み直してください。",
  "an operator of the rota, such as pref": "勤務表にある運営主体にしてください。",
  "desk has no such part in this call now": "この席は、いまこの通話でその操作ができません。",
  "caller is not on the line": "相談者が電話口にいません。",
  "desk is in this call already": "この席は、もうこの通話に入っています。",
  "call is being transferred to another desk": "この通話は、別の席に転送しているところです。",
  "another desk listens to this call": "この通話は、ほかの席が聞いています。",
};
