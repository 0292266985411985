import type * as ja from "../ja/common";

export const common: typeof ja.common = {
  product: "Tomoshibi",
  loading: "Loading…",
  again: "Try again",
  back: "Back",
  next: "Next",
  close: "Close",
  cancel: "Cancel",
  save: "Save",
  search: "Search",
  show: "Show",
  print: "Print",
  yes: "Yes",
  no: "No",
  unknown: "Not known",
  none: "None",
  reason: "Reason",
  required: "required",
  times: (count: number) => (count === 1 ? "once" : `${count} times`),
  people: (count: number) => `${count}`,
  counted: (title: string, count: number) => `${title} (${count})`,
  pair: (title: string, value: string) => `${title}: ${value}`,
  items: (count: number) => `${count}`,
  reload: "Reload",
};

export const trouble: typeof ja.trouble = {
  away: "The server does not answer. Wait a moment and try again.",
  signed_out: "Sign in first.",
  not_allowed: "You may not do this.",
  not_fresh: "Prove yourself again first.",
  too_many: "Too many tries. Wait a while.",
  invalid: "Something in the input is wrong.",
  missing: "Not found.",
  conflict: "This cannot be done as things are.",
  other: "It did not work.",
};
