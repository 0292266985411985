import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const styles = readdirSync(new URL(".", import.meta.url)).filter((name) => name.endsWith(".css"));

describe("the page", () => {
  // WCAG 2.2 2.3.3. Not by shortening transitions to nothing: that begins one for every element, and inherited colours
  // then need a frame for each level of the tree.
  it.each(styles)("does not move by %s, so that nobody has to ask for stillness", (name) => {
    const source = readFileSync(new URL(name, import.meta.url), "utf8");
    expect(source.match(/(transition|animation)[a-z-]*:|@keyframes/g)).toBeNull();
  });
});
