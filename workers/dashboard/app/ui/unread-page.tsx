import { type Crumb, Page } from "./page.tsx";
import { LinesSkeleton } from "./skeleton.tsx";
import { ErrorState } from "./states.tsx";

export interface UnreadPageProps {
  /** The heading when it could not be read. */
  readonly title: string;
  /** The heading until then; the same unless given. */
  readonly pending?: string;
  readonly crumbs: readonly Crumb[];
  readonly query: { readonly error: unknown; readonly refetch: () => unknown };
}

/** The page of one thing as long as it is not read: its skeleton, or why it could not be. */
export const UnreadPage = ({ title, pending = title, crumbs, query }: UnreadPageProps) =>
  query.error === null ? (
    <Page title={pending} crumbs={crumbs} busy>
      <LinesSkeleton />
    </Page>
  ) : (
    <Page title={title} crumbs={crumbs}>
      <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    </Page>
  );
