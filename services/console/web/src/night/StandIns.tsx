import { useState } from "react";
import { useLineNow } from "../board/BoardProvider";
import { useWindowName } from "../desk/RingBanner";
import { useLanguage, useWords, worded } from "../i18n";
import { CoverDialog, dutyLine } from "../rota/CoverDialog";
import { type Duty, dutiesOf, monthAt } from "../rota/month";
import { useMonth } from "../rota/useMonth";
import { Button } from "../ui/Button";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";

const DAY = 24 * 3_600_000;

/** Somebody is ill: the shifts of the next day, each with a stand-in in one action. */
export function StandIns({ onDone }: { onDone: () => void }) {
  const words = useWords();
  const { language } = useLanguage();
  const windowName = useWindowName();
  const now = useLineNow();
  const [today, tomorrow] = [useMonth(monthAt(now)), useMonth(monthAt(now + DAY))];
  const [open, setOpen] = useState<Duty>();
  const [said, setSaid] = useState("");
  const staff = today.value?.staff ?? [];
  const duties = dutiesOf([...(today.value?.shifts ?? []), ...(tomorrow.value?.shifts ?? [])]);
  const soon = duties.filter(({ from, to }) => to > now && from < now + DAY);
  const named = (staffId: string) => staff.find((one) => one.staffId === staffId)?.name || staffId;
  const done = (proposed: string) => {
    setOpen(undefined);
    setSaid(proposed);
    today.again();
    tomorrow.again();
    onDone();
  };
  return (
    <Panel title={words.night.standIns}>
      <TroubleNotice trouble={today.trouble ?? tomorrow.trouble} />
      {said && <Notice tone="good" live>{said}</Notice>}
      {today.value && soon.length === 0 && <p className="dim">{words.night.noShifts}</p>}
      <ul className="cards cards-columns">
        {soon.map((duty) => (
          <li key={duty.shiftId} className="spread">
            <div>
              <strong>{named(duty.staffId)}</strong> <span className="clock">{dutyLine(duty, language)}</span>
              <div className="dim small">{worded(words.rota.roles, duty.role)} · {duty.windowIds.map(windowName).join("・")}</div>
            </div>
            <Button size="small" label={`${words.night.standIn}: ${named(duty.staffId)} ${dutyLine(duty, language)}`} onPress={() => (setSaid(""), setOpen(duty))}>{words.night.standIn}</Button>
          </li>
        ))}
      </ul>
      {open && (
        <CoverDialog
          duty={open}
          duties={duties}
          staff={staff}
          windowName={windowName}
          onClose={() => setOpen(undefined)}
          onDone={({ cover }) => done(cover?.state === "agreed" ? words.rota.agreedNow : words.rota.proposed)}
        />
      )}
    </Panel>
  );
}
