import { useEffect } from "react";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { useLoad } from "../ui/useLoad";
import { useKeepers } from "./KeepersProvider";

/** The record of a call that one talks in: there, or begun now. */
export function useRecordOfCall(callId: string | undefined) {
  const { triage } = useClients();
  const operator = useOperator();
  const { keeperOf } = useKeepers();
  const opened = useLoad(callId, async (signal) => {
    const { record } = await triage.openRecord({ ...operator, callId: callId ?? "" }, { signal });
    if (!record) throw new Error("the server opened no record");
    return keeperOf(record);
  });
  const { trouble, again } = opened;
  // A record is worth asking for until it is there.
  useEffect(() => {
    if (trouble?.kind !== "away" && trouble?.kind !== "signed_out") return undefined;
    const timer = setTimeout(again, 3_000);
    return () => clearTimeout(timer);
  }, [trouble, again]);
  return opened;
}

/** A record by its id; others than its author say why they look. */
export function useRecord(recordId: string, reason: string, revision = 0) {
  const { triage } = useClients();
  const operator = useOperator();
  const { keeperOf } = useKeepers();
  return useLoad(`${recordId} ${reason} ${revision}`, async (signal) => {
    const { record } = await triage.getRecord({ ...operator, recordId, reason, revision }, { signal });
    if (!record) throw new Error("the server answered no record");
    return { record, keeper: revision === 0 && record.state === "draft" ? await keeperOf(record, reason) : undefined };
  });
}
