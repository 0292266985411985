import { expect, it } from "vitest";
import { faultsIn, textOf } from "./csv";

const told = (words: string) => faultsIn({ kind: "invalid", words });

it("reads UTF-8 with its mark, and refuses other letters and long files", () => {
  expect(textOf(new TextEncoder().encode("\u{feff}name\r\n病院"))).toEqual({ text: "\u{feff}name\r\n病院" });
  expect(textOf(Uint8Array.of(0x95, 0x61, 0x89, 0x40))).toEqual({ fault: "not_utf8" });
  expect(textOf(new Uint8Array((1 << 20) + 1))).toEqual({ fault: "too_long" });
});

it("tells the faults of a file one by one, and how many there are", () => {
  expect(told("invalid csv: line 3: name: 1 to 200 characters\nline 4: target_id is there twice")).toEqual({ lines: ["line 3: name: 1 to 200 characters", "line 4: target_id is there twice"], count: 2 });
  expect(told("invalid csv: line 2: name: 1 to 200 characters\nand 12 more").count).toBe(13);
  expect(told("invalid csv: at most 1 MiB")).toEqual({ lines: ["at most 1 MiB"], count: 1 });
  expect(told("your roles do not allow this").count).toBe(0);
});
