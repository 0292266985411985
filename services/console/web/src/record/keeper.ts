// Keeps one record safe while somebody writes: saves within a second, merges, waits out a server that is
// gone, and lays everything unsent on the shelf first. Knows no React and no clock but the one handed in.
import type { Record as RecordMessage } from "../gen/tomoshibi/triage/v1/triage_pb";
import type { Shelf } from "../draft/shelf";
import type { Trouble } from "../net/trouble";
import type { Sheet } from "./sheet";
import { adopted, type Draft, EMPTY, edited, type Fields, isEmpty, isToBeSent, keptBoth, keptMine, keptTheirs, rebased, refusedAsStale, same, saved, sent, takenBack, valuesOf } from "./draft";

export type SaveOutcome =
  | { kind: "saved"; record: RecordMessage; escalationId: string }
  | { kind: "stale"; record: RecordMessage; conflicting: string[] };

export interface Outside {
  save: (recordId: string, seenRevision: number, saveId: string, changes: Fields) => Promise<SaveOutcome>;
  /** As it is now, for a reason where one is asked for. */
  read: (recordId: string, reason: string) => Promise<RecordMessage>;
  troubleOf: (error: unknown) => Trouble;
  newId: () => string;
  later: (ms: number, deed: () => void) => () => void;
}

/** What others changed while the record was open here. */
export interface News {
  by: string;
  names: string[];
}

/** saved · waiting (a moment yet) · sending · kept (the server is away) · refused · merging. */
export type Standing = "saved" | "waiting" | "sending" | "kept" | "refused" | "merging";

export const SAVE_AFTER_MS = 500;
/** Troubles that another try with the same words would meet again. */
const REFUSED: ReadonlySet<Trouble["kind"]> = new Set(["invalid", "not_allowed", "missing", "conflict", "not_fresh"]);
const RETRY_MS = [1_000, 2_000, 4_000, 8_000];

export class Keeper implements Sheet {
  record: RecordMessage;
  server: Fields;
  draft: Draft = EMPTY;
  trouble: Trouble | undefined;
  /** A page that a save of ours started. */
  escalationId = "";
  lasting: boolean;
  /** The last of it, until somebody writes here again. */
  news: News | undefined;
  private newest = 0;
  private reading = false;
  private away = false;
  private failures = 0;
  private heldBack = new Set<string>();
  private listeners = new Set<() => void>();
  private cancel: (() => void) | undefined;
  private shelved = Promise.resolve();
  private version = 0;

  constructor(
    record: RecordMessage,
    private readonly shelf: Shelf,
    private readonly place: string,
    private readonly outside: Outside,
    private readonly reason = "",
  ) {
    this.record = record;
    this.server = fieldsOf(record);
    this.lasting = shelf.lasting;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  /** Changes with every change, for those who watch. */
  snapshot = (): number => this.version;

  values(name: string): string[] {
    return valuesOf(this.draft, this.server, name);
  }

  standing(): Standing {
    if (Object.keys(this.draft.conflicts).length > 0) return "merging";
    if (this.trouble) return "refused";
    if (this.away && !isEmpty(this.draft)) return "kept";
    if (this.draft.sending) return "sending";
    return isEmpty(this.draft) ? "saved" : "waiting";
  }

  edit(name: string, values: string[], sendable = true, soon = false): void {
    if (sendable) this.heldBack.delete(name);
    else this.heldBack.add(name);
    this.trouble = undefined;
    this.news = undefined;
    this.become(edited(this.draft, this.server, name, values.map(wellFormed)));
    this.plan(soon && !this.away ? 0 : SAVE_AFTER_MS);
  }

  settle(name: string, how: "mine" | "theirs" | "both"): void {
    const settled = { mine: keptMine, theirs: keptTheirs, both: keptBoth }[how];
    this.become(settled(this.draft, name));
    this.plan(0);
  }

  /** What tabs that are gone left of this record. */
  adopt(left: Draft[]): void {
    for (const draft of left) this.draft = adopted(this.draft, draft);
    this.become(rebased(this.draft, this.server));
    this.plan(0);
  }

  /** A record that came another way: signed, linked, read anew. */
  take(record: RecordMessage): void {
    if (record.revision < this.record.revision) return;
    this.accept(record);
    this.become(rebased(this.draft, this.server));
    this.plan(0);
  }

  /** The line says that the record is there in this revision; 0: it is no draft any more. */
  heard(revision: number): void {
    if (revision === 0 && this.record.state !== "draft") return;
    this.newest = revision === 0 ? this.record.revision + 1 : Math.max(this.newest, revision);
    void this.catchUp();
  }

  /** One's own save answers with the record as it then is: only what comes beside it is read. */
  private async catchUp(): Promise<void> {
    if (this.reading || this.draft.sending || this.record.revision >= this.newest) return;
    this.reading = true;
    const asked = this.newest;
    try {
      this.receive(await this.outside.read(this.record.recordId, this.reason));
    } catch {
      // What cannot be read now is seen at the next save, or when the line tells of it again.
      this.newest = Math.min(this.newest, this.record.revision);
    }
    this.reading = false;
    // Who asked in vain does not ask in a circle.
    if (this.newest > asked) void this.catchUp();
  }

  private receive(record: RecordMessage): void {
    if (record.revision < this.record.revision) return;
    const before = this.server;
    const now = fieldsOf(record);
    const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => !same(before[name] ?? [], now[name] ?? []));
    if (names.length > 0) this.news = { by: record.revisions.at(-1)?.staffId ?? "", names };
    this.take(record);
  }

  /** Everything that can go has gone: true when nothing is left here. */
  async flush(): Promise<boolean> {
    for (let turn = 0; turn < 5 && (this.draft.sending || isToBeSent(this.draft, this.heldBack)); turn += 1) {
      await this.send();
      if (this.away || this.trouble) return false;
    }
    return isEmpty(this.draft);
  }

  /** The server may be back. */
  nudge(): void {
    if (this.away || this.draft.sending) this.plan(0);
  }

  private running: Promise<void> | undefined;

  private send(): Promise<void> {
    this.running ??= this.sendOnce().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async sendOnce(): Promise<void> {
    this.stopWaiting();
    if (!this.draft.sending) this.become(sent(this.draft, this.record.revision, this.outside.newId(), this.heldBack));
    const going = this.draft.sending;
    if (!going) return;
    const changes = Object.fromEntries(Object.entries(going.edits).map(([name, edit]) => [name, edit.values]));
    try {
      this.answered(await this.outside.save(this.record.recordId, going.seenRevision, going.saveId, changes));
    } catch (error) {
      this.failed(this.outside.troubleOf(error));
    }
  }

  private answered(outcome: SaveOutcome): void {
    this.away = false;
    this.failures = 0;
    this.trouble = undefined;
    this.accept(outcome.record);
    if (outcome.kind === "saved") {
      if (outcome.escalationId) this.escalationId = outcome.escalationId;
      this.become(saved(this.draft, this.server));
    } else {
      this.become(refusedAsStale(this.draft, this.server, outcome.conflicting));
    }
    this.plan(SAVE_AFTER_MS);
    void this.catchUp();
  }

  private failed(trouble: Trouble): void {
    if (!REFUSED.has(trouble.kind)) {
      this.away = true;
      this.become(this.draft);
      this.plan(RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? 1_000);
      this.failures += 1;
      return;
    }
    // Refused: it would be refused again. The words stay here until they are changed.
    this.trouble = trouble;
    this.become(takenBack(this.draft));
  }

  private accept(record: RecordMessage): void {
    this.record = record;
    this.server = fieldsOf(record);
  }

  private become(draft: Draft): void {
    this.draft = draft;
    this.version += 1;
    for (const listener of this.listeners) listener();
    // One after the other: the last state is the one that lies there.
    this.shelved = this.shelved.then(() => this.shelve(draft)).catch(() => {
      this.lasting = false;
    });
  }

  private shelve(draft: Draft): Promise<void> {
    if (draft !== this.draft) return Promise.resolve();
    return isEmpty(draft) ? this.shelf.drop(this.place) : this.shelf.put(this.place, draft);
  }

  private plan(ms: number): void {
    if (!this.draft.sending && !isToBeSent(this.draft, this.heldBack)) return;
    if (this.trouble) return;
    // The first change waits, those after it do not put it off: a save goes out within a second.
    if (this.cancel && ms > 0) return;
    this.stopWaiting();
    this.cancel = this.outside.later(ms, () => {
      this.cancel = undefined;
      void this.send();
    });
  }

  private stopWaiting(): void {
    this.cancel?.();
    this.cancel = undefined;
  }
}

export function fieldsOf(record: RecordMessage): Fields {
  return Object.fromEntries(record.fields.map((field) => [field.name, field.values]));
}

export function changesOf(changes: Fields): { name: string; values: string[] }[] {
  return Object.entries(changes).map(([name, values]) => ({ name, values: values.filter((value) => value !== "") }));
}

/** Half a surrogate pair cannot travel. */
export function wellFormed(text: string): string {
  return text.replaceAll(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
}
