import { useId } from "react";
import { useWords } from "../i18n";
import { Required } from "./Field";

export interface Option {
  value: string;
  label: string;
  /** A key that chooses it, shown. */
  hotkey?: string;
  /** Cannot be chosen now; what is chosen can be taken back. */
  barred?: boolean;
}

interface Props {
  legend: React.ReactNode;
  options: Option[];
  chosen: string[];
  onChoose: (chosen: string[]) => void;
  many?: boolean;
  /** No more may be chosen. */
  full?: boolean;
  required?: boolean;
  disabled?: boolean;
  hint?: React.ReactNode;
  legendHidden?: boolean;
}

/** One or many of a few: real radio buttons and check boxes that look like buttons. */
export function Choices({ legend, options, chosen, onChoose, many = false, full = false, required = false, disabled = false, hint, legendHidden = false }: Props) {
  const words = useWords();
  const name = useId();
  const toggle = (value: string) => {
    if (!many) return onChoose([value]);
    return onChoose(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value]);
  };
  const clearable = !many && !required && chosen.length > 0 && !disabled;
  return (
    <fieldset className="choices" disabled={disabled} {...(hint ? { "aria-describedby": `${name}-hint` } : {})}>
      <legend className={legendHidden ? "hidden-text" : ""}>
        {legend}
        {required && <Required />}
      </legend>
      {hint && <div id={`${name}-hint`} className="hint">{hint}</div>}
      <div className="choices-row">
        {options.map((option) => {
          const on = chosen.includes(option.value);
          return (
            <label key={option.value} className={`choice ${on ? "choice-on" : ""}`}>
              <input type={many ? "checkbox" : "radio"} name={name} checked={on} disabled={disabled || ((full || option.barred === true) && !on)} onChange={() => toggle(option.value)} />
              <span>{option.label}</span>
              {option.hotkey && <kbd>{option.hotkey.toUpperCase()}</kbd>}
            </label>
          );
        })}
        {clearable && <button type="button" className="choice-clear" onClick={() => onChoose([])}>{words.record.clear}</button>}
      </div>
    </fieldset>
  );
}
