import { useState } from "react";
import { useLineNow } from "../board/BoardProvider";
import type { Named, NightSupport } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useLanguage, useWords } from "../i18n";
import { useClients } from "../net/clients";
import { monthAfter, monthAt } from "../rota/month";
import { useFresh } from "../session/Fresh";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { DailyFrame } from "./DailyFrame";
import { type Range, rangeOf } from "./days";
import { amount } from "./figures";
import { useToldNames } from "./toldNames";
import { RangeForm } from "./RangeForm";
import { SupportTable } from "./SupportTable";
import { Working } from "./Working";

/** 緊急時支援: asked for rather than shown at once, since each look is audited. */
export function NightSupportPage() {
  const words = useWords();
  const { language } = useLanguage();
  const { dailyLog } = useClients();
  const operator = useOperator();
  const fresh = useFresh();
  const now = useLineNow();
  const [found, setFound] = useState<{ range: Range; calls: NightSupport[]; staff: Named[] }>();
  const look = useAct(async (range: Range) => {
    const { calls, staff } = await fresh(() => dailyLog.listNightSupport({ ...operator, ...range }, { timeoutMs: 60_000 }));
    setFound({ range, calls, staff });
  });
  const names = useToldNames(found);
  const calls = found?.calls ?? [];
  const people = new Set(calls.map(({ personId }) => personId)).size;
  const minutes = amount(calls.reduce((all, one) => all + one.minutes, 0), "minutes", language);
  return (
    <DailyFrame className="report" title={words.daily.supportTitle} here="support" names={names} aside={calls.length > 0 && <div className="no-print"><Button size="small" onPress={() => window.print()}>{words.common.print}</Button></div>}>
      <Panel title={words.daily.support}>
        <p className="dim">{words.daily.supportWhy}</p>
        <RangeForm range={rangeOf(monthAfter(monthAt(now), -1))} onRange={(range) => void look.run(range)} busy={look.busy} go={words.daily.supportShow} />
        <TroubleNotice trouble={look.trouble} />
        {look.busy && <Working title={words.common.loading} />}
        {found && calls.length === 0 && <p role="status">{words.daily.supportNone}</p>}
        {found && calls.length > 0 && <Notice tone="plain" live>{found.range.from} – {found.range.to}　{words.daily.supportSum(calls.length, people, minutes)}</Notice>}
        {calls.length > 0 && <SupportTable calls={calls} />}
      </Panel>
    </DailyFrame>
  );
}
