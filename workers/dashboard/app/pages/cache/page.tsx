import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useApiMutation } from "../../api/mutation.ts";
import { useAccess } from "../../session/access.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { Page } from "../../ui/page.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { toast } from "../../ui/toast.ts";
import { useUrlState } from "../../ui/url-state.ts";
import { EntriesTab } from "./entries-tab.tsx";
import { SettingsTab } from "./settings-tab.tsx";
import { ShadowTab } from "./shadow-tab.tsx";
import { StatsTab } from "./stats-tab.tsx";

const TABS = [
  { value: "savings", label: "Savings", content: <StatsTab /> },
  { value: "settings", label: "Settings", content: <SettingsTab /> },
  { value: "shadow", label: "Shadow report", content: <ShadowTab /> },
  { value: "entries", label: "Kept answers", content: <EntriesTab /> },
] as const;

/** Answers that are given again: for whom, what that saves, and what is kept. */
export default function CachePage() {
  const access = useAccess();
  const url = useUrlState();
  return (
    <Page
      title="Cache"
      description="An answer that was given before is given again: at once, and for nothing or less. What is kept is sealed and stays within its team."
      actions={access.may("cache:write") ? <FlushButton /> : null}
    >
      <Tabs
        label="Cache"
        tabs={TABS}
        value={TABS.find(({ value }) => value === url.get("tab"))?.value ?? "savings"}
        onChange={(tab) => url.set({ tab: tab === "savings" ? null : tab })}
      />
    </Page>
  );
}

function FlushButton() {
  const [asking, ask] = useState(false);
  const flush = useApiMutation("delete", "/v1/cache", { invalidates: ["/v1/cache"] });
  return (
    <>
      <Button icon={Trash2} className="text-bad-ink" onClick={() => ask(true)}>
        Flush everything
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => ask(false)}
        title="Flush the cache of the whole organisation?"
        verb="Flush"
        danger
        onConfirm={async () => {
          const { removed } = await flush.mutateAsync({});
          toast(`${removed} kept answers are gone.`);
        }}
      >
        Every kept answer of every team is removed. Until answers are kept anew, each request is answered and charged by
        its provider.
      </ConfirmDialog>
    </>
  );
}
