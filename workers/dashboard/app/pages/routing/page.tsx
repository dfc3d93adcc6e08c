import { Plus } from "lucide-react";
import { lazy, Suspense } from "react";
import { useAccess } from "../../session/access.tsx";
import { ButtonLink } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";
import { TableSkeleton } from "../../ui/skeleton.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { RulesTab } from "./rules-tab.tsx";
import { TesterTab } from "./tester-tab.tsx";

const ReplayTab = lazy(async () => ({ default: (await import("./replay-tab.tsx")).ReplayTab }));

/** Which model serves a request: the rules in their order, a tester, and what they would do with recent requests. */
export default function RoutingPage() {
  const access = useAccess();
  const url = useUrlState();
  const recent = (
    <Suspense fallback={<TableSkeleton rows={10} columns={6} />}>
      <ReplayTab />
    </Suspense>
  );
  const tabs = [
    { value: "rules", label: "Rules", content: <RulesTab /> },
    { value: "test", label: "Test a request", content: <TesterTab /> },
    ...(access.may("requests:read") ? [{ value: "recent", label: "Recent requests", content: recent }] : []),
  ];
  return (
    <Page
      title="Routing"
      description="Rules are tried in order. The first whose conditions hold decides which model serves the request; without one the caller's own model does."
      actions={
        access.may("routing:write") ? (
          <ButtonLink look="primary" icon={Plus} to="/rules/new">
            Create rule
          </ButtonLink>
        ) : null
      }
    >
      <Tabs
        label="Routing"
        tabs={tabs}
        value={tabs.find(({ value }) => value === url.get("tab"))?.value ?? "rules"}
        onChange={(tab) => url.set({ tab: tab === "rules" ? null : tab })}
      />
    </Page>
  );
}
