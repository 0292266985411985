import { useWords, worded } from "../i18n";
import { Sign } from "../ui/Sign";
import { toneOf } from "./days";

/** A word with a sign: colour only repeats them. */
export function StateTag({ state }: { state: string }) {
  const words = useWords();
  const tone = toneOf(state);
  return <span className={`tag tone-${tone}`}><Sign tone={tone} size={18} />{worded(words.daily.states, state)}</span>;
}
