// Dark at night, light by choice; one-key shortcuts can be turned off (WCAG 2.1.4).
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";

export type Theme = "dark" | "light";

interface Look {
  theme: Theme;
  setTheme: (theme: Theme) => void;
  keys: boolean;
  setKeys: (keys: boolean) => void;
}

const Here = createContext<Look>({ theme: "dark", setTheme: () => undefined, keys: true, setKeys: () => undefined });

export function LookProvider({ children }: { children: ReactNode }) {
  const [theme, setTheme] = useState<Theme>(() => (localStorage.getItem("tomoshibi.theme") === "light" ? "light" : "dark"));
  const [keys, setKeys] = useState(() => localStorage.getItem("tomoshibi.keys") !== "off");
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    localStorage.setItem("tomoshibi.theme", theme);
  }, [theme]);
  useEffect(() => localStorage.setItem("tomoshibi.keys", keys ? "on" : "off"), [keys]);
  const look = useMemo(() => ({ theme, setTheme, keys, setKeys }), [theme, keys]);
  return <Here.Provider value={look}>{children}</Here.Provider>;
}

export function useLook(): Look {
  return useContext(Here);
}
