import { useState } from "react";
import type { BoardStaff, ProposeCoverResponse } from "../gen/tomoshibi/console/v1/console_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { useMe } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { CoverDialog, dutyLine, useInCharge } from "./CoverDialog";
import type { Duty } from "./month";

interface Props {
  title: string;
  duties: Duty[];
  all: Duty[];
  staff: BoardStaff[];
  windowName: (windowId: string) => string;
  onClose: () => void;
  onDone: (answer: ProposeCoverResponse) => void;
}

/** The shifts of one cell, and what may be done with each. */
export function DutyDialog({ title, duties, all, staff, windowName, onClose, onDone }: Props) {
  const words = useWords();
  const { language } = useLanguage();
  const { staffId } = useMe();
  const inCharge = useInCharge();
  const [covered, setCovered] = useState<Duty>();
  const named = (one: string) => staff.find((person) => person.staffId === one)?.name || one;
  if (covered) return <CoverDialog duty={covered} duties={all} staff={staff} windowName={windowName} onClose={onClose} onDone={onDone} />;
  return (
    <Dialog title={title} open onClose={onClose}>
      <ul className="cards">
        {duties.map((duty) => (
          <li key={duty.shiftId} className="stack-small">
            <div><strong>{named(duty.staffId)}</strong> <span className="clock">{dutyLine(duty, language)}</span></div>
            <div className="dim small">{worded(words.rota.roles, duty.role)} · {duty.windowIds.map(windowName).join("・")}</div>
            {(inCharge || staffId !== "") && (
              <div className="row">
                <Button size="small" label={`${inCharge || duty.staffId === staffId ? words.rota.standIn : words.rota.take}: ${named(duty.staffId)} ${dutyLine(duty, language)}`} onPress={() => setCovered(duty)}>
                  {inCharge || duty.staffId === staffId ? words.rota.standIn : words.rota.take}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
