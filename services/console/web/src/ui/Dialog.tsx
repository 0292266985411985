import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useWords } from "../i18n";
import { Button } from "./Button";

interface Props {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  /** Must be answered: neither Escape nor a click outside closes it. */
  stays?: boolean;
  alert?: boolean;
  wide?: boolean;
}

export function Dialog({ title, open, onClose, children, stays = false, alert = false, wide = false }: Props) {
  const words = useWords();
  return (
    <ModalOverlay className="overlay" isOpen={open} onOpenChange={(now) => !now && onClose()} isDismissable={!stays} isKeyboardDismissDisabled={stays}>
      <Modal className={`modal ${wide ? "modal-wide" : ""}`}>
        <AriaDialog role={alert ? "alertdialog" : "dialog"} className="dialog">
          <div className="dialog-head">
            <Heading slot="title" level={2}>{title}</Heading>
            {!stays && <Button weight="quiet" size="small" onPress={onClose}>{words.common.close}</Button>}
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
