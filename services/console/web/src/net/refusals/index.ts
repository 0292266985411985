import { access } from "./access";
import { common, faults } from "./common";
import { accounts, night, rota } from "./console";
import { dailyLog } from "./dailyLog";
import { routing, telephony } from "./desk";
import { escalation } from "./escalation";
import { protocol } from "./protocol";
import { referral, story, targetList } from "./referral";
import { entriesOf, type Refusals, told } from "./tell";
import { people, record, triage } from "./triage";

export const DICTIONARIES: readonly Refusals[] = [common, faults, access, accounts, night, rota, triage, people, record, protocol, referral, targetList, story, dailyLog, escalation, routing, telephony];

export const ENTRIES = entriesOf(...DICTIONARIES);

/** The server's words in Japanese; undefined where the dictionary does not have them. */
export function inJapanese(words: string): string | undefined {
  return told(ENTRIES, words);
}
