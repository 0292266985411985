import { useWords } from "../i18n";
import { Dialog } from "../ui/Dialog";
import { SheetFrame } from "./SheetFrame";

export function SheetDialog({ referralId, onClose }: { referralId: string; onClose: () => void }) {
  const words = useWords();
  return <Dialog title={words.referral.sheetTitle} open onClose={onClose} wide><SheetFrame referralId={referralId} /></Dialog>;
}
