import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useWords } from "../i18n";
import { Button } from "./Button";

interface Props {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  alert?: boolean;
  wide?: boolean;
}

export function Dialog({ title, open, onClose, children, alert = false, wide = false }: Props) {
  const words = useWords();
  return (
    <ModalOverlay className="overlay" isOpen={open} onOpenChange={(now) => !now && onClose()} isDismissable>
      <Modal className={`modal ${wide ? "modal-wide" : ""}`}>
        <AriaDialog role={alert ? "alertdialog" : "dialog"} className="dialog">
          <div className="dialog-head">
            <Heading slot="title" level={2}>{title}</Heading>
            <Button weight="quiet" size="small" onPress={onClose}>{words.common.close}</Button>
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
