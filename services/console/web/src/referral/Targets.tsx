import type { Target } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Choices } from "../ui/Choices";
import { Check } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useLoad } from "../ui/useLoad";
import { toggled } from "./standing";

export function useTargets() {
  const { referral } = useClients();
  const operator = useOperator();
  return useLoad(operator.operatorId, async (signal) => (await referral.listTargets({ ...operator }, { signal })).targets);
}

/** Nobody chosen: the duty rota decides. */
export function Targets({ chosen, onChoose, byHand, onByHand }: { chosen: string[]; onChoose: (chosen: string[]) => void; byHand: boolean; onByHand: (byHand: boolean) => void }) {
  const words = useWords();
  const targets = useTargets();
  const options = [{ value: "turn", label: words.referral.byTurn }, { value: "hand", label: words.referral.byHand }];
  return (
    <div className="stack-small">
      <Choices legend={words.referral.targets} options={options} chosen={[byHand ? "hand" : "turn"]} onChoose={([how]) => onByHand(how === "hand")} required hint={byHand ? words.referral.targetsOrder : undefined} />
      <TroubleNotice trouble={targets.trouble} />
      {byHand && targets.value?.length === 0 && <p className="dim">{words.referral.noTargets}</p>}
      {byHand && (
        <div className="targets">
          {targets.value?.map((target) => (
            <Check key={target.targetId} checked={chosen.includes(target.targetId)} onChange={() => onChoose(toggled(chosen, target.targetId))}>
              <TargetLine target={target} place={chosen.indexOf(target.targetId) + 1} />
            </Check>
          ))}
        </div>
      )}
    </div>
  );
}

function TargetLine({ target, place }: { target: Target; place: number }) {
  const words = useWords();
  return (
    <>
      <strong>{target.name}</strong> {place > 0 && <strong className="tag">{words.referral.order(place)}</strong>}
      <span className="dim small"> {[worded(words.referral.kind, target.kind), target.hours, target.number, target.catchment, target.way === "none" && words.referral.onPaper, target.lastChecked && words.referral.checkedOn(target.lastChecked)].filter(Boolean).join(" · ")}</span>
    </>
  );
}
