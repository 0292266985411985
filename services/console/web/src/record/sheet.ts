import { useCallback, useSyncExternalStore } from "react";

/** What a form is drawn on: a draft that saves itself, an amendment, or a record to be read. */
export interface Sheet {
  subscribe: (listener: () => void) => () => void;
  /** Changes with every change. */
  snapshot: () => number;
  values: (name: string) => string[];
  /** `sendable`: the value is one that the server can take. `soon`: something waits for what it makes of it. */
  edit: (name: string, values: string[], sendable?: boolean, soon?: boolean) => void;
}

/** The values of one field: only what shows it is drawn again when it changes. */
export function useValues(sheet: Sheet, name: string): string[] {
  const read = useCallback(() => sheet.values(name), [sheet, name]);
  return useSyncExternalStore(sheet.subscribe, read);
}

export function useSheet(sheet: Sheet): number {
  return useSyncExternalStore(sheet.subscribe, sheet.snapshot);
}

const NONE: string[] = [];

/** Nothing can be changed on it. */
export function readOnly(fields: Record<string, string[]>): Sheet {
  return {
    subscribe: () => () => undefined,
    snapshot: () => 0,
    values: (name) => fields[name] ?? NONE,
    edit: () => undefined,
  };
}
