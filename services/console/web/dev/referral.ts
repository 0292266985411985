// Referrals in every state, for a counsellor, a supervisor and a centre.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { type CentreService, ChoiceSchema, ContentSchema, type Delivery, DeliverySchema, OfferedSchema, QuestionSchema, type Referral, ReferralEventSchema, ReferralSchema, type ReferralService, TargetSchema } from "../src/gen/tomoshibi/referral/v1/referral_pb";
import { at, type Line } from "./line";

const MINUTE = 60_000;
const content = (said: Record<string, string[]>) => Object.entries(said).map(([field, values]) => create(ContentSchema, { field, values }));
const TOLD = { purpose: ["coordination"], anonymity: ["named"], subject_name: ["山田 花子"], sex: ["female"], birth_date: ["1988-04-02"], location: ["北斗市本町 2-3 自宅"], municipality: ["北斗市"], caller_kind: ["311"], callback_number: ["090-0000-1234"], presenting: ["三日ほとんど眠らず、夜中に外へ飛び出そうとする。母が付き添っている。"], state: ["psychosis", "sleep"], medication: ["リスペリドン 2mg、三日前から飲んでいない"], attending_hospital: ["北斗こころ病院"], suicide_level: ["moderate"], harm_to_others: ["none"], somatic_problem: ["suspected"], triage_code: ["B"], consent: ["given"], consent_basis: ["consent"], accompanying: ["family"], transport: ["family"] };
const TARGETS = [
  create(TargetSchema, { targetId: "c-hokuto", name: "北斗県精神科救急情報センター", kind: "centre", hours: "24 時間", number: "000-000-0001", catchment: "県全域", lastChecked: "2026-11-01", way: "grpc" }),
  create(TargetSchema, { targetId: "h-kokoro", name: "北斗こころ病院", kind: "hospital_by_turn", hours: "17:00–9:00", number: "000-000-0002", catchment: "県北", lastChecked: "2026-10-20", way: "webhook" }),
  create(TargetSchema, { targetId: "h-minato", name: "みなと総合病院 精神科", kind: "hospital_somatic", hours: "24 時間", number: "000-000-0003", catchment: "県南", lastChecked: "2026-09-30", way: "none" }),
];
const nameOf = (id: string) => TARGETS.find(({ targetId }) => targetId === id)?.name ?? id;

export class Referrals {
  all: Referral[] = [];
  private deliveries: Delivery[] = [];
  private acknowledged = 0n;

  constructor(private line: Line, how: URLSearchParams) {
    const now = Date.now();
    if (how.has("centre")) this.ofCentre(now);
    if (how.has("night")) this.ofNight(now);
    if (how.has("referred")) this.all.push(this.asked(now));
    if (how.has("drafted")) this.all.push(this.drafted());
  }

  private base(id: string, change: Partial<Referral>): Referral {
    return Object.assign(create(ReferralSchema, { referralId: id, recordId: "rec-1", callId: "call-1", windowId: "night", triageCode: "B", authorStaff: "sato" }), change);
  }

  private offer(targetId: string, state: string, minutesAgo: number, reason = "", because: string[] = []) {
    const now = Date.now();
    return create(OfferedSchema, { targetId, targetName: nameOf(targetId), state, reason, at: at(now - minutesAgo * MINUTE), chosenBecause: because, ...(state === "sent" ? {} : { receivedAt: at(now - (minutesAgo - 1) * MINUTE) }), ...(state === "declined" || state === "accepted" ? { decidedAt: at(now - (minutesAgo - 6) * MINUTE) } : {}) });
  }

  private event(happened: string, minutesAgo: number, by = "sato", more: object = {}) {
    return create(ReferralEventSchema, { at: at(Date.now() - minutesAgo * MINUTE), happened, by, body: JSON.stringify({ happened, ...more }) });
  }

  private drafted(): Referral {
    const { consent: _, consent_basis: __, ...known } = TOLD;
    return this.base("ref-d", { state: "drafted", targetId: "c-hokuto", targetName: nameOf("c-hokuto"), content: content(known), missing: ["consent", "consent_basis"], deadline: at(Date.now() + 25 * MINUTE), deadlineKind: "release" });
  }

  private asked(now: number): Referral {
    return this.base("ref-1", {
      state: "asked", targetId: "c-hokuto", targetName: nameOf("c-hokuto"), releasedAt: at(now - 48 * MINUTE), deadline: at(now + 7 * MINUTE), deadlineKind: "answer", content: content(TOLD),
      offered: [this.offer("h-kokoro", "declined", 48, "no_bed", ["on_duty_by_turn", "places_unknown"]), this.offer("h-minato", "silent", 40, "", ["somatic_suitable"]), this.offer("c-hokuto", "received", 12)],
      events: [this.event("released", 48), this.event("offered", 48, "h-kokoro"), this.event("declined", 42, "h-kokoro", { reason: "no_bed" }), this.event("silent", 13, "h-minato"), this.event("raised", 13, "", { alarm: "silent" }), this.event("received", 11, "c-hokuto"), this.event("asked", 3, "c-hokuto")],
      questions: [create(QuestionSchema, { question: "糖尿病の薬は続けていますか。今夜の食事はとれていますか。", askedAt: at(now - 3 * MINUTE) })],
    });
  }

  private ofNight(now: number) {
    this.all.push(
      this.asked(now),
      this.base("ref-2", { recordId: "rec-7", state: "exhausted", triageCode: "C", targetId: "h-minato", targetName: nameOf("h-minato"), late: true, releasedAt: at(now - 90 * MINUTE), deadline: at(now - 11 * MINUTE), deadlineKind: "hand", authorStaff: "suzuki", offered: [this.offer("h-kokoro", "declined", 90, "out_of_area"), this.offer("h-minato", "declined", 60, "somatic_first")] }),
      this.base("ref-3", { recordId: "rec-8", state: "accepted", triageCode: "D", targetId: "h-kokoro", targetName: nameOf("h-kokoro"), releasedAt: at(now - 200 * MINUTE), deadline: at(now + 190 * MINUTE), deadlineKind: "arrival", authorStaff: "tanaka", offered: [this.offer("h-kokoro", "accepted", 200)] }),
    );
  }

  private ofCentre(now: number) {
    const own = (state: string, minutesAgo: number) => [this.offer("c-hokuto", state, minutesAgo)];
    this.all.push(
      this.base("ref-1", { state: "offered", targetId: "c-hokuto", releasedAt: at(now - 2 * MINUTE), deadline: at(now + 13 * MINUTE), deadlineKind: "decision", content: content(TOLD), offered: own("sent", 2) }),
      this.base("ref-2", { state: "offered", targetId: "h-kokoro", triageCode: "C", releasedAt: at(now - 70 * MINUTE), content: content({ purpose: ["visit"], anonymity: ["anonymous"], sex: ["male"], caller_kind: ["335"], presenting: ["駅で保護。応答がまとまらない。"], triage_code: ["C"], consent: ["impossible"], consent_basis: ["life_27_1_2"] }), offered: own("silent", 70), questions: [create(QuestionSchema, { question: "身元は分かりましたか。", askedAt: at(now - 40 * MINUTE), answer: "免許証で確認できました。市内在住です。", answeredAt: at(now - 31 * MINUTE) })] }),
      this.base("ref-3", { state: "accepted", targetId: "c-hokuto", late: true, releasedAt: at(now - 240 * MINUTE), deadline: at(now - 4 * MINUTE), deadlineKind: "arrival", content: content({ ...TOLD, subject_name: ["高橋 一郎"], sex: ["male"] }), offered: own("accepted", 240) }),
      this.base("ref-4", { state: "closed", targetId: "c-hokuto", outcome: "admitted_protection", releasedAt: at(now - 3_000 * MINUTE), content: content({ ...TOLD, subject_name: ["伊藤 まり"] }), offered: own("accepted", 3_000) }),
      this.base("ref-5", { state: "recalled", targetId: "c-hokuto", releasedAt: at(now - 4_000 * MINUTE), offered: own("recalled", 4_000) }),
    );
    this.deliver("ref-1", "referral");
    this.deliver("ref-2", "answer");
  }

  deliver(referralId: string, kind: string) {
    const seq = BigInt(this.deliveries.length + 1);
    this.deliveries.push(create(DeliverySchema, { seq, eventId: `ev-${seq}`, referralId, kind, at: at(Date.now()) }));
    this.line.tell();
  }

  find(referralId: string): Referral {
    const found = this.all.find((one) => one.referralId === referralId);
    if (!found) throw new ConnectError("referral_id is not known", Code.NotFound);
    return found;
  }

  change(referralId: string, change: Partial<Referral>, own = ""): Referral {
    const found = Object.assign(this.find(referralId), change);
    const [last] = found.offered.slice(-1);
    if (own && last) last.state = own;
    return found;
  }

  forDesk(there: () => Promise<void>): ServiceImpl<typeof ReferralService> {
    const shown = (referral: Referral) => ({ referral });
    return {
      draftReferral: async ({ recordId, targetIds, changes }) => {
        await there();
        let draft = this.all.find((one) => one.recordId === recordId && one.state === "drafted");
        if (!draft) this.all.push((draft = { ...this.drafted(), recordId }));
        if (targetIds[0]) Object.assign(draft, { targetId: targetIds[0], targetName: nameOf(targetIds[0]) });
        const names = changes.map(({ field }) => field);
        draft.content = [...draft.content.filter(({ field }) => !names.includes(field)), ...changes];
        draft.missing = draft.missing.filter((name) => !names.includes(name));
        return shown(draft);
      },
      releaseReferral: async ({ referralId }) => {
        await there();
        const draft = this.find(referralId);
        if (draft.missing.length > 0) throw new ConnectError(`still needed to release the referral: ${draft.missing.join(", ")}`, Code.FailedPrecondition);
        return shown(this.change(referralId, { state: "offered", releasedAt: at(Date.now()), deadline: at(Date.now() + 5 * MINUTE), deadlineKind: "receipt", offered: [this.offer(draft.targetId, "sent", 0)], events: [this.event("released", 0)] }));
      },
      recallReferral: async ({ referralId, reason }) => (await there(), this.find(referralId).events.push(this.event("recalled", 0, "sato", { reason })), shown(this.change(referralId, { state: "recalled", deadline: undefined }, "recalled"))),
      correctReferral: async ({ referralId }) => (await there(), this.find(referralId).events.push(this.event("corrected", 0)), shown(this.find(referralId))),
      answerQuestion: async ({ referralId, answer }) => {
        await there();
        const question = this.find(referralId).questions.find(({ answeredAt }) => !answeredAt);
        if (question) Object.assign(question, { answer, answeredAt: at(Date.now()) });
        this.find(referralId).events.push(this.event("answered", 0));
        return shown(this.change(referralId, { state: "received", deadlineKind: "decision" }));
      },
      listReferrals: async ({ recordId, openOnly }) => (await there(), { referrals: this.all.filter((one) => (!recordId || one.recordId === recordId) && (!openOnly || !["closed", "recalled"].includes(one.state))).map((one) => ({ ...one, content: [], questions: [] })) }),
      getReferral: async ({ referralId }) => (await there(), shown({ ...this.find(referralId) })),
      getSheet: async ({ referralId }) => (await there(), { html: `<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><title>紹介票</title><style>@page{size:A4}body{font:10.5pt sans-serif;color:#000;background:#fff;padding:8mm}th,td{border:1px solid #000;padding:2mm;text-align:left}table{border-collapse:collapse;width:100%}</style></head><body><h1>紹介票</h1><table><tr><th scope="row">紹介番号</th><td>${referralId}</td></tr>${this.find(referralId).content.map(({ field, values }) => `<tr><th scope="row">${field}</th><td>${values.join("、")}</td></tr>`).join("")}</table></body></html>` }),
      settleByHand: async ({ referralId, how }) => (await there(), shown(this.change(referralId, { state: how === "closed" ? "closed" : how === "accepted" ? "accepted" : "received", late: false }))),
      chooseHospital: async () => (await there(), {
        choices: [create(ChoiceSchema, { hospitalId: "h-kokoro", name: nameOf("h-kokoro"), reasons: ["on_duty_by_turn", "places_free"], freePlaces: 2, reportedAt: at(Date.now() - 95 * MINUTE) })],
        leftOut: [create(ChoiceSchema, { hospitalId: "h-minato", name: nameOf("h-minato"), reasons: ["arrival_too_late", "out_of_area"], freePlaces: -1 })],
      }),
      listTargets: async () => (await there(), { targets: TARGETS }),
      saveTarget: async ({ target }) => {
        await there();
        const known = TARGETS.find(({ targetId }) => targetId === target?.targetId);
        if (known) Object.assign(known, target);
        else if (target) TARGETS.push(target);
        return { target };
      },
      exportTargets: async () => (await there(), { csv: `\u{feff}target_id,name,kind\r\n${TARGETS.map(({ targetId, name, kind }) => `${targetId},${name},${kind}\r\n`).join("")}` }),
      importTargets: async () => (await there(), { unchanged: TARGETS.length }),
    };
  }

  forCentre(there: () => Promise<void>): ServiceImpl<typeof CentreService> {
    const { line } = this;
    return {
      subscribe: async function* (this: Referrals, _request: unknown, { signal }: { signal: AbortSignal }) {
        await there();
        let sent = this.acknowledged;
        while (!signal.aborted) {
          if (line.away) throw new ConnectError("gone", Code.Unavailable);
          for (const delivery of this.deliveries.filter(({ seq }) => seq > sent)) {
            sent = delivery.seq;
            yield { delivery };
          }
          await new Promise<void>((done) => {
            const stop = line.watch(() => (stop(), done()));
            setTimeout(() => (stop(), done()), 1_000);
          });
        }
      }.bind(this),
      acknowledge: async ({ upTo }) => {
        await there();
        this.acknowledged = upTo;
        for (const one of this.all) if (one.state === "offered" && one.offered[0]?.state === "sent") this.change(one.referralId, { state: "received" }, "received");
        return {};
      },
      accept: async ({ referralId }) => {
        await there();
        if (referralId === "ref-2") return this.change(referralId, { state: "accepted" }, "stood_down"), { outcome: "taken_by_other" };
        this.change(referralId, { state: "accepted", deadline: at(Date.now() + 240 * MINUTE), deadlineKind: "arrival" }, "accepted");
        return { outcome: "accepted" };
      },
      decline: async ({ referralId }) => (await there(), this.change(referralId, { state: "offered" }, "declined"), {}),
      askBack: async ({ referralId, question }) => (await there(), this.find(referralId).questions.push(create(QuestionSchema, { question, askedAt: at(Date.now()) })), this.change(referralId, { state: "asked" }), {}),
      reportArrival: async ({ referralId, arrival }) => (await there(), this.change(referralId, { state: arrival === "cancelled" ? "closed" : arrival, late: false, deadlineKind: "outcome" }), {}),
      reportOutcome: async ({ referralId, outcome }) => (await there(), this.change(referralId, { state: "closed", outcome }), {}),
      listCases: async ({ openOnly }) => (await there(), { referrals: this.all.filter(({ state }) => !openOnly || !["closed", "recalled"].includes(state)).map((one) => ({ ...one })) }),
      reportPlaces: async () => (await there(), {}),
    };
  }
}
