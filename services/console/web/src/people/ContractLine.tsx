import { useLineNow } from "../board/BoardProvider";
import type { SupportContract } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLanguage, useWords } from "../i18n";
import { day } from "../i18n/time";
import { beginningOf, dateAt } from "../rota/month";
import { contractState } from "./contract";

/** From when until when, and whether it holds today; nothing where there is no contract. */
export function ContractLine({ contract }: { contract: SupportContract | undefined }) {
  const words = useWords();
  const { language } = useLanguage();
  const today = dateAt(useLineNow());
  const state = contract && contractState(contract, today);
  if (!contract || !state) return null;
  const written = (date: string) => (date === "" ? "" : day(beginningOf(date), language));
  return (
    <dl className="read">
      <div>
        <dt>{words.people.contract}</dt>
        <dd>{words.people.contractPeriod(written(contract.from), written(contract.until))} <span className={`tag tone-${state === "on" ? "good" : "plain"}`}>{words.people.contractStates[state]}</span></dd>
      </div>
    </dl>
  );
}
