import type { Shelf } from "../draft/shelf";
import { type Fields, same } from "./draft";
import { wellFormed } from "./keeper";
import type { Sheet } from "./sheet";

const NONE: string[] = [];

/** Changes to a signed record, which go together with one reason. On the shelf until they are sent. */
export class Amendment implements Sheet {
  changes: Fields = {};
  private listeners = new Set<() => void>();
  private version = 0;

  constructor(
    private readonly signed: Fields,
    private readonly shelf: Shelf,
    private readonly place: string,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  snapshot = (): number => this.version;

  values(name: string): string[] {
    return this.changes[name] ?? this.signed[name] ?? NONE;
  }

  edit(name: string, values: string[]): void {
    const { [name]: _before, ...others } = this.changes;
    const changed = !same(this.signed[name] ?? NONE, values);
    this.become(changed ? { ...others, [name]: values.map(wellFormed) } : others);
  }

  async restore(): Promise<void> {
    const left = await this.shelf.all(this.place);
    const draft = left[0]?.draft as Fields | undefined;
    if (draft) this.become({ ...draft, ...this.changes });
  }

  /** Sent or given up. */
  async end(): Promise<void> {
    this.changes = {};
    await this.shelf.drop(this.place);
  }

  all(): Fields {
    return { ...this.signed, ...this.changes };
  }

  private become(changes: Fields): void {
    this.changes = changes;
    this.version += 1;
    for (const listener of this.listeners) listener();
    void this.shelf.put(this.place, changes).catch(() => undefined);
  }
}
