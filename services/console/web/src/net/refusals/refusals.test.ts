import { describe, expect, it } from "vitest";
import { DICTIONARIES, ENTRIES, inJapanese } from ".";
import { labelOf, OF_RECORD } from "./labels";
import { COMPOSED, fieldLabels, fields, LEFT_OUT, meant, messages } from "./sources";
import { bare, type Entry, literal } from "./tell";

const MESSAGES = messages();
/** Where an entry has a number or a word, a source may write it out; but not a message. */
const PLAIN = /^(\{[^{}]*\}|\d+)$/;
const isGeneral = ({ japanese }: Entry) => /\{\w+[@!?]\}/.test(japanese);

function covers(entry: Entry, text: string): boolean {
  if (bare(entry.template) === bare(text)) return true;
  const values = !isGeneral(entry) && entry.pattern.exec(text)?.slice(1);
  return values ? values.every((value) => PLAIN.test(value)) : false;
}

describe("the dictionary of refusals", () => {
  it("has Japanese for every message of the services that a person can meet", () => {
    const untold = MESSAGES.filter(meant).filter(({ text }) => !ENTRIES.some((entry) => covers(entry, text.trim())));
    expect(untold.map(({ path, line, text }) => `${path}:${line}: ${text}`)).toEqual([]);
  });

  it("holds nothing that the services no longer say", () => {
    const idle = ENTRIES.filter((entry) => !COMPOSED.has(entry.template) && !MESSAGES.some(({ text }) => covers(entry, text.trim())));
    expect(idle.map(({ template }) => template)).toEqual([]);
  });

  it("leaves nothing out that is no longer there", () => {
    expect(LEFT_OUT.filter(({ is }) => !MESSAGES.some(is)).map(({ why }) => why)).toEqual([]);
  });

  it("has each template once", () => {
    const templates = DICTIONARIES.flatMap((dictionary) => Object.keys(dictionary).map(bare));
    expect(templates.filter((template, place) => templates.indexOf(template) !== place)).toEqual([]);
  });

  it("puts in only what a template has, and all words are Japanese", () => {
    for (const { template, japanese, slots } of ENTRIES) {
      const used = [...japanese.matchAll(/\{(\w+)[@!?]?\}/g)].map(([, slot]) => slot);
      expect(used.filter((slot) => !slots.includes(slot ?? "")), template).toEqual([]);
      if (literal(japanese.replaceAll(/[@!?]\}/g, "}")) !== "") expect(japanese, template).toMatch(/[ぁ-んァ-ヶ一-龠：]/);
    }
  });

  it("has a Japanese name for every field that a person can be told of", () => {
    expect(fields().filter((name) => labelOf(name) === undefined)).toEqual([]);
  });

  it("calls the record's fields what the form calls them", () => {
    expect(Object.fromEntries(fieldLabels())).toEqual(OF_RECORD);
  });
});

describe("a refusal", () => {
  const said: [string, string][] = [
    ["sign in first", "先にサインインしてください。"],
    ["too many failures: try again in 40 s", "失敗が続いたため、受け付けを止めています。40 秒待ってからもう一度試してください。"],
    ["desk seki-3 is somebody else's", "席 seki-3 はほかの人が使っています。別の席を選んでください。"],
    ["person_id is not known", "対象者が見つかりません。一覧を読み直してください。"],
    ["a caller who waits, by call_id, is not known", "医師の折返しを待っている、この相談者が見つかりません。一覧を読み直してください。"],
    ["invalid plan.what_helps: at most 4000 characters", "「助けになること」を確かめてください。4000 文字以内で書いてください。"],
    ["invalid notes: notes has at most 20000 characters", "「対応の経過・助言」を確かめてください。20000 文字以内で書いてください。"],
    ["invalid birth_date, sex: birth_date is a date such as 2026-11-21; sex is one of male, female, other, unknown", "「生年月日、性別」を確かめてください。「生年月日」：2026-11-21 のような年月日にしてください。「性別」には次のいずれかを指定してください：male, female, other, unknown"],
    ["invalid reason: no_bed, out_of_area, other", "「理由」を確かめてください。次のいずれかを指定してください：no_bed, out_of_area, other"],
    ["record is at revision 7: notes, location changed meanwhile; load it again", "記録は第 7 版になり、その間に「対応の経過・助言、現在地」が書き換えられました。読み直してください。"],
    ["plan is at revision 3, not 2: load it again", "クライシスプランは、ほかの人が書き換えました（いまは第 3 版、読んだのは第 2 版）。読み直してください。"],
    ["only the author of the record may do this", "この操作ができるのは、記録の作成者だけです。"],
    ["still needed: channel, q:thoughts", "まだ足りない項目があります：受付手段、q:thoughts。すべて書いてください。"],
    ["still needed to release the referral: consent, consent_basis", "紹介を送るのに足りない項目があります：情報提供への同意、情報提供の根拠。記録に書くか、紹介の下書きに書いてください。"],
    ["record cannot be read: triage store failed to read a record", "紹介のもとになる記録を読めません。記録の保管先が要求を処理できませんでした。続くときは管理者に知らせてください。"],
    ["invalid name, url: name: 1 to 200 characters; url: an http or https address", "「氏名・名称、送り先の URL」を確かめてください。「氏名・名称」：1〜200 文字で書いてください。「送り先の URL」：http か https のアドレスにしてください。"],
    ["invalid csv: line 3: name: 1 to 200 characters\nline 4: target_id is there twice\nand 12 more", "「紹介先の CSV」を確かめてください。3 行目：「氏名・名称」：1〜200 文字で書いてください。\n4 行目：target_id が前の行と同じです。\nほかに 12 件あります。"],
    ["suzuki cannot take this shift: line 40, column 1: cover[2]: suzuki has two shifts at once: night of 2026-11-20 and desk of 2026-11-20 (see line 12); move or shorten one of them, or let somebody stand in", "suzuki さんはこの勤務を代われません。suzuki さんには同じ時間に二つの勤務が重なります（2026-11-20 の night と 2026-11-20 の desk）。どちらかの勤務を動かすか短くするか、別の人を選んでください。"],
    ["invalid priority: one of P1, P2, P3", "「緊急度」には次のいずれかを指定してください：P1, P2, P3"],
    ["invalid to_desk_id: it must be 1 to 32 characters of a-z, 0-9, hyphen, underscore and full stop", "「転送先の席」を確かめてください。半角の英小文字・数字・ハイフン・下線・ピリオドで、1〜32 文字にしてください。"],
    ["invalid comments: 1 to 2000 characters: what is to be put right", "「コメント」を確かめてください。直してほしいことを 1〜2000 文字で書いてください。"],
    ["is none of risk_imminent, medication and the protocol's own reasons", "次のどれかにしてください：risk_imminent, medication、またはこの手順で定めた理由"],
    ["leaves out a more dangerous answer: it takes in weekly, daily", "より危険な答えが抜けています。weekly, daily も入れてください。"],
    ["this entry was merged into 0192d3c4-7b1a-7000-8000-000000000001: change that one", "この対象者は 0192d3c4-7b1a-7000-8000-000000000001 に統合されました。そちらを書き直してください。"],
    ["invalid q:thoughts: q:thoughts is one of Y, N, unknown", "「q:thoughts」を確かめてください。次のいずれかにしてください：Y, N, unknown"],
  ];
  it.each(said)("%s", (english, japanese) => expect(inJapanese(english)).toBe(japanese));

  it("that the dictionary does not have stays as the server said it", () => {
    for (const words of ["", "gone", "invalid notes: something new", "the moon is not right", "only somebody else may do this"]) expect(inJapanese(words)).toBeUndefined();
  });
});
