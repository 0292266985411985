// For the tests: every message that the Rust sources hold, and which of them no person at this page can meet.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Literal, literalsOf } from "./rust";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(HERE, "../../../../../..");

const FOLDERS = ["console", "triage", "referral", "daily_log", "public", "escalation", "routing", "telephony", "shell", "domain"].map((service) => `services/${service}/src`);
/** A cover is judged by the rules of the rota file. */
const BESIDE = ["on-call-rota/src/file/audit.rs"];

interface LeftOut {
  why: string;
  is: (found: Found) => boolean;
}

export interface Found extends Literal {
  path: string;
}

const under = (why: string, paths: RegExp): LeftOut => ({ why, is: ({ path }) => paths.test(path) });
const inside = (why: string, names: RegExp): LeftOut => ({ why, is: ({ within }) => within.some((name) => names.test(name)) });
/** Who refuses says so, wherever it stands. */
const REFUSING = /(Taken|Refused|NotNow|NotFound|[Ii]nvalid|Overtaken|Stale|NotYours|Status::\w+)$/;
const saying = (why: string, ...texts: string[]): LeftOut => ({ why, is: ({ text }) => texts.includes(text.trim()) });
const like = (why: string, text: RegExp): LeftOut => ({ why, is: (found) => text.test(found.text) });

export const LEFT_OUT: readonly LeftOut[] = [
  under("tests", /\/(tests?|testkit)(_\w+)?(\.rs|\/)/),
  { why: "statements, and names of attempts for the log", is: ({ path, within }) => /\/store(\.rs|\/)/.test(path) && !within.some((name) => REFUSING.test(name)) },
  under("invariants are only ever asserted", /domain\/src\/invariant\.rs/),
  under("labels, which are sent in both languages", /domain\/src\/(triage\/(lists|legal|field)|referral\/lists|escalation\/case|daily_log\/(figure|open|count\/\w+))\.rs/),
  under("the public page has words of its own in both languages", /services\/public\//),
  under("calls, sounds and the ledger have no RPC a person asks", /telephony\/src\/(sip|media|drill|ledger|paging|phone_book|driver\/asker)/),
  under("mails, messages and webhooks are not this page", /escalation\/src\/(channels|heartbeat)|(referral|shell)\/src\/webhook|referral\/src\/(sheet|render|cloudevent|csv|fhir)/),
  under("the settings and the start of a process are told to whoever starts it", /\/(config|settings|start|accounts\/command|protocols\/mod|oidc\/provider|public\/texts)(\.rs|\/)|shell\/src\/(config|telemetry|folder|bus|process|seal|rota_file|secret|tls)/),
  under("alarms have names of their own on this page", /\/alarms\.rs/),
  under("a service's own faults with its peers", /shell\/src\/(grpc\/(auth|mod)|reconciler|shutdown|store|audit)/),
  under("the provider's answer becomes one word of the page's address", /oidc\/(fault|routes|browser)\.rs/),
  under("what workers owe, where no person waits for an answer", /\/(payer|postman|releaser|closer|waker|climber|drafter|voice)\.rs/),
  under("the texts of a case have both languages", /night\/page_case\.rs/),
  inside("the log", /^(tracing::)?(debug|info|warn|error|trace)!$|^tracing::|^instrument$/),
  inside("the name of an attempt at the store", /^attempt$|^(StoreError::(lasting|passing)|unreadable|lost)$/),
  inside("labels in both languages", /^(codes!|Label::fixed|choice)$/),
  inside("an assertion", /^(debug_)?assert(_eq|_ne)?!$|^(expect|unreachable!|panic!)$/),
  inside("headers, cookies and files", /^(header|HeaderValue::\w+|write_str|calendar|strftime|starts_with|ends_with|contains|strip_prefix|split|trim_matches|const:POLICY|const:STYLE|const:LINE_END|const:REPLY)$/),
  like("SQL", /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|AND|WHERE|ORDER|VALUES|RETURNING|ON CONFLICT) /i),
  like("nothing but what is put in", /^[^A-Za-z]*$|^[^A-Za-z]*(\{[^{}]*\}[^A-Za-z{]*)+$/),
  saying("only services ask this", "a service also shows a certificate of this line's authority: set services.certificate", "since when the caller waits", "two or three letters a-z, or empty", "the telephony process, 1 to 64 bytes", "one of the contract's, not UNSPECIFIED", "not UNSPECIFIED", "longer than nothing, or left out", "the watcher was too slow and missed entries: list the calls and watch again", "call has ended", "caller is not on the line yet", "another psychiatrist is in the call"),
  saying("told as not known, so that nobody learns that it is there", "target {0} was not asked to take this referral"),
  saying("a request that no page sends", "failed to decode Protobuf message", "Missing request message", "Unexpected EOF decoding stream", "protocol error", "cannot be read: {}", "the request did not arrive in time", "is cut off, or longer than 4 MB", "is not protobuf", "is empty", "is not exactly one message of the length it says", "is compressed: send it as it is", "the request {how}"),
  under("headers, cookies and names of files", /shell\/src\/access\/browser\.rs/),
  under("rows of the store", /routing\/src\/row\.rs/),
  saying("a cover adds one shift: no window, no group and no date changes by it", "add group = \"{}\" to its windows, or take the group out", "a group without windows", "{} has no such shift between {first} and {last}", "give the dates on which the shift begins", "the windows that take over lead round in a circle", "no window takes over", "callers reach nobody at {local}: {} is closed and {how}", "add an open window to next, longer hours, or a fallback number (E.164)"),
  saying("no message, but a part of a file or of a request", "text/csv; charset=utf-8", "page {}"),
  like("no message, but an entry of a rota file", /^\s*\[\[cover\]\]/),
  saying("told to whoever starts the process", "access.hashing is not possible: argon2id needs 8 KiB of memory for each lane, and one pass or more", "oidc.issuer cannot be asked: this machine has no certificates to trust (ca-certificates)", "the rota names no operator: add [[operator]]"),
  saying("the command line's", "line {}: {}: {}", "is not an address such as https://line.example.jp", "the body of a daily log is JSON of form {FORM}"),
];

/** Messages that several statements make together, and so stand in no source as a whole. */
export const COMPOSED: ReadonlySet<string> = new Set([
  "line {line}, column {column}: {path}: {fault}",
  "line {line}, column {column}: {fault}",
]);

/** Who names one of these is a service. */
const OF_SERVICES: ReadonlySet<string> = new Set(["news", "owner", "place_class", "started_by", "waiting_since", "operator"]);
const NAMING = /(^|:)(invalid|Invalid|NotFound|Stale|Deleted|word|optional|date|short|said|blind_word|person_id)$/;

/** The fields that a person may be told of. */
export function fields(): string[] {
  const named = all().filter(({ text, within }) => /^[a-z][a-z_.]*$/.test(text) && NAMING.test(within.at(-1) ?? ""));
  return [...new Set(named.filter(meant).map(({ text }) => text))].filter((name) => !OF_SERVICES.has(name)).sort();
}

/** All strings that could be words: more than one, or one that a slot stands beside. */
export function messages(): Found[] {
  return all().filter(({ text }) => /\S\s+\S/.test(text) && /[A-Za-z]/.test(text));
}

function all(): Found[] {
  const paths = [...FOLDERS.flatMap(rustIn), ...BESIDE];
  return paths.flatMap((path) => literalsOf(readFileSync(join(ROOT, path), "utf8")).map((literal) => ({ ...literal, path })));
}

export function meant(found: Found): boolean {
  return !LEFT_OUT.some(({ is }) => is(found));
}

/** Labels of the record's fields as the domain has them. */
export function fieldLabels(): Map<string, string> {
  const source = readFileSync(join(ROOT, "services/domain/src/triage/field.rs"), "utf8");
  const consts = new Map([...source.matchAll(/const (\w+): &str = "(\w+)"/g)].map(([, name = "", text = ""]) => [name, text]));
  const found = [...source.matchAll(/(?:plain|personal)\(\s*(?:"(\w+)"|(\w+)),[\s\S]*?"([^"]*[^\x00-\x7f][^"]*)"/g)];
  return new Map(found.filter(([, text, named]) => text || consts.has(named ?? "")).map(([, text, named, label = ""]) => [text ?? consts.get(named ?? "") ?? "", label]));
}

function rustIn(folder: string): string[] {
  const found = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return found.filter((path) => path.endsWith(".rs")).map((path) => `${folder}/${path.replaceAll("\\", "/")}`).sort();
}
