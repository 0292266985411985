import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { AccessService, AdminService } from "../src/gen/tomoshibi/console/v1/access_pb";
import { ConsoleService, RotaService } from "../src/gen/tomoshibi/console/v1/console_pb";
import { DailyLogService } from "../src/gen/tomoshibi/daily_log/v1/daily_log_pb";
import { FieldSchema, RevisionSchema, TriageService } from "../src/gen/tomoshibi/triage/v1/triage_pb";
import { CentreService, ReferralService } from "../src/gen/tomoshibi/referral/v1/referral_pb";
import { listening } from "../src/net/calls";
import { adminService, triageAdmin } from "./admin";
import { dailyLogService } from "./daily";
import { assessed, FORM } from "./form";
import { at, type Line } from "./line";
import { nightVerbs } from "./night";
import { Referrals } from "./referral";
import { rotaService } from "./rota";

export function pretendedTransport(line: Line, how = new URLSearchParams()) {
  const referrals = new Referrals(line, how);
  Object.assign(line, { referrals });
  const there = async () => {
    await new Promise((done) => setTimeout(done, 30));
    if (line.away) throw new ConnectError("the line does not answer", Code.Unavailable);
    if (!line.signedIn) throw new ConnectError("sign in first", Code.Unauthenticated);
    if (line.refusal) throw new ConnectError(line.refusal, line.refusal.startsWith("invalid ") ? Code.InvalidArgument : Code.FailedPrecondition);
  };
  return createRouterTransport(
    (router) => {
      router.service(AccessService, {
        signIn: ({ password }) => {
          if (password === "wrong") throw new ConnectError("login, password or code is wrong", Code.Unauthenticated);
          line.signedIn = true;
          return { me: line.me };
        },
        describeProvider: () => (how.has("provider") ? { provider: { nameJa: "県の ID", nameEn: "the prefecture's identity", answers: how.get("provider") !== "away" } } : {}),
        finishOidc: () => ((line.signedIn = true), { me: { ...line.me, byOidc: true } }),
        breakGlass: () => ((line.signedIn = true), { me: { ...line.me, breakGlass: true } }),
        describeMe: async () => (await there(), { me: line.me }),
        signOut: () => ((line.signedIn = false), {}),
        changePassword: () => ((line.me = { ...line.me, mustChangePassword: false }), { me: line.me }),
        beginTotp: () => ({ url: "otpauth://totp/x", secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", qrSvg: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h3v3H0zM6 0h3v3H6zM0 6h3v3H0zM4 4h2v2H4z"/></svg>' }),
        confirmTotp: () => ((line.me = { ...line.me, mustEnrolTotp: false }), { recoveryCodes: Array.from({ length: 10 }, (_, n) => `k7fq-2m9x-${n}p4d`), me: line.me }),
        reauthenticate: () => ((line.fresh = true), { me: line.me }),
        listSessions: async () => (await there(), { sessions: [{ sessionId: "s1", createdAt: at(Date.now() - 3_600_000), lastAt: at(Date.now()), device: "Chromium · Linux", thisOne: true, kind: "password" }, { sessionId: "s2", createdAt: at(Date.now() - 86_400_000), lastAt: at(Date.now() - 80_000_000), device: "Safari · iPad", kind: "oidc" }] }),
        revokeSession: () => ({}),
      });
      router.service(AdminService, adminService(line, there));
      router.service(ReferralService, referrals.forDesk(there));
      router.service(CentreService, referrals.forCentre(there));
      router.service(DailyLogService, dailyLogService(line, there, how));
      router.service(RotaService, rotaService(line, there));
      router.service(ConsoleService, {
        ...nightVerbs(line, there),
        watchBoard: async function* (_request, { signal }) {
          await there();
          while (!signal.aborted) {
            if (line.away) throw new ConnectError("gone", Code.Unavailable);
            if (!line.silent) yield { board: line.board() };
            await new Promise<void>((done) => {
              const stop = line.watch(() => (stop(), done()));
              setTimeout(() => (stop(), done()), 3_000);
              signal.addEventListener("abort", () => done(), { once: true });
            });
          }
        },
        signInDesk: async ({ deskId }) => (await there(), line.sit(deskId), {}),
        signOutDesk: async ({ deskId }) => (await there(), line.desk(deskId, { presence: "signed_out", staffId: "" }), {}),
        pauseDesk: async ({ deskId }) => (await there(), line.desk(deskId, { presence: "paused", pauseReason: "own", since: at(Date.now()) }), {}),
        resumeDesk: async ({ deskId }) => (await there(), line.desk(deskId, { presence: "available", callId: "", since: at(Date.now()) }), {}),
        answerCall: async () => (await there(), line.answer(), {}),
        declineCall: async () => (await there(), line.desk("seki-1", { presence: "available" }), {}),
        holdCall: async ({ callId }) => (await there(), line.call(callId, { state: "on_hold" }), {}),
        resumeCall: async ({ callId }) => (await there(), line.call(callId, { state: line.calls[0]?.psychiatrist ? "third_party" : "talking" }), {}),
        consultPrivately: async ({ callId }) => (await there(), line.call(callId, { state: "consulting" }), {}),
        transferCall: async () => (await there(), line.end(), {}),
        hangUp: async () => (await there(), line.end(), {}),
        escalate: async ({ priority, reasons }) => (await there(), { escalation: line.escalate(priority, reasons) }),
        withdrawEscalation: async () => (await there(), line.escalations.forEach((one) => (one.state = "withdrawn")), line.tell(), {}),
        settleSafetyCaller: async ({ callId }) => (await there(), line.settle(callId), {}),
        writeAdvice: async ({ advice, readBack, staffId }) => {
          await there();
          line.escalations[0]?.advice.push({ $typeName: "tomoshibi.escalation.v1.Advice", staffId, advice, readBack, at: at(Date.now()) });
          line.tell();
          return {};
        },
      });
      router.service(TriageService, {
        ...triageAdmin(line, there),
        describeForm: async () => (await there(), FORM),
        assess: async ({ fields }) => (await there(), assessed(fields, Date.now())),
        openRecord: async () => (await there(), { record: line.opened() }),
        getRecord: async ({ recordId, reason }) => {
          await there();
          if (recordId !== "rec-1" && !reason) throw new ConnectError("reason is needed: you are neither the author nor in this call; say in 1 to 200 characters why", Code.PermissionDenied);
          if (recordId === "rec-1") return { record: line.opened() };
          return { record: line.judged({ ...line.opened(), recordId, state: "signed", authorAccount: "acc-2", authorStaff: "suzuki", fields: [{ name: "caller_kind", values: ["311"] }, { name: "notes", values: ["母親から。本人は眠れない日が続く。\n翌日の受診を勧めた。"] }, { name: "triage_code", values: ["C"] }, { name: "q:thoughts", values: ["yes"] }].map((field) => create(FieldSchema, field)), revisions: [create(RevisionSchema, { revision: 4, at: at(Date.now() - 3 * 86_400_000), staffId: "suzuki", kind: "signed", code: "C" }), create(RevisionSchema, { revision: 5, at: at(Date.now() - 2 * 86_400_000), staffId: "suzuki", kind: "amended", reason: "連絡先の書き誤り", changed: ["callback_number"], code: "C" })] }) };
        },
        saveRecord: async ({ seenRevision, changes, saveId }) => {
          await there();
          const record = line.opened();
          if (line.saves.includes(saveId)) return { outcome: { case: "saved", value: record } };
          const since = record.revisions.filter(({ revision, staffId }) => revision > seenRevision && staffId !== "sato").flatMap(({ changed }) => changed);
          const conflicting = changes.map(({ name }) => name).filter((name) => since.includes(name));
          if (conflicting.length > 0) return { outcome: { case: "stale", value: { record, conflicting } } };
          line.saves.push(saveId);
          const before = record.assessment?.code;
          const saved = line.change(changes, "sato");
          const urgent = saved.assessment?.code === "B" && before !== "B" && line.escalations.length === 0;
          return { outcome: { case: "saved", value: saved }, escalationId: urgent ? line.escalate("P1", ["risk_imminent"]).escalationId : "" };
        },
        signRecord: async () => {
          await there();
          line.opened().state = "signed";
          return { record: line.change([], "sato", "signed") };
        },
        amendRecord: async ({ changes, reason }) => {
          await there();
          line.opened().state = "amended";
          return { record: line.change(changes, "sato", "amended", reason) };
        },
        handOverRecord: async () => (await there(), { record: line.opened() }),
        listRecords: async ({ unsignedOnly }) => {
          await there();
          const old = (recordId: string, days: number, code: string) => ({ recordId, state: "signed", authorStaff: "suzuki", answeredAt: at(Date.now() - days * 86_400_000), code, disposition: ["D03"], serviceDate: "2026-11-18", number: days + 3 });
          return { records: [{ recordId: "rec-1", state: line.opened().state, authorStaff: "sato", answeredAt: at(Date.now()), code: line.opened().assessment?.code ?? "", serviceDate: "2026-11-21", number: 17 }, ...(unsignedOnly ? [] : [old("rec-7", 3, "C"), old("rec-8", 12, "E")])] };
        },
        getCase: async () => {
          await there();
          const old = (recordId: string, days: number, code: string) => ({ recordId, state: "signed", authorStaff: "suzuki", answeredAt: at(Date.now() - days * 86_400_000), code, disposition: ["D03"], serviceDate: "2026-11-18", number: days + 3 });
          return { case: { callId: "call-1", windowId: "night", number: "090-0000-1234", earlier: [old("rec-7", 3, "C"), old("rec-8", 12, "E")], callsIn30Days: 4, flags: ["frequent", "care_plan"], candidates: line.linked ? [] : [line.person], ...(line.linked ? { person: line.person } : {}) } };
        },
        findPeople: async ({ text }) => (await there(), { people: text.includes("山") ? [line.person] : [] }),
        getPerson: async ({ reason }) => {
          await there();
          if (!reason) throw new ConnectError("reason is needed: you are neither the author nor in this call; say in 1 to 200 characters why", Code.PermissionDenied);
          return { person: line.person };
        },
        savePerson: async ({ person }) => (await there(), { person: { ...line.person, ...person, personId: "p-1" } }),
        linkPerson: async ({ personId }) => (await there(), (line.linked = personId !== ""), { record: line.change([], "sato", personId ? "linked" : "unlinked") }),
        savePlan: async ({ plan }) => (await there(), (line.person = { ...line.person, ...(plan ? { plan: { ...plan, at: at(Date.now()) } } : {}) }), { person: line.person }),
      });
    },
    { transport: { interceptors: [listening] } },
  );
}
