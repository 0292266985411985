// What administrators see: accounts, settings, an audit log with a fault, protocols with faults by line.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { type Account, AccountSchema, type AdminService } from "../src/gen/tomoshibi/console/v1/access_pb";
import type { TriageService } from "../src/gen/tomoshibi/triage/v1/triage_pb";
import { at, type Line } from "./line";

const TOML = 'id = "default"\nversion = "1.0.0"\nlanguages = ["ja", "en"]\nja = "標準の聞き取り"\nen = "Standard questions"\n\n[[sections]]\nid = "body"\nja = "からだの安全"\nen = "The body first"\n';
const ACTIONS = ["access.signed_in", "record.viewed", "record.signed", "account.changed", "case.viewed", "cover.changed", "plan.saved", "audit.read"];

function accounts(): Account[] {
  const one = (login: string, name: string, roles: string[], more: { accountId?: string; staffId?: string; hasTotp?: boolean; disabled?: boolean } = {}) => create(AccountSchema, { accountId: `acc-${login}`, login, name, roles, staffId: login, hasTotp: true, lastSignInAt: at(Date.now() - 7_200_000), ...more });
  return [
    one("aya", "佐藤 彩", ["operator_admin"], { accountId: "acc-1", staffId: "sato" }),
    one("suzuki", "鈴木 健", ["counsellor", "supervisor"]),
    one("kimura", "木村 航", ["psychiatrist"]),
    one("kansa", "監査室", ["auditor"], { staffId: "", hasTotp: false }),
    create(AccountSchema, { accountId: "acc-new", login: "shinjin", name: "新人 花", roles: ["counsellor"], staffId: "hana" }),
    one("moto", "元職員", ["counsellor"], { disabled: true }),
  ];
}

export function adminService(line: Line, there: () => Promise<void>): Partial<ServiceImpl<typeof AdminService>> {
  const kept = accounts();
  const find = (accountId: string) => kept.find((one) => one.accountId === accountId);
  return {
    listAccounts: async () => (await there(), { accounts: kept }),
    createAccount: async ({ login, name, staffId, roles }) => {
      await there();
      line.mustBeFresh();
      const account = create(AccountSchema, { accountId: `acc-${login}`, login, name, staffId, roles });
      kept.push(account);
      return { account, oneTimePassword: "kaze-no-michi-4821-hoshi" };
    },
    changeAccount: async ({ account }) => {
      await there();
      line.mustBeFresh();
      Object.assign(find(account?.accountId ?? "") ?? {}, account);
      return {};
    },
    resetAccount: async () => (await there(), line.mustBeFresh(), { oneTimePassword: "yoru-no-umi-1190-tomoshibi" }),
    disableAccount: async ({ accountId, disabled }) => {
      await there();
      line.mustBeFresh();
      Object.assign(find(accountId) ?? {}, { disabled });
      return {};
    },
    linkAccount: async ({ accountId, subject }) => {
      await there();
      line.mustBeFresh();
      Object.assign(find(accountId) ?? {}, { hasOidc: subject !== "" });
      return {};
    },
    listSettings: async () => (await there(), {
      settings: [
        { key: "data", value: "/var/lib/tomoshibi", origin: "/etc/tomoshibi/line.toml", note: "Where the embedded store, keys, spool and phone accounts are kept." },
        { key: "http.listen", value: "0.0.0.0:8080", origin: "TOMOSHIBI_HTTP__LISTEN", note: "gRPC, health, /metrics and pages on one port." },
        { key: "sip.alert_within", value: "200ms", origin: "default", note: "A caller's phone hears us within this (180), whatever else is slow." },
        { key: "routing.ring_for", value: "15s", origin: "default", note: "One offer rings this long; then the next desk. (design.md 8)" },
        { key: "mail.password", value: "••••••", origin: "/etc/tomoshibi/mail.secret", note: "Secret." },
        { key: "access.idle", value: "30m", origin: "default", note: "A session ends after this long without an act." },
      ],
    }),
    listPrompts: async () => (await there(), {
      prompts: [
        { prompt: "greeting", language: "ja", words: "こちらは、夜間こころの相談です。相談員におつなぎします。そのままお待ちください。", milliseconds: 6_400 },
        { prompt: "greeting", language: "en", words: "This is the night line. You are being connected with a counsellor. Please hold.", milliseconds: 5_100 },
        { prompt: "still_here", language: "ja", words: "電話はつながっています。もうしばらくお待ちください。", milliseconds: 3_900 },
      ],
    }),
    listAudit: async ({ before, limit, accountId, subjectId }) => {
      await there();
      const newest = before === 0n ? 148 : Number(before) - 1;
      const entries = Array.from({ length: Math.min(limit, Math.max(0, newest)) }, (_, index) => {
        const seq = newest - index;
        return { seq: BigInt(seq), at: at(Date.now() - (148 - seq) * 340_000), accountId: kept[seq % 4]?.accountId ?? "", action: ACTIONS[seq % ACTIONS.length] ?? "", subjectKind: "record", subjectId: `rec-${seq % 9}`, detail: seq % 8 === 1 ? '{"reason":"引き継ぎのため"}' : "{}" };
      });
      return { entries: entries.filter((one) => (accountId === "" || one.accountId === accountId) && (subjectId === "" || one.subjectId === subjectId)) };
    },
    verifyAudit: async () => (await there(), { entries: 12_480n, faults: line.auditBroken ? [{ seq: 118n, fault: "changed" }, { seq: 130n, fault: "removed" }] : [] }),
  };
}

/** Protocols, holds and retention: what of the triage service is an administrator's. */
export function triageAdmin(line: Line, there: () => Promise<void>): Partial<ServiceImpl<typeof TriageService>> {
  const protocols = [
    { protocolId: "default", version: "1.0.0", publishedAt: at(Date.now() - 200 * 86_400_000), publishedBy: "", inForce: false, toml: TOML },
    { protocolId: "hokuto", version: "2026-11", publishedAt: at(Date.now() - 9 * 86_400_000), publishedBy: "acc-1", inForce: true, toml: TOML },
  ];
  const faultsOf = (toml: string) => (toml.includes("version") ? [] : [{ line: 1, path: "version", fault: "is 1 to 64 of a-z, 0-9, hyphen and underscore" }, { line: 4, path: "sections[0].questions", fault: "has no question" }]);
  return {
    listProtocols: async () => (await there(), { protocols }),
    checkProtocol: async ({ toml }) => (await there(), { faults: faultsOf(toml) }),
    publishProtocol: async ({ toml }) => {
      await there();
      line.mustBeFresh();
      if (faultsOf(toml).length > 0) return { faults: faultsOf(toml) };
      const version = /version = "([^"]+)"/.exec(toml)?.[1] ?? "?";
      for (const one of protocols) one.inForce = false;
      const protocol = { protocolId: "hokuto", version, publishedAt: at(Date.now()), publishedBy: "acc-1", inForce: true, toml };
      protocols.push(protocol);
      return { protocol };
    },
    setLegalHold: async ({ recordId }) => {
      await there();
      if (!recordId.startsWith("rec-")) throw new ConnectError("record_id is not known", Code.NotFound);
      return {};
    },
    runRetention: async ({ rehearse }) => {
      await there();
      line.mustBeFresh();
      const done = rehearse ? "would_delete" : "deleted";
      return { years: [{ year: 2019, records: 8_412, onHold: 3, done }, { year: 2020, records: 9_020, onHold: 0, done }, { year: 2021, records: 9_377, onHold: 1, done: "kept" }] };
    },
  };
}
