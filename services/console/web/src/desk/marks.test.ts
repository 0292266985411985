import { expect, it } from "vitest";
import type { Keeper } from "../record/keeper";
import { closeAsSilent, markRelay } from "./marks";

function record(fields: Record<string, string[]>) {
  const keeper = { values: (name: string) => fields[name] ?? [], edit: (name: string, values: string[]) => void (fields[name] = values) };
  return { keeper: keeper as unknown as Keeper, fields };
}

it("never leaves a relay call marked as a hoax", () => {
  const { keeper, fields } = record({ special_flags: ["hoax", "frequent"] });
  markRelay(keeper, true);
  expect(fields).toEqual({ special_flags: ["frequent", "relay"], channel: ["relay"] });
  markRelay(keeper, false);
  expect(fields).toEqual({ special_flags: ["frequent"], channel: ["voice"] });
});

it("closes a silent call with what is plain of it, and leaves what somebody has written", () => {
  const { keeper, fields } = record({ caller_kind: ["311"] });
  closeAsSilent(keeper);
  expect(fields).toEqual({ special_flags: ["silent"], end_kind: ["silent_closed"], caller_kind: ["311"], disposition: ["D14"] });
});
