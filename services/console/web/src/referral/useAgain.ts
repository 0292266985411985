import { useEffect } from "react";

/** Asks again and again while somebody can see the page, and at once when they look again. */
export function useAgain(again: () => void, everyMs: number): void {
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && again();
    const turns = setInterval(look, everyMs);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(turns);
      document.removeEventListener("visibilitychange", look);
    };
  }, [again, everyMs]);
}
