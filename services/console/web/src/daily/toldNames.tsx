import { createContext, type ReactNode, useContext, useRef } from "react";
import { useBoard, useStaffName } from "../board/BoardProvider";
import type { Named } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";

export interface Names {
  windowName: (windowId: string) => string;
  staffName: (staffId: string) => string;
  /** Ids of the windows that can be asked for. */
  windows: string[];
}

interface Told {
  windows?: Named[];
  staff?: Named[];
}

const asIs = (id: string) => id;
const Here = createContext<Names>({ windowName: asIs, staffName: asIs, windows: [] });

/** Names that came with an answer, since most who read the log have no board. They stay until the next answer is there. */
export function useToldNames(told: Told | undefined): Names {
  const board = useBoard();
  const onBoard = useStaffName();
  const last = useRef<Told>({});
  if (told) last.current = told;
  const { windows = [], staff = [] } = last.current;
  const windowNames = new Map([...(board?.windows ?? []).map(({ windowId, name }) => [windowId, name] as const), ...windows.map(({ id, name }) => [id, name] as const)]);
  const staffNames = new Map(staff.map(({ id, name }) => [id, name]));
  return {
    windowName: (id) => windowNames.get(id) || id,
    staffName: (id) => staffNames.get(id) || onBoard(id),
    windows: [...windowNames.keys()].sort(),
  };
}

export function NamesProvider({ names, children }: { names: Names; children: ReactNode }) {
  return <Here.Provider value={names}>{children}</Here.Provider>;
}

export function useNames(): Names {
  return useContext(Here);
}
