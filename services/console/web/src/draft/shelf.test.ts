import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { openShelf } from "./shelf";

describe("the shelf", () => {
  it("gives back what was laid there, also to a later page, and to nobody else's account", async () => {
    const shelf = await openShelf("aya");
    await shelf.put("r1/tab", { notes: "希死念慮 secret" });
    const later = await openShelf("aya");
    expect(later.lasting).toBe(true);
    expect(await later.all("r1/")).toEqual([{ id: "r1/tab", draft: { notes: "希死念慮 secret" } }]);
    expect(await (await openShelf("ken")).all("r1/")).toEqual([]);
    await later.drop("r1/tab");
    expect(await shelf.all("")).toEqual([]);
  });

  it("holds no readable word", async () => {
    const shelf = await openShelf("mio");
    await shelf.put("r2/tab", { notes: "plainly visible" });
    const base = await new Promise<IDBDatabase>((done) => {
      const opening = indexedDB.open("tomoshibi", 1);
      opening.onsuccess = () => done(opening.result);
    });
    const rows = await new Promise<{ sealed: ArrayBuffer }[]>((done) => {
      const asking = base.transaction("drafts").objectStore("drafts").getAll();
      asking.onsuccess = () => done(asking.result);
    });
    expect(rows).toHaveLength(1);
    expect(new TextDecoder().decode(rows[0]?.sealed)).not.toContain("visible");
    const keys = await new Promise<{ key: CryptoKey }[]>((done) => {
      const asking = base.transaction("keys").objectStore("keys").getAll();
      asking.onsuccess = () => done(asking.result);
    });
    expect(keys.every(({ key }) => !key.extractable)).toBe(true);
  });
});
