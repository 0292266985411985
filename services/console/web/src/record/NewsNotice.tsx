import { useStaffName } from "../board/BoardProvider";
import { useLabel, useWords } from "../i18n";
import { useMe } from "../session/SessionProvider";
import { Notice } from "../ui/Notice";
import type { Form } from "./forms";
import type { Keeper } from "./keeper";
import { useSheet } from "./sheet";

/** Another hand has changed what is open here: who, and which fields. */
export function NewsNotice({ keeper, form }: { keeper: Keeper; form: Form }) {
  const words = useWords();
  const label = useLabel();
  const nameOf = useStaffName();
  const { staffId } = useMe();
  useSheet(keeper);
  const { news } = keeper;
  if (!news) return null;
  const who = news.by === "" || news.by === staffId ? words.record.changedElsewhere : words.record.changedBy(nameOf(news.by));
  return <Notice tone="busy" live>{words.common.pair(who, news.names.map((name) => label(form.label(name), name)).join("、"))}</Notice>;
}
