import { useRef } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { useLoad } from "../ui/useLoad";

/**
 * The sheet in a frame without scripts. It has the page's own origin only so that the page can tell it
 * to print; a frame of `srcdoc` inherits the page's content policy and needs no `frame-src`.
 */
export function SheetFrame({ referralId }: { referralId: string }) {
  const words = useWords();
  const { referral } = useClients();
  const operator = useOperator();
  const frame = useRef<HTMLIFrameElement>(null);
  const sheet = useLoad(referralId, async (signal) => (await referral.getSheet({ ...operator, referralId }, { signal })).html);
  return (
    <>
      <p className="dim small">{words.referral.sheetWhy}</p>
      <TroubleNotice trouble={sheet.trouble} />
      {sheet.busy && !sheet.value && <p role="status">{words.common.loading}</p>}
      {sheet.value !== undefined && (
        <>
          <div><Button weight="primary" onPress={() => frame.current?.contentWindow?.print()}>{words.common.print}</Button></div>
          <iframe ref={frame} className="sheet" title={words.referral.sheetTitle} sandbox="allow-same-origin allow-modals" srcDoc={sheet.value} />
        </>
      )}
    </>
  );
}
