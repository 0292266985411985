// A dictionary and a protocol, shortened from services/domain/src/triage.
import { create } from "@bufbuild/protobuf";
import { type Assessment, AssessmentSchema, DescribeFormResponseSchema, type Field, type Missing, MissingSchema } from "../src/gen/tomoshibi/triage/v1/triage_pb";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";

const code = (word: string, ja: string, en: string) => ({ code: word, label: { ja, en } });
const field = (name: string, kind: string, ja: string, en: string, required = "optional", list = "", max = 0, personal = false) => ({ name, kind, label: { ja, en }, required, list, max, personal });
const YES_NO = [code("no", "いいえ", "no"), code("unknown", "不明", "not known"), code("yes", "はい", "yes")];
const ask = (questionId: string, ja: string, en: string, hint?: [string, string]) => ({ questionId, kind: "yes_no", label: { ja, en }, options: YES_NO, ...(hint ? { hint: { ja: hint[0], en: hint[1] } } : {}) });

export const FORM = create(DescribeFormResponseSchema, {
  lists: [
    { list: "channel", codes: [code("voice", "電話", "telephone"), code("relay", "電話リレーサービス", "relay service"), code("fax", "ファクス", "fax")] },
    { list: "caller_kind", codes: [code("300", "本人", "the person themselves"), code("310", "配偶者", "spouse"), code("311", "親", "parent"), code("312", "子ども", "child of the person"), code("313", "その他の家族", "other family"), code("320", "医療関係者", "health professional"), code("330", "保健所", "public health centre"), code("335", "警察", "police"), code("336", "消防（救急隊）", "fire service"), code("380", "不明", "not known")] },
    { list: "special_flags", codes: [code("relay", "リレー通話", "relay call"), code("frequent", "頻回", "rings often"), code("care_plan", "クライシスプランあり", "has a crisis plan"), code("silent", "無言", "silent"), code("minor", "未成年", "minor")] },
    { list: "anonymity", codes: [code("named", "実名", "real name"), code("pseudonym", "仮名", "assumed name"), code("anonymous", "匿名", "anonymous")] },
    { list: "topic", codes: [code("relationships", "対人関係", "relationships"), code("psychological", "心理的な悩み", "psychological distress"), code("psychiatric", "精神医学的なこと", "psychiatric condition"), code("work_school", "職場・学校", "work or school"), code("home", "家庭", "home")] },
    { list: "state", codes: [code("psychosis", "幻覚・妄想", "hallucinations or delusions"), code("suicidal", "自殺企図・希死念慮", "suicidal"), code("anxiety", "不安・焦燥", "anxiety"), code("sleep", "睡眠障害", "sleep disorder")] },
    { list: "suicide_level", codes: [code("none", "なし", "none shown"), code("low", "低い", "low"), code("moderate", "中程度", "moderate"), code("high", "高い", "high"), code("imminent", "切迫", "imminent")] },
    { list: "harm_to_others", codes: [code("none", "なし", "none"), code("threat", "おそれあり", "threatened"), code("in_progress", "起きている", "in progress")] },
    { list: "triage_code", codes: [code("A", "いま危険が起きている", "danger in progress"), code("B", "危険が非常に高い", "very high risk"), code("C", "危険が高い", "high risk"), code("D", "中程度", "moderate"), code("E", "低い", "low"), code("F", "他機関へ", "another provider"), code("G", "助言・情報", "advice")] },
    { list: "disposition", codes: [code("D01", "傾聴・助言で終了", "listening and advice"), code("D03", "受診の勧め", "advised to see a doctor"), code("D04", "精神科救急情報センターへ紹介", "referred to the centre"), code("D08", "身体科救急・119", "119"), code("D13", "折返しの約束", "call-back promised")] },
    { list: "end_kind", codes: [code("completed", "相談を終えた", "completed"), code("caller_hung_up", "相談者が途中で切った", "the caller hung up"), code("cut_off", "回線が切れた", "cut off")] },
  ],
  fields: [
    field("channel", "code", "受付手段", "channel", "always", "channel"),
    field("end_kind", "code", "終話区分", "how the call ended", "always", "end_kind"),
    field("special_flags", "codes", "特記", "flags", "optional", "special_flags", 14),
    field("caller_kind", "code", "相談者区分", "caller", "always", "caller_kind"),
    field("callback_number", "text", "折返し番号", "call-back number", "sometimes", "", 40, true),
    field("number_withheld", "bool", "非通知", "number withheld"),
    field("location", "text", "現在地", "present location", "sometimes", "", 200, true),
    field("anonymity", "code", "匿名区分", "anonymity", "sometimes", "anonymity"),
    field("subject_name", "text", "対象者氏名", "the person's name", "sometimes", "", 200, true),
    field("birth_date", "date", "生年月日", "date of birth", "optional", "", 0, true),
    field("topic", "codes", "相談内容", "topic", "sometimes", "topic", 3),
    field("presenting", "text", "主訴", "what brings them", "sometimes", "", 20000, true),
    field("state", "codes", "状態像", "presentation", "optional", "state", 13),
    field("suicide_level", "code", "自殺リスク", "risk of suicide", "sometimes", "suicide_level"),
    field("harm_to_others", "code", "他害", "risk to others", "sometimes", "harm_to_others"),
    field("triage_code", "code", "トリアージ区分", "triage code", "always", "triage_code"),
    field("own_code_reason", "text", "算出より低くした理由", "why less urgent than computed", "sometimes", "", 20000, true),
    field("disposition", "codes", "転帰（対応結果）", "disposition", "always", "disposition", 16),
    field("contact_confirmed_at", "instant", "接触の確認", "contact confirmed at", "sometimes"),
    field("notes", "text", "対応の経過・助言", "course of the call and advice given", "sometimes", "", 20000, true),
    field("amendment_reason", "text", "訂正の理由", "why it was amended"),
  ],
  protocol: {
    protocolId: "tomoshibi",
    version: "2026-11",
    sections: [
      { section: "body", label: { ja: "からだ", en: "the body" }, questions: [ask("awake", "呼びかけに応じない、または眠り込んでいますか", "Do they not respond, or keep falling asleep?", ["いびきのような呼吸なら気道を確保", "If the breathing sounds like snoring, open the airway"]), ask("overdose", "薬を多く飲みましたか", "Have they taken too much of anything?"), { questionId: "tablets", kind: "number", label: { ja: "何錠飲みましたか", en: "How many tablets?" }, least: 0n, most: 1000n }] },
      { section: "danger_to_self", label: { ja: "自分への危険", en: "danger to self" }, questions: [ask("thoughts", "死にたい気持ちを口にしていますか", "Do they speak of wanting to die?"), ask("plan", "方法や時を決めていますか", "Have they settled on how or when?"), ask("means", "その手段が手元にありますか", "Are the means at hand?")] },
      { section: "support", label: { ja: "支え", en: "support" }, questions: [{ questionId: "alone", kind: "choice", label: { ja: "いま、そばに誰がいますか", en: "Who is with them now?" }, options: [code("capable", "頼れる人がいる", "somebody capable"), code("not_capable", "いるが頼れない", "somebody, not capable"), code("nobody", "一人でいる", "nobody")] }, { questionId: "wishes", kind: "text", label: { ja: "本人は何を望んでいますか", en: "What do they wish for?" }, most: 500n }] },
    ],
  },
});

const REQUIRED = ["channel", "caller_kind", "triage_code", "disposition", "end_kind", "notes"];

export function assessed(fields: Field[], now: number): { assessment: Assessment; missing: Missing[] } {
  const value = (name: string) => fields.find((one) => one.name === name)?.values[0] ?? "";
  const answer = (id: string) => value(`q:${id}`);
  const order = ["awake", "overdose", ...(answer("overdose") === "yes" ? ["tablets"] : []), "thoughts", ...(["yes", "unknown"].includes(answer("thoughts")) ? ["plan", "means"] : []), "alone"];
  const next = order.filter((id) => answer(id) === "");
  const rule = answer("awake") === "yes" ? "A" : answer("plan") === "yes" && answer("means") === "yes" ? "B" : answer("thoughts") === "yes" ? "C" : next.length === 0 ? "E" : "";
  const reasons = ({ A: [{ ja: "呼びかけに応じない", en: "Does not respond" }], B: [{ ja: "具体的な計画と手段がある", en: "A plan and the means at hand" }], C: [{ ja: "希死念慮がある", en: "Thoughts of dying" }] } as Record<string, { ja: string; en: string }[]>)[rule] ?? [];
  const hours = ({ A: 0.2, B: 2, C: 8 } as Record<string, number>)[rule];
  const assessment = create(AssessmentSchema, {
    code: rule,
    suicideLevel: rule === "B" ? "high" : rule === "C" ? "moderate" : "",
    reasons,
    nextQuestions: next,
    deadlines: hours ? [{ what: "page", at: timestampFromMs(now + 600_000), origin: "MHTS" }, { what: "referral", at: timestampFromMs(now + hours * 3_600_000), origin: "MHTS" }] : [],
    steps: rule === "A" ? [{ field: "a:ambulance.call", service: "119", label: { ja: "救急車を呼ぶ（住所を確かめる）", en: "Call an ambulance (confirm the address)" } }, { field: "a:ambulance.stay", service: "none", label: { ja: "到着まで電話を切らない", en: "Stay on the line until they arrive" } }] : [],
  });
  const missing = REQUIRED.filter((name) => value(name) === "").map((name) => ({ field: name, why: { ja: "必須です", en: "is always needed" } }));
  missing.push(...next.map((id) => ({ field: `q:${id}`, why: { ja: "この流れでは必ず尋ねます", en: "is asked in this situation" } })));
  return { assessment, missing: missing.map((one) => create(MissingSchema, one)) };
}
