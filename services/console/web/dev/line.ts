// A line that is only pretended: its state and what may happen to it, moved from the browser's console
// or from a script as `window.line`.
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Me, MeSchema } from "../src/gen/tomoshibi/console/v1/access_pb";
import { type Board, type BoardCall, BoardCallSchema, type BoardDesk, BoardDeskSchema, BoardSchema } from "../src/gen/tomoshibi/console/v1/console_pb";
import { type Escalation, EscalationSchema, type SafetyCaller, SafetyCallerSchema } from "../src/gen/tomoshibi/escalation/v1/escalation_pb";
import { FieldSchema, type Person, PersonSchema, type Record as RecordMessage, RecordSchema } from "../src/gen/tomoshibi/triage/v1/triage_pb";
import { assessed } from "./form";

export const at = (ms: number) => timestampFromMs(ms);
const KEPT_AS = "pretended.record";

export class Line {
  signedIn: boolean;
  me: Me;
  away = false;
  /** What it says to everything that is asked, in the server's own words. */
  refusal = "";
  silent = false;
  desks: BoardDesk[];
  calls: BoardCall[] = [];
  escalations: Escalation[] = [];
  safetyCallers: SafetyCaller[] = [];
  record: RecordMessage | undefined;
  person: Person;
  linked = false;
  saves: string[] = [];
  /** What a busier night adds to the board. */
  more: (board: Board) => Board = (board) => board;
  seeAlarm: (alarmId: string) => void = () => undefined;
  auditBroken = false;
  fresh = false;
  private watchers = new Set<() => void>();

  constructor(how: URLSearchParams) {
    this.signedIn = how.get("in") !== "no";
    this.me = create(MeSchema, {
      accountId: "acc-1", operatorId: "hokuto", operatorName: "北斗県", login: "aya", name: "佐藤 彩", staffId: how.get("staff") ?? "sato",
      roles: (how.get("roles") ?? "counsellor").split(","), mustChangePassword: how.get("must") === "password", mustEnrolTotp: how.get("must") === "totp",
      idleUntil: at(Date.now() + Number(how.get("idle") ?? 1800) * 1000), sessionUntil: at(Date.now() + 12 * 3_600_000), recoveryCodesLeft: 9, breakGlass: how.get("broken") === "yes",
    });
    const since = at(Date.now() - 754_000);
    this.desks = [
      create(BoardDeskSchema, { deskId: "seki-1", presence: "signed_out", kind: "console_first", phoneRegistered: true, onDuty: true, since }),
      create(BoardDeskSchema, { deskId: "seki-2", staffId: "suzuki", presence: "available", kind: "phone_first", phoneRegistered: true, onDuty: true, since }),
      create(BoardDeskSchema, { deskId: "seki-3", presence: "signed_out", kind: "phone_first", phoneRegistered: false }),
    ];
    this.person = create(PersonSchema, {
      personId: "p-1", name: "山田 花子", kana: "やまだ はなこ", birthDate: "1988-04-02", sex: "female", municipality: "北斗市", records: 3, supportContract: { from: "2026-04-01", until: "2027-03-31" },
      plan: { revision: 2, at: at(Date.now() - 40 * 86_400_000), earlySigns: "眠れない日が 3 日続く\n返事が短くなる", whatHelps: "ゆっくり話す。犬の話をすると落ち着く", whomToRing: "姉（夜も可）、訪問看護ステーション", whatToAvoid: "急がせること。大きな声", consent: true, consentDate: "2026-10-01", reviewOn: "2026-10-31" },
      history: [{ at: at(Date.now() - 90 * 86_400_000), happened: "created" }, { at: at(Date.now() - 40 * 86_400_000), happened: "plan_saved" }],
    });
    const kept = localStorage.getItem(KEPT_AS);
    if (kept) this.restore(kept);
    if (how.get("desk")) this.sit("seki-1");
    if (how.get("talking")) {
      this.ring();
      this.answer();
    }
  }

  mustBeFresh() {
    if (!this.fresh) throw new ConnectError("prove yourself again first: this asks for a sign-in of the last minutes", Code.FailedPrecondition);
  }

  sit(deskId: string) {
    this.desk(deskId, { staffId: "sato", presence: "available", since: at(Date.now()) });
  }

  mine(): BoardDesk | undefined {
    return this.desks.find(({ staffId }) => staffId === "sato");
  }

  desk(deskId: string, change: Partial<BoardDesk>) {
    const desk = this.desks.find((one) => one.deskId === deskId);
    if (desk) Object.assign(desk, change);
    this.tell();
  }

  call(callId: string, change: Partial<BoardCall>) {
    const call = this.calls.find((one) => one.callId === callId);
    if (call) Object.assign(call, change);
    this.tell();
  }

  ring() {
    const desk = this.mine();
    this.calls.push(create(BoardCallSchema, { callId: "call-1", windowId: "night", state: "ringing", begunAt: at(Date.now() - 6_000), deskIds: desk ? [desk.deskId] : [], placeClass: "repeat", offerUntil: at(Date.now() + 15_000) }));
    if (desk) this.desk(desk.deskId, { presence: "offered", callId: "call-1", since: at(Date.now()) });
  }

  /** Somebody hung up before the doctor was reached; a desk rings them in so many seconds. */
  waitForDoctor(seconds: number, asked = 0) {
    const now = Date.now();
    this.safetyCallers.push(create(SafetyCallerSchema, { operatorId: "hokuto", callId: `call-w${this.safetyCallers.length}`, escalationId: this.escalations[0]?.escalationId ?? "", windowId: "night", since: at(now - 700_000 * (asked + 1)), dueAt: at(now + seconds * 1000), asked }));
    this.tell();
  }

  settle(callId: string) {
    if (!this.safetyCallers.some((one) => one.callId === callId)) throw new ConnectError("a caller who waits, by call_id, is not known", Code.NotFound);
    this.safetyCallers = this.safetyCallers.filter((one) => one.callId !== callId);
    this.tell();
  }

  wait() {
    this.calls.push(create(BoardCallSchema, { callId: "call-2", windowId: "night", state: "waiting", begunAt: at(Date.now() - 34_000), placeClass: "ordinary" }));
    this.tell();
  }

  answer() {
    const desk = this.mine();
    this.call("call-1", { state: "talking", answeredAt: at(Date.now()) });
    if (desk) this.desk(desk.deskId, { presence: "in_call", since: at(Date.now()) });
  }

  end() {
    this.calls = this.calls.filter(({ callId }) => callId !== "call-1");
    const desk = this.mine();
    if (desk) this.desk(desk.deskId, { presence: "wrap_up", since: at(Date.now()) });
  }

  escalate(priority: string, reasons: string[]): Escalation {
    const now = Date.now();
    const escalation = create(EscalationSchema, {
      operatorId: "hokuto", escalationId: `esc-${this.escalations.length + 1}`, windowId: "night", callId: "call-1", priority, reasons, state: "climbing", startedAt: at(now), nextAt: at(now + 120_000),
      pages: [{ pageId: "pg-1", staffId: "kimura", channel: "voice", rung: 1, state: "out", dueAt: at(now), outAt: at(now + 400) }, { pageId: "pg-2", staffId: "kimura", channel: "mail", rung: 1, state: "delivered", dueAt: at(now), outAt: at(now) }, { pageId: "pg-3", staffId: "ito", channel: "voice", rung: 2, state: "owed", dueAt: at(now + 120_000) }],
    });
    this.escalations.push(escalation);
    this.tell();
    return escalation;
  }

  accept() {
    const [escalation] = this.escalations;
    if (!escalation) return;
    Object.assign(escalation, { state: "accepted", acceptedBy: "kimura" });
    const [page] = escalation.pages;
    if (page) page.state = "accepted";
    this.call("call-1", { state: "third_party", psychiatrist: "kimura" });
  }

  opened(): RecordMessage {
    this.record ??= this.judged(create(RecordSchema, { recordId: "rec-1", callId: "call-1", windowId: "night", state: "draft", revision: 1, authorAccount: "acc-1", authorStaff: "sato", protocolVersion: "2026-11", openedAt: at(Date.now()), answeredAt: at(Date.now()), serviceDate: "2026-11-21", number: 17, retentionUntil: "2031-11-21" }));
    return this.record;
  }

  /** Somebody else, or the author, changes fields. */
  change(changes: { name: string; values: string[] }[], by = "suzuki", kind = "saved", reason = "") {
    const record = this.opened();
    for (const { name, values } of changes) {
      const others = record.fields.filter((field) => field.name !== name);
      record.fields = values.length > 0 ? [...others, create(FieldSchema, { name, values })] : others;
    }
    record.revision += 1;
    record.revisions.push({ $typeName: "tomoshibi.triage.v1.Revision", revision: record.revision, at: at(Date.now()), accountId: by, staffId: by, kind, reason, changed: changes.map(({ name }) => name), code: "" });
    this.record = this.judged({ ...record });
    localStorage.setItem(KEPT_AS, JSON.stringify({ fields: record.fields.map(({ name, values }) => ({ name, values })), revision: record.revision, state: record.state }));
    this.tell();
    return this.record;
  }

  judged(record: RecordMessage): RecordMessage {
    return create(RecordSchema, { ...record, ...assessed(record.fields, Date.now()) });
  }

  private restore(kept: string) {
    const { fields, revision, state } = JSON.parse(kept) as { fields: { name: string; values: string[] }[]; revision: number; state: string };
    const record = this.opened();
    this.record = this.judged({ ...record, fields: fields.map((field) => create(FieldSchema, field)), revision, state });
  }

  tell() {
    for (const told of this.watchers) told();
  }

  watch(told: () => void): () => void {
    this.watchers.add(told);
    return () => this.watchers.delete(told);
  }

  board(): Board {
    const now = Date.now();
    return this.more(create(BoardSchema, {
      now: at(now),
      windows: [{ windowId: "night", name: "夜間こころの相談", open: true, onDutyStaff: ["sato", "suzuki"], onCallStaff: [], ladder: [{ staffIds: ["kimura"] }, { staffIds: ["ito"] }], until: at(now + 5_400_000) }],
      desks: this.desks,
      calls: this.calls,
      escalations: this.escalations,
      safetyCallers: this.safetyCallers,
      records: this.record ? [{ recordId: this.record.recordId, revision: this.record.state === "draft" ? this.record.revision : 0 }] : [],
      silentPrompts: [
        { afterS: 0, ja: "お電話ありがとうございます。お声が聞こえないようですが、つながっています。ゆっくりで大丈夫です。", en: "Thank you for calling. I cannot hear you yet, but we are connected. Take your time." },
        { afterS: 30, ja: "お話しになりにくければ、無理に話さなくて大丈夫です。こちらでお待ちしています。", en: "If it is hard to speak, you do not have to. I am here and I am waiting." },
      ],
      callBacks: [{ callId: "call-0", windowId: "night", owedAt: at(now - 1_900_000), attempts: 1 }],
      unsignedRecordIds: this.record?.state === "draft" ? [this.record.recordId] : [],
      hours: Array.from({ length: 24 }, (_, hour) => ({ hour, calls: hour < 5 ? 6 - hour : hour > 17 ? hour - 15 : 1, answered: hour < 5 ? 5 - hour : hour > 17 ? hour - 16 : 1 })),
      staff: [{ staffId: "sato", name: "佐藤 彩" }, { staffId: "suzuki", name: "鈴木 健" }, { staffId: "kimura", name: "木村 航" }, { staffId: "ito", name: "伊藤 遥" }],
      budgets: [{ step: "announcement", seconds: 20 }, { step: "next_window", seconds: 60 }, { step: "supervisor", seconds: 120 }, { step: "fallback", seconds: 180 }],
    }));
  }
}
