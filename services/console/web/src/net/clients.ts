import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { createContext, useContext } from "react";
import { AccessService, AdminService } from "../gen/tomoshibi/console/v1/access_pb";
import { ConsoleService, RotaService } from "../gen/tomoshibi/console/v1/console_pb";
import { DailyLogService } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { EscalationService } from "../gen/tomoshibi/escalation/v1/escalation_pb";
import { CentreService, ReferralService } from "../gen/tomoshibi/referral/v1/referral_pb";
import { TriageService } from "../gen/tomoshibi/triage/v1/triage_pb";

export interface Clients {
  access: Client<typeof AccessService>;
  admin: Client<typeof AdminService>;
  console: Client<typeof ConsoleService>;
  rota: Client<typeof RotaService>;
  triage: Client<typeof TriageService>;
  escalation: Client<typeof EscalationService>;
  referral: Client<typeof ReferralService>;
  centre: Client<typeof CentreService>;
  dailyLog: Client<typeof DailyLogService>;
}

export function clientsOver(transport: Transport): Clients {
  return {
    access: createClient(AccessService, transport),
    admin: createClient(AdminService, transport),
    console: createClient(ConsoleService, transport),
    rota: createClient(RotaService, transport),
    triage: createClient(TriageService, transport),
    escalation: createClient(EscalationService, transport),
    referral: createClient(ReferralService, transport),
    centre: createClient(CentreService, transport),
    dailyLog: createClient(DailyLogService, transport),
  };
}

const Here = createContext<Clients | null>(null);
export const ClientsProvider = Here.Provider;

export function useClients(): Clients {
  const clients = useContext(Here);
  if (!clients) throw new Error("no clients above this component");
  return clients;
}
