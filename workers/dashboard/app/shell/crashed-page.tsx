import type { ErrorComponentProps } from "@tanstack/react-router";
import { Page } from "../ui/page.tsx";
import { ErrorState } from "../ui/states.tsx";

/** A bug of a page is said, and the rest of the console goes on. */
export const CrashedPage = ({ error, reset }: ErrorComponentProps) => (
  <Page title="This page failed">
    <ErrorState error={error} title="This page failed" onRetry={reset} />
  </Page>
);
