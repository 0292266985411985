import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { useLoad } from "../ui/useLoad";
import type { Month } from "./month";

export function useMonth({ year, month }: Month) {
  const { rota } = useClients();
  const operator = useOperator();
  return useLoad(`${year} ${month}`, (signal) => rota.getMonth({ ...operator, year, month }, { signal }));
}
