import { useEffect } from "react";

/** The tab's own title; while it rings it changes every second, so that a hidden tab is seen. */
export function useTitle(title: string, ringing: string | undefined): void {
  useEffect(() => {
    document.title = ringing ?? title;
    if (ringing === undefined) return undefined;
    let on = true;
    const turns = setInterval(() => {
      on = !on;
      document.title = on ? `● ${ringing}` : `○ ${ringing}`;
    }, 1_000);
    return () => {
      clearInterval(turns);
      document.title = title;
    };
  }, [title, ringing]);
}
