// A busy night: calls in every state, ladders at every height, alarms, desks. `?night=1`; `?night=calm`.
import { create } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { BoardAlarmSchema, BoardCallSchema, BoardDeskSchema, BoardWindowSchema, type ConsoleService } from "../src/gen/tomoshibi/console/v1/console_pb";
import { type Escalation, EscalationSchema } from "../src/gen/tomoshibi/escalation/v1/escalation_pb";
import { at, type Line } from "./line";

const STAFF = [["sato", "佐藤 彩"], ["suzuki", "鈴木 健"], ["tanaka", "田中 美咲"], ["watanabe", "渡辺 大輔"], ["kimura", "木村 航"], ["ito", "伊藤 遥"], ["mori", "森 直樹"]].map(([staffId = "", name = ""]) => ({ staffId, name }));

export function fillNight(line: Line, calm: boolean) {
  const now = Date.now();
  const ago = (seconds: number) => at(now - seconds * 1000);
  line.desks.push(
    create(BoardDeskSchema, { deskId: "seki-4", staffId: "tanaka", presence: "in_call", callId: "call-3", kind: "console_first", phoneRegistered: true, onDuty: true, since: ago(412) }),
    create(BoardDeskSchema, { deskId: "seki-5", staffId: "watanabe", presence: "paused", pauseReason: "no_answer", kind: "phone_first", phoneRegistered: false, onDuty: false, since: ago(95) }),
  );
  if (!calm) {
    line.desk("seki-2", { presence: "in_call", callId: "call-4", since: ago(1_260) });
    line.calls = [
      create(BoardCallSchema, { callId: "call-7", windowId: "night", state: "waiting", begunAt: ago(71), placeClass: "ordinary" }),
      create(BoardCallSchema, { callId: "call-8", windowId: "agency", state: "ringing", begunAt: ago(9), deskIds: ["seki-1"], placeClass: "agency", offerUntil: at(now + 9_000) }),
      create(BoardCallSchema, { callId: "call-4", windowId: "night", state: "third_party", begunAt: ago(1_290), answeredAt: ago(1_260), deskIds: ["seki-2"], placeClass: "repeat", psychiatrist: "kimura", recordId: "rec-7", code: "B" }),
      create(BoardCallSchema, { callId: "call-3", windowId: "night", state: "talking", begunAt: ago(430), answeredAt: ago(412), deskIds: ["seki-4"], placeClass: "ordinary", recordId: "rec-8", code: "D" }),
    ];
    line.escalations = ladders(now);
  }
  if (!calm) {
    line.waitForDoctor(-45, 1);
    line.waitForDoctor(260);
  }
  const alarms = calm ? [] : [
    create(BoardAlarmSchema, { alarmId: "al-1", kind: "contact_unreachable", raisedAt: ago(3_600), times: 3 }),
    create(BoardAlarmSchema, { alarmId: "al-2", kind: "escalation_exhausted", windowId: "agency", raisedAt: ago(240), times: 1 }),
    create(BoardAlarmSchema, { alarmId: "al-3", kind: "rota_faulty", raisedAt: ago(50_000), times: 12, seenBy: "suzuki" }),
  ];
  line.seeAlarm = (alarmId) => alarms.forEach((alarm) => alarm.alarmId === alarmId && (alarm.seenBy = "sato"));
  line.more = (board) => {
    board.alarms = alarms;
    board.staff = STAFF.map((one) => ({ $typeName: "tomoshibi.console.v1.BoardStaff", ...one }));
    board.windows.push(create(BoardWindowSchema, { windowId: "agency", name: "警察・消防・医療機関専用", open: true, onDutyStaff: ["tanaka"], onCallStaff: ["kimura"], ladder: [{ staffIds: ["kimura"] }, { staffIds: ["ito", "mori"] }], until: at(now + 5_400_000) }));
    for (const budget of board.budgets) budget.origin = `routing.${budget.step} (design.md 8)`;
    for (const figures of board.hours) Object.assign(figures, { abandoned: Math.max(0, figures.calls - figures.answered), longestWaitS: figures.hour * 3 });
    return board;
  };
}

function ladders(now: number): Escalation[] {
  const ago = (seconds: number) => at(now - seconds * 1000);
  const base = { operatorId: "hokuto", windowId: "night" };
  return [
    create(EscalationSchema, { ...base, escalationId: "esc-a", callId: "call-4", priority: "P1", reasons: ["risk_imminent"], triageCode: "B", state: "accepted", acceptedBy: "kimura", startedAt: ago(300), nextAt: at(now + 410_000), pages: [{ pageId: "pg-a", staffId: "kimura", channel: "voice", rung: 1, state: "accepted", outAt: ago(299) }] }),
    create(EscalationSchema, {
      ...base, escalationId: "esc-b", callId: "call-3", priority: "P1", reasons: ["medication", "somatic"], triageCode: "C", state: "climbing", round: 1, startedAt: ago(150), nextAt: at(now + 74_000), startedBy: "tanaka",
      pages: [
        { pageId: "pg-b1", staffId: "kimura", channel: "voice", rung: 1, round: 1, state: "unanswered", outAt: ago(149) },
        { pageId: "pg-b2", staffId: "sato", channel: "voice", rung: 2, round: 1, state: "out", outAt: ago(29) },
        { pageId: "pg-b3", staffId: "sato", channel: "mail", rung: 2, round: 1, state: "delivered", outAt: ago(29) },
        { pageId: "pg-b4", staffId: "mori", channel: "voice", rung: 3, round: 1, state: "owed", dueAt: at(now + 74_000) },
      ],
    }),
    create(EscalationSchema, { ...base, windowId: "agency", escalationId: "esc-c", callId: "call-0", priority: "P2", reasons: ["police_request"], state: "acted", acceptedBy: "ito", act: "advised", startedAt: ago(4_000), endedAt: ago(3_300), pages: [{ pageId: "pg-c", staffId: "sato", channel: "voice", rung: 1, state: "cancelled", outAt: ago(3_990) }], advice: [{ staffId: "ito", at: ago(3_300), advice: "明朝まで自宅で様子を見る。水分を取り、家族がそばにいる。", readBack: true }] }),
  ];
}

const LINES = [
  ["priority", "緊急度: P1", "Priority: P1"],
  ["triage_code", "トリアージ: C", "Triage code: C"],
  ["presenting", "主訴: 3 日眠れず、薬を 12 錠まとめて飲んだと言う", "what brings them: has not slept for three days, says they took 12 tablets at once"],
  ["suicide_level", "自殺リスク: 中程度", "risk of suicide: moderate"],
  ["harm_to_others", "他害: なし", "risk to others: none"],
  ["somatic_problem", "身体合併症: 疑いあり", "physical problem: suspected"],
  ["age_band", "年代: 30代", "age: thirties"],
  ["location", "現在地: 北斗市の自宅、姉がそばにいる", "present location: at home in Hokuto, the sister is there"],
  ["medication", "服薬: ベンゾジアゼピン系、朝夕", "medication: benzodiazepine, twice a day"],
  ["attending_hospital", "主治医: 北斗こころ病院", "attending hospital: Hokuto Kokoro Hospital"],
];

/** What people do in the night, beside the counsellor's verbs. */
export function nightVerbs(line: Line, there: () => Promise<void>): Partial<ServiceImpl<typeof ConsoleService>> {
  const of = (pageId: string) => line.escalations.find(({ pages }) => pages.some((page) => page.pageId === pageId));
  return {
    moveDesk: async ({ fromDeskId, toDeskId }) => {
      await there();
      const from = line.desks.find(({ deskId }) => deskId === fromDeskId);
      if (!from) return {};
      line.desk(toDeskId, { staffId: from.staffId, presence: from.presence, since: from.since });
      line.desk(fromDeskId, { staffId: "", presence: "signed_out" });
      return {};
    },
    listenIn: async () => (await there(), {}),
    takeOver: async () => (await there(), {}),
    listAlarms: async () => (await there(), { alarms: line.board().alarms }),
    seeAlarm: async ({ alarmId }) => (await there(), line.seeAlarm(alarmId), line.tell(), {}),
    getPageCase: async ({ pageId }) => {
      await there();
      const escalation = of(pageId);
      const mine = escalation?.pages.some((page) => page.pageId === pageId && page.staffId === line.me.staffId) ?? false;
      return { ...(escalation ? { escalation } : {}), mine, lines: LINES.map(([field = "", ja = "", en = ""]) => ({ field, ja, en })) };
    },
    answerPage: async ({ pageId, accept }) => {
      await there();
      const escalation = of(pageId);
      if (!escalation) return {};
      if (accept && escalation.acceptedBy) return { outcome: "taken_over", acceptedBy: escalation.acceptedBy };
      if (accept) Object.assign(escalation, { state: "accepted", acceptedBy: line.me.staffId });
      else for (const page of escalation.pages) if (page.staffId === line.me.staffId) page.state = "declined";
      line.tell();
      return { outcome: accept ? "accepted" : "declined", acceptedBy: accept ? line.me.staffId : "" };
    },
  };
}
