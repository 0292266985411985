// What one key writes into the record while a call goes on.
import type { Keeper } from "../record/keeper";

const FLAGS = "special_flags";

function flag(keeper: Keeper, name: string, on: boolean): void {
  const others = keeper.values(FLAGS).filter((one) => one !== name);
  keeper.edit(FLAGS, on ? [...others, name] : others);
}

/** A call through the relay service takes longer, and is never taken for a hoax. */
export function markRelay(keeper: Keeper, on: boolean): void {
  if (on) flag(keeper, "hoax", false);
  flag(keeper, "relay", on);
  keeper.edit("channel", [on ? "relay" : "voice"]);
}

export function markSilent(keeper: Keeper, on: boolean): void {
  flag(keeper, "silent", on);
}

/** What is plain of a call in which nothing was said; what somebody has written stays. */
export function closeAsSilent(keeper: Keeper): void {
  markSilent(keeper, true);
  keeper.edit("end_kind", ["silent_closed"]);
  for (const [name, value] of [["caller_kind", "380"], ["disposition", "D14"]] as const) {
    if (keeper.values(name).length === 0) keeper.edit(name, [value]);
  }
}
