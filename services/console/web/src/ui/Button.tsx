import { type ReactNode, useRef } from "react";
import { Button as AriaButton } from "react-aria-components";
import { useHotkey } from "./hotkey";

export type Weight = "primary" | "plain" | "quiet" | "danger" | "go";

interface Props {
  children: ReactNode;
  onPress: () => void;
  weight?: Weight;
  /** One key that does the same, shown on the button. */
  hotkey?: string | undefined;
  disabled?: boolean;
  /** At work: cannot be pressed twice. */
  busy?: boolean;
  label?: string;
  pressed?: boolean;
  autoFocus?: boolean;
  className?: string;
  size?: "ordinary" | "big" | "small";
}

export function Button({ children, onPress, weight = "plain", hotkey, disabled = false, busy = false, label, pressed, autoFocus = false, className = "", size = "ordinary" }: Props) {
  const element = useRef<HTMLButtonElement>(null);
  const off = disabled || busy;
  useHotkey(off ? undefined : hotkey, onPress, () => element.current);
  return (
    <AriaButton
      ref={element}
      onPress={onPress}
      isDisabled={off}
      autoFocus={autoFocus}
      {...(label === undefined ? {} : { "aria-label": label })}
      {...(pressed === undefined ? {} : { "aria-pressed": pressed })}
      className={`button button-${weight} button-${size} ${className}`}
    >
      <span>{children}</span>
      {hotkey && <kbd>{hotkey.toUpperCase()}</kbd>}
    </AriaButton>
  );
}

/** The same look for a form's own submit. */
export function Submit({ children, busy = false, weight = "primary" }: { children: ReactNode; busy?: boolean; weight?: Weight }) {
  return (
    <AriaButton type="submit" isDisabled={busy} className={`button button-${weight} button-ordinary`}>
      <span>{children}</span>
    </AriaButton>
  );
}
