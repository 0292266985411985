import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useMe, useOperator } from "../session/SessionProvider";
import { useLoad } from "../ui/useLoad";

/** Accounts and their names, for those who may list them; others see ids. */
export function useAccountNames() {
  const words = useWords();
  const { admin } = useClients();
  const operator = useOperator();
  const { roles } = useMe();
  const may = roles.includes("operator_admin") || roles.includes("auditor");
  const listed = useLoad(may ? "accounts" : undefined, async (signal) => (await admin.listAccounts({ ...operator }, { signal })).accounts);
  const accounts = listed.value ?? [];
  const nameOf = (accountId: string) => accounts.find((one) => one.accountId === accountId)?.name || accountId || words.admin.theLine;
  return { accounts, nameOf };
}
