import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { memoryShelf } from "../draft/shelf";
import { RecordSchema } from "../gen/tomoshibi/triage/v1/triage_pb";
import type { Draft, Fields } from "./draft";
import { Keeper, type Outside, type SaveOutcome, wellFormed } from "./keeper";

const recordOf = (revision: number, fields: Fields) =>
  create(RecordSchema, { recordId: "r1", state: "draft", revision, fields: Object.entries(fields).map(([name, values]) => ({ name, values })) });

/** A server, a clock and a browser moved by hand. */
class World implements Outside {
  saves: { seen: number; id: string; changes: Fields }[] = [];
  answers: (SaveOutcome | Error)[] = [];
  timers: { ms: number; deed: () => void }[] = [];
  shelf = memoryShelf();
  keeper = new Keeper(recordOf(1, {}), this.shelf, "r1/tab", this);
  private ids = 0;

  save = async (_record: string, seen: number, id: string, changes: Fields): Promise<SaveOutcome> => {
    this.saves.push({ seen, id, changes });
    const answer = this.answers.shift() ?? new Error("away");
    if (answer instanceof Error) throw answer;
    return answer;
  };
  reads: string[] = [];
  stands: ReturnType<typeof recordOf> | undefined;
  read = async (record: string, reason: string) => {
    this.reads.push(`${record} ${reason}`);
    if (!this.stands) throw new Error("away");
    return this.stands;
  };
  troubleOf = (error: unknown) => ({ kind: (error as Error).message as "away" | "invalid", words: "" });
  newId = () => `s${(this.ids += 1)}`;
  later = (ms: number, deed: () => void) => {
    const timer = { ms, deed };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((one) => one !== timer));
  };
  async tick() {
    const due = this.timers;
    this.timers = [];
    for (const { deed } of due) deed();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  }
  async turns() {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  }
  async shelved(): Promise<Draft | undefined> {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    return (await this.shelf.all("r1"))[0]?.draft as Draft | undefined;
  }
}

const savedAs = (revision: number, fields: Fields): SaveOutcome => ({ kind: "saved", record: recordOf(revision, fields), escalationId: "" });

describe("the keeper of a record", () => {
  it("saves what was typed half a second ago, as one change", async () => {
    const world = new World();
    world.answers = [savedAs(2, { notes: ["ab"] })];
    world.keeper.edit("notes", ["a"]);
    world.keeper.edit("notes", ["ab"]);
    expect(world.timers.map((timer) => timer.ms)).toEqual([500]);
    await world.tick();
    expect(world.saves).toEqual([{ seen: 1, id: "s1", changes: { notes: ["ab"] } }]);
    expect(world.keeper.standing()).toBe("saved");
    expect(await world.shelved()).toBeUndefined();
  });

  it("sends an answer at once, for the next question waits for it", async () => {
    const world = new World();
    world.keeper.edit("notes", ["a"]);
    world.keeper.edit("q:awake", ["no"], true, true);
    expect(world.timers.map((timer) => timer.ms)).toEqual([0]);
  });

  it("keeps the words on the shelf while the server is away, and sends the same save again", async () => {
    const world = new World();
    world.keeper.edit("notes", ["words"]);
    await world.tick();
    expect(world.keeper.standing()).toBe("kept");
    expect((await world.shelved())?.sending?.edits["notes"]?.values).toEqual(["words"]);
    world.answers = [savedAs(2, { notes: ["words"] })];
    await world.tick();
    expect(world.saves.map((save) => save.id)).toEqual(["s1", "s1"]);
    expect(world.keeper.standing()).toBe("saved");
  });

  it("goes on taking words while the server is away", async () => {
    const world = new World();
    world.keeper.edit("notes", ["one"]);
    await world.tick();
    world.keeper.edit("notes", ["one two"]);
    world.answers = [savedAs(2, { notes: ["one"] }), savedAs(3, { notes: ["one two"] })];
    await world.tick();
    await world.tick();
    expect(world.saves.at(-1)).toEqual({ seen: 2, id: "s2", changes: { notes: ["one two"] } });
    expect(world.keeper.standing()).toBe("saved");
  });

  it("shows both when another desk wrote the same field, and sends what is chosen", async () => {
    const world = new World();
    world.keeper.edit("notes", ["mine"]);
    world.answers = [{ kind: "stale", record: recordOf(2, { notes: ["theirs"] }), conflicting: ["notes"] }];
    await world.tick();
    expect(world.keeper.standing()).toBe("merging");
    world.keeper.settle("notes", "both");
    world.answers = [savedAs(3, { notes: ["theirs\nmine"] })];
    await world.tick();
    expect(world.saves.at(-1)).toEqual({ seen: 2, id: "s2", changes: { notes: ["theirs\nmine"] } });
  });

  it("does not send again what was refused until it is changed", async () => {
    const world = new World();
    world.answers = [new Error("invalid")];
    world.keeper.edit("notes", ["\u0007"]);
    await world.tick();
    expect(world.keeper.standing()).toBe("refused");
    expect(world.timers).toEqual([]);
    world.answers = [savedAs(2, { notes: ["ok"] })];
    world.keeper.edit("notes", ["ok"]);
    await world.tick();
    expect(world.keeper.standing()).toBe("saved");
  });

  it("finishes what a killed browser had begun", async () => {
    const dead = new World();
    dead.keeper.edit("notes", ["left"]);
    await dead.tick();
    const left = await dead.shelved();
    const world = new World();
    world.answers = [savedAs(2, { notes: ["left"] })];
    world.keeper.adopt(left ? [left] : []);
    expect(world.keeper.values("notes")).toEqual(["left"]);
    await world.tick();
    expect(world.saves[0]?.id).toBe("s1");
    expect(world.keeper.standing()).toBe("saved");
  });

  it("sends no half characters", () => {
    expect(wellFormed("a\uD83Db")).toBe("a\uFFFDb");
    expect(wellFormed("😀 مرحبا")).toBe("😀 مرحبا");
  });

  it("shows what another hand changed as soon as the line tells of it, and keeps what is typed here", async () => {
    const world = new World();
    world.keeper.edit("notes", ["mine"]);
    world.stands = recordOf(2, { place: ["station"] });
    world.keeper.heard(2);
    await world.turns();
    expect([world.keeper.values("place"), world.keeper.values("notes")]).toEqual([["station"], ["mine"]]);
    expect(world.keeper.news?.names).toEqual(["place"]);
    world.keeper.heard(2);
    await world.turns();
    expect(world.reads).toEqual(["r1 "]);
  });

  it("reads nothing that its own save brought, and after the save what came beside it", async () => {
    const world = new World();
    let answer: (outcome: SaveOutcome) => void = () => undefined;
    world.save = () => new Promise((done) => (answer = done));
    world.keeper.edit("notes", ["mine"]);
    await world.tick();
    world.keeper.heard(2);
    world.keeper.heard(3);
    expect(world.reads).toEqual([]);
    world.stands = recordOf(3, { notes: ["mine"], place: ["bridge"] });
    answer(savedAs(2, { notes: ["mine"] }));
    await world.turns();
    expect(world.reads).toEqual(["r1 "]);
    expect(world.keeper.values("place")).toEqual(["bridge"]);
  });

  it("hears that another hand has signed", async () => {
    const world = new World();
    world.stands = Object.assign(recordOf(2, {}), { state: "signed" });
    world.keeper.heard(0);
    await world.turns();
    expect(world.keeper.record.state).toBe("signed");
  });

  it("does not ask in a circle for what cannot be read", async () => {
    const world = new World();
    world.keeper.heard(2);
    await world.turns();
    expect(world.reads).toHaveLength(1);
    expect(world.keeper.standing()).toBe("saved");
  });
});
