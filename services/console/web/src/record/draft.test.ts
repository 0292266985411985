import { describe, expect, it } from "vitest";
import { adopted, type Draft, EMPTY, edited, isEmpty, keptBoth, keptMine, keptTheirs, rebased, refusedAsStale, saved, sent, valuesOf } from "./draft";

const NOTHING_HELD = new Set<string>();
const typed = (server: Record<string, string[]>, fields: Record<string, string>): Draft =>
  Object.entries(fields).reduce((draft, [name, value]) => edited(draft, server, name, [value]), EMPTY);

describe("a draft", () => {
  it("is empty again when what was typed is taken back", () => {
    const server = { notes: ["before"] };
    const draft = edited(edited(EMPTY, server, "notes", ["after"]), server, "notes", ["before"]);
    expect(isEmpty(draft)).toBe(true);
  });

  it("shows what is typed while a save is on its way, and sends it next", () => {
    const going = sent(typed({}, { notes: "one" }), 3, "s1", NOTHING_HELD);
    const typing = edited(going, {}, "notes", ["one two"]);
    expect(valuesOf(typing, {}, "notes")).toEqual(["one two"]);
    const next = sent(saved(typing, { notes: ["one"] }), 4, "s2", NOTHING_HELD);
    expect(next.sending).toMatchObject({ saveId: "s2", seenRevision: 4, edits: { notes: { values: ["one two"] } } });
    expect(isEmpty(saved(next, { notes: ["one two"] }))).toBe(true);
  });

  it("keeps a field back that cannot be sent and sends the others", () => {
    const going = sent(typed({}, { notes: "far too long", location: "Sakae" }), 1, "s1", new Set(["notes"]));
    expect(Object.keys(going.sending?.edits ?? {})).toEqual(["location"]);
    expect(valuesOf(saved(going, { location: ["Sakae"] }), {}, "notes")).toEqual(["far too long"]);
  });

  it("loses neither side when two changed one field", () => {
    const going = sent(typed({}, { notes: "mine", location: "Sakae" }), 1, "s1", NOTHING_HELD);
    const stale = refusedAsStale(going, { notes: ["theirs"] }, ["notes"]);
    expect(stale.conflicts).toEqual({ notes: { mine: ["mine"], theirs: ["theirs"] } });
    expect(Object.keys(stale.edits)).toEqual(["location"]);
    expect(valuesOf(stale, { notes: ["theirs"] }, "notes")).toEqual(["mine"]);
  });

  it("takes what was typed after the save into the conflict", () => {
    const going = sent(typed({}, { notes: "mine" }), 1, "s1", NOTHING_HELD);
    const stale = refusedAsStale(edited(going, {}, "notes", ["mine and more"]), { notes: ["theirs"] }, ["notes"]);
    expect(stale.conflicts["notes"]).toEqual({ mine: ["mine and more"], theirs: ["theirs"] });
  });

  it("does not overwrite what came with another save's answer", () => {
    const typing = edited(sent(typed({}, { location: "Sakae" }), 1, "s1", NOTHING_HELD), {}, "notes", ["mine"]);
    const after = saved(typing, { location: ["Sakae"], notes: ["theirs"] });
    expect(after.edits).toEqual({});
    expect(after.conflicts["notes"]).toEqual({ mine: ["mine"], theirs: ["theirs"] });
  });

  it("is settled when both wrote the same", () => {
    expect(isEmpty(rebased(typed({}, { notes: "same" }), { notes: ["same"] }))).toBe(true);
  });

  it("sends mine over theirs only when told so", () => {
    const server = { notes: ["theirs"] };
    const stale = refusedAsStale(sent(typed({}, { notes: "mine" }), 1, "s1", NOTHING_HELD), server, ["notes"]);
    expect(isEmpty(keptTheirs(stale, "notes"))).toBe(true);
    expect(sent(keptMine(stale, "notes"), 2, "s2", NOTHING_HELD).sending?.edits["notes"]?.values).toEqual(["mine"]);
    expect(keptBoth(stale, "notes").edits["notes"]?.values).toEqual(["theirs\nmine"]);
  });

  it("goes on typing into a conflict", () => {
    const server = { notes: ["theirs"] };
    const stale = refusedAsStale(sent(typed({}, { notes: "mine" }), 1, "s1", NOTHING_HELD), server, ["notes"]);
    expect(edited(stale, server, "notes", ["mine!"]).conflicts["notes"]?.mine).toEqual(["mine!"]);
  });

  it("adopts what a dead tab was sending, to be sent once more with its own id", () => {
    const left = edited(sent(typed({}, { notes: "left" }), 5, "old", NOTHING_HELD), {}, "location", ["Sakae"]);
    const here = adopted(EMPTY, left);
    expect(here.sending?.saveId).toBe("old");
    expect(valuesOf(here, {}, "location")).toEqual(["Sakae"]);
  });

  it("never loses a typed word, whatever the order of answers", () => {
    let state = 7;
    const random = (most: number) => (state = (state * 48271) % 2147483647) % most;
    for (let round = 0; round < 500; round += 1) {
      let server: Record<string, string[]> = {};
      let draft = EMPTY;
      let mine: string[] = [];
      for (let step = 0; step < 30; step += 1) {
        const what = random(5);
        if (what === 0) draft = edited(draft, server, "notes", (mine = [`m${step}`]));
        if (what === 1) draft = sent(draft, step, `s${step}`, NOTHING_HELD);
        if (what === 2) server = { notes: [`t${step}`] };
        if (what === 3 && draft.sending) {
          const edit = draft.sending.edits["notes"];
          const clean = (server["notes"] ?? []).join() === (edit?.seen ?? []).join();
          if (clean && edit) server = { notes: edit.values };
          draft = clean ? saved(draft, server) : refusedAsStale(draft, server, ["notes"]);
        }
        if (what === 4) draft = rebased(draft, server);
        const kept = [draft.edits["notes"]?.values, draft.conflicts["notes"]?.mine, draft.sending?.edits["notes"]?.values, server["notes"]].some((values) => (values ?? []).join() === mine.join());
        const overwritten = isEmpty(draft);
        expect(kept || overwritten).toBe(true);
      }
    }
  });
});
