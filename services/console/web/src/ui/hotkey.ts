import { useEffect, useRef } from "react";
import { useLook } from "../app/look";

/** A key alone acts only when nobody is typing and no dialog lies above. */
export function useHotkey(key: string | undefined, act: () => void, within: () => HTMLElement | null): void {
  const { keys } = useLook();
  const latest = useRef(act);
  latest.current = act;
  const place = useRef(within);
  place.current = within;
  useEffect(() => {
    if (!key || !keys) return undefined;
    const pressed = (event: KeyboardEvent) => {
      if (!means(event, key) || isTyping(event.target) || isCovered(place.current())) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [key, keys]);
}

export function means(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "repeat" | "isComposing">, key: string): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

const NOT_TEXT = new Set(["checkbox", "radio", "button", "submit", "reset", "range", "color", "file"]);

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !NOT_TEXT.has(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable || target.closest("[role=listbox]") !== null;
}

function isCovered(element: HTMLElement | null): boolean {
  if (element === null || !element.isConnected) return true;
  return element.closest("[inert],[aria-hidden=true],[hidden]") !== null;
}
