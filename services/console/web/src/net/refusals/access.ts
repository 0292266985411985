import type { Refusals } from "./tell";

/** What the gate before all services says: services/shell/src/access, services/domain/src/access. */
export const access: Refusals = {
  "operator_id is empty: right is your operator's id": "運営主体が指定されていません。サインインし直してください。",
  "sign in first; a service shows its token": "先にサインインしてください。",
  "your roles do not allow this": "あなたの役割では、この操作はできません。必要なときは管理者に相談してください。",
  "change your password and set up your second factor first": "先にパスワードを変え、二段階認証を登録してください。",
};
