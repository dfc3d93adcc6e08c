import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { Sidebar } from "./sidebar.tsx";

/** The navigation on narrow screens. */
export default function NavDrawer({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Popup className="fixed inset-y-0 left-0 z-40 w-68 max-w-[85vw] border-r border-line-strong bg-surface text-ink outline-none">
          <Dialog.Title className="sr-only">Menu</Dialog.Title>
          <Dialog.Close
            aria-label="Close the menu"
            className="absolute top-3 right-3 flex size-8 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
          >
            <X size={16} aria-hidden="true" />
          </Dialog.Close>
          <Sidebar collapsed={false} onCollapse={null} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
