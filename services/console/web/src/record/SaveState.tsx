import { useWords } from "../i18n";
import { TroubleNotice } from "../ui/Notice";
import { Sign, type Tone } from "../ui/Sign";
import type { Keeper, Standing } from "./keeper";
import { useSheet } from "./sheet";

const TONES: Record<Standing, Tone> = { saved: "good", waiting: "busy", sending: "busy", kept: "warn", refused: "bad", merging: "bad" };

/** Where the words are now: with the server, on the way, or on this computer. */
export function SaveState({ keeper }: { keeper: Keeper }) {
  const words = useWords();
  useSheet(keeper);
  const standing = keeper.standing();
  const unsafe = standing === "kept" && !keeper.lasting;
  // While one types the state flickers; only what matters is spoken.
  const spoken = standing === "kept" || standing === "refused" || standing === "merging";
  return (
    <div className="stack-small">
      <p className={`save-state tone-${TONES[standing]}`} data-standing={standing} role={spoken ? "alert" : undefined}>
        <Sign tone={TONES[standing]} size={18} />
        <span>{unsafe ? words.record.keptUnsafe : words.record.standing[standing]}</span>
      </p>
      {standing === "refused" && <TroubleNotice trouble={keeper.trouble} />}
    </div>
  );
}
