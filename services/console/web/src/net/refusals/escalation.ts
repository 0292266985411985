import type { Refusals } from "./tell";

export const escalation: Refusals = {
  "invalid {}: one of {}": "「{0@}」には次のいずれかを指定してください：{1}",
  "window_id is not in the rota of this operator": "この相談窓口は、運営主体の勤務表にありません。",
  "staff_id is not in the rota": "この人は勤務表にありません。勤務表の人から選んでください。",
  "escalation is being changed by others; try again": "ほかの人がこの呼出を変えているところです。もう一度試してください。",
  "at least one": "一つ以上選んでください。",
  "given, or known from the call": "相談窓口を選んでください。この通話からは分かりません。",
  "joined or called_back": "通話に参加したか、折り返したかを選んでください。",
  "reached, came_back, doctor_called or other": "席から話せた・本人がかけ直した・医師が電話した・その他のどれかを選んでください。",
  "a caller who waits, by call_id,": "医師の折返しを待っている、この相談者",
  "staff_id is not on the ladder of this escalation": "この人は、この呼出で呼ぶ人に入っていません。",
  "escalation was taken over by {by}": "この呼出は {by} さんが引き受けました。",
  "escalation was withdrawn": "この呼出は取り下げられています。",
  "priority can only be raised": "緊急度は上げることだけができます。",
};
