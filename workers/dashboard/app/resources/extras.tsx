import { type ComponentType, lazy, type ReactNode, Suspense } from "react";
import type { ApiError } from "../api/api-error.ts";
import type { Row } from "../lib/json.ts";
import type { Column } from "../ui/data-table.tsx";
import type { FieldErrors } from "../ui/form.tsx";
import type { Names } from "./names.ts";
import { HourCell, LadderCell, RecipientsCell } from "./notifications/cells.tsx";
import { RATE_NAMES } from "./rate-limits/rate-limits.ts";
import type { ResourceInfo } from "./resource-info.ts";

/** One thing on its page. */
export interface Subject {
  readonly resource: ResourceInfo;
  readonly row: Row;
  readonly id: string;
  readonly etag: string | null;
  readonly label: string;
  readonly names: Names;
  /** What it is called when it has ended, or null. */
  readonly ended: string | null;
}

/** The input of a field that its kind says too little of. `problemOf("credential.api_key")` is what is wrong with a part. */
export interface FieldInputProps {
  readonly name: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  /** What the other fields hold. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly creating: boolean;
  readonly problemOf: (param: string) => string | null;
  /** The same of a part and of what is inside it. */
  readonly problemIn: (param: string) => string | null;
}

/** Tries what stands in a form before it is saved. */
export interface TrialProps {
  /** As it is saved; null for a new one. */
  readonly row: Row | null;
  /** What stands in the fields, to tell one state from another. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What was given or changed. Null where it is wrong, which its field says then; the named ones may be empty. */
  readonly read: (needless: readonly string[]) => Row | null;
  /** Shows a refusal of the API at its field, whose name has `prefix` in front there; false where it belongs to none. */
  readonly refuse: (error: ApiError, prefix: string) => boolean;
}

/** Fields that are given together, and their input, which stands in the place of the first. Each is as `draft.ts` has it. */
export interface FieldGroup {
  readonly names: readonly string[];
  readonly input: ComponentType<FieldGroupProps>;
}

export interface FieldGroupProps {
  readonly values: Readonly<Record<string, unknown>>;
  readonly onChange: (name: string, value: unknown) => void;
  readonly problemOf: (param: string) => string | null;
}

/**
 * What the pages of a resource have beyond its metadata. Components and pages are loaded with `lazy`, so that a
 * resource's extras are no part of another one's pages.
 */
export interface Extras {
  /** Instead of the page that is drawn from the metadata. */
  readonly listPage?: ComponentType;
  readonly detailPage?: ComponentType;
  readonly createPage?: ComponentType;
  readonly editPage?: ComponentType;
  /** Columns behind the first one. */
  readonly columns?: readonly Column<Row>[];
  /** Cells of the list, by the field's name, where its kind says too little. */
  readonly cells?: Readonly<Record<string, (row: Row) => ReactNode>>;
  /** At the top of the list, above the table. */
  readonly listHeader?: ComponentType;
  /** What somebody who has none of them yet should know: a step each. */
  readonly lesson?: readonly string[];
  /** Buttons on the page of one. */
  readonly actions?: ComponentType<{ readonly subject: Subject }>;
  /** Above the facts on the page of one. */
  readonly panels?: ComponentType<{ readonly subject: Subject }>;
  /** What removing it breaks, in the question whether it should be. */
  readonly breaks?: ComponentType<{ readonly subject: Subject }>;
  /** Facts that a panel shows better. */
  readonly hides?: readonly string[];
  /** Inputs of their own, by the field's name. */
  readonly inputs?: Readonly<Record<string, ComponentType<FieldInputProps>>>;
  /** Inputs of several fields together. */
  readonly groups?: readonly FieldGroup[];
  /** What is wrong with inputs of their own, by field or part of one, before anything is sent. */
  readonly check?: (values: Readonly<Record<string, unknown>>, creating: boolean) => Promise<FieldErrors>;
  /** Between the fields of its form and the button. */
  readonly trial?: ComponentType<TrialProps>;
  /** Its form takes the whole width. */
  readonly wide?: boolean;
  /** After one was made: what is shown once, such as a key. Answers null when there is nothing to show. */
  readonly created?: (made: Row) => ReactNode;
  /** Every field is seen when one is made, none folded away. */
  readonly unfolded?: boolean;
}

const KeyShown = lazy(async () => ({ default: (await import("./key/key-shown.tsx")).KeyShown }));

const TeamPeople = lazy(async () => ({ default: (await import("./team/cells.tsx")).TeamPeople }));
const TeamWallets = lazy(async () => ({ default: (await import("./team/cells.tsx")).TeamWallets }));
const TeamSpend = lazy(async () => ({ default: (await import("./team/cells.tsx")).TeamSpend }));
const TeamsOfMember = lazy(async () => ({ default: (await import("./team/cells.tsx")).TeamsOfMember }));

/** A cell whose code comes later holds up no table. */
const cell = (content: ReactNode): ReactNode => <Suspense>{content}</Suspense>;

const RATES: FieldGroup = {
  names: RATE_NAMES,
  input: lazy(() => import("./rate-limits/rate-limits-input.tsx")),
};

/** Rows of conditions that say nothing yet. */
const checkWhen: Extras["check"] = async ({ when }) =>
  (await import("./routing-rule/conditions-form.ts")).unfilled(when, "when");

/** By the resource's name. A page's helper adds a row, and the code beside it in `resources/<name>/`. */
const EXTRAS: Readonly<Record<string, Extras>> = {
  wallet: {
    listPage: lazy(() => import("./wallet/list-page.tsx")),
    detailPage: lazy(() => import("./wallet/detail-page.tsx")),
    groups: [RATES],
  },
  transfer: {
    listPage: lazy(() => import("./transfer/list-page.tsx")),
    actions: lazy(() => import("./transfer/decide.tsx")),
  },
  adjustment: { actions: lazy(() => import("./transfer/decide.tsx")) },
  team: {
    columns: [
      { id: "people", header: "Members", cell: (row) => cell(<TeamPeople row={row} />) },
      { id: "wallets", header: "Wallets", cell: (row) => cell(<TeamWallets row={row} />) },
      { id: "spend", header: "Spent, 30 days", align: "end", cell: (row) => cell(<TeamSpend row={row} />) },
    ],
    lesson: [
      "Create one for each group that has money of its own.",
      "Give it a wallet, and add its members: a lead looks after its wallets and keys.",
      "Costs are told by team from then on.",
    ],
    panels: lazy(() => import("./team/team-panel.tsx")),
  },
  member: { columns: [{ id: "teams", header: "Teams", cell: (row) => cell(<TeamsOfMember row={row} />) }] },
  key: {
    listPage: lazy(() => import("./key/list-page.tsx")),
    actions: lazy(() => import("./key/key-actions.tsx")),
    panels: lazy(() => import("./key/key-panel.tsx")),
    breaks: lazy(async () => ({ default: (await import("./key/key-panel.tsx")).KeyBreaks })),
    hides: RATE_NAMES,
    groups: [RATES],
    inputs: { scopes: lazy(() => import("./key/scopes-input.tsx")) },
    created: ({ key }) =>
      typeof key === "string" ? (
        <Suspense>
          <KeyShown value={key} />
        </Suspense>
      ) : null,
  },
  provider: {
    unfolded: true,
    listPage: lazy(() => import("./provider/list.tsx")),
    actions: lazy(() => import("./provider/actions.tsx")),
    panels: lazy(() => import("./provider/panels.tsx")),
    check: async (values, creating) => (await import("./provider/check.ts")).checkProvider(values, creating),
    inputs: {
      kind: lazy(() => import("./provider/kind-input.tsx")),
      credential: lazy(() => import("./provider/credential-input.tsx")),
      credentials: lazy(() => import("./provider/credentials-input.tsx")),
      settings: lazy(() => import("./provider/settings-input.tsx")),
      timeouts: lazy(() => import("./provider/timeouts-input.tsx")),
    },
  },
  experiment: {
    unfolded: true,
    wide: true,
    check: checkWhen,
    actions: lazy(() => import("./experiment/actions.tsx")),
    panels: lazy(() => import("./experiment/panels.tsx")),
    hides: ["status", "run", "started_at", "promoted_variant", "stopped_variants"],
    inputs: {
      when: lazy(() => import("./routing-rule/when-input.tsx")),
      variants: lazy(() => import("./experiment/variants-input.tsx")),
      guardrails: lazy(() => import("./experiment/guardrails-input.tsx")),
      promotion: lazy(() => import("./experiment/promotion-input.tsx")),
    },
    lesson: [
      "Create one: two variants or more, such as the model of today and a smaller one, and the share of requests that each gets.",
      "Start it on its page. Each user, session or key always gets the same variant.",
      "Send feedback on answers with POST /v1/feedback, if quality is what you want to compare.",
    ],
  },
  routing_rule: {
    unfolded: true,
    wide: true,
    listPage: lazy(() => import("../pages/routing/page.tsx")),
    trial: lazy(() => import("./routing-rule/trial.tsx")),
    check: checkWhen,
    inputs: {
      when: lazy(() => import("./routing-rule/when-input.tsx")),
      then: lazy(() => import("./routing-rule/then-input.tsx")),
    },
  },
  price: { unfolded: true, inputs: { rates: lazy(() => import("./price/rates-input.tsx")) } },
  channel: {
    unfolded: true,
    lesson: [
      "Create one: a webhook of yours, or an e-mail service that you have an account at.",
      "Test it on its page. That sends one message, and shows what the receiver answers.",
      "It is told of alerts from then on, as the policies say. Each message is among the deliveries.",
    ],
    panels: lazy(() => import("./notifications/channel-panels.tsx")),
    inputs: {
      kind: lazy(() => import("./notifications/channel-kind-input.tsx")),
      url: lazy(async () => ({ default: (await import("./notifications/channel-inputs.tsx")).UrlInput })),
      sender: lazy(async () => ({ default: (await import("./notifications/channel-inputs.tsx")).SenderInput })),
      addresses: lazy(async () => ({ default: (await import("./notifications/channel-inputs.tsx")).AddressesInput })),
      region: lazy(async () => ({ default: (await import("./notifications/channel-inputs.tsx")).RegionInput })),
      credential: lazy(async () => ({ default: (await import("./notifications/channel-inputs.tsx")).CredentialInput })),
      alert_kinds: lazy(() => import("./notifications/alert-kinds-input.tsx")),
    },
  },
  alert_policy: {
    unfolded: true,
    lesson: [
      "Create one for the organisation, and one for each team that wants another.",
      "Its ladder says who is told when a wallet has spent so much of its limit: the team's lead first, everybody in the end.",
      "People are written to by the oldest e-mail channel; webhooks get what “All channels” or their own name stands at.",
    ],
    listHeader: lazy(() => import("./notifications/policy-header.tsx")),
    panels: lazy(() => import("./notifications/policy-panels.tsx")),
    hides: ["ladder", "recipients"],
    cells: { ladder: LadderCell },
    inputs: {
      ladder: lazy(() => import("./notifications/ladder-input.tsx")),
      recipients: lazy(() => import("./notifications/by-kind-input.tsx")),
    },
  },
  digest: {
    unfolded: true,
    lesson: [
      "Create one: whose spending it sums up, at which hour of whose day it comes, and who gets it.",
      "Each morning it tells what was spent the day before, beside the day before that, the models that cost most, and what is left of the budgets.",
    ],
    panels: lazy(() => import("./notifications/digest-panels.tsx")),
    hides: ["hour", "time_zone", "recipients"],
    cells: { hour: HourCell, recipients: RecipientsCell },
    inputs: {
      hour: lazy(() => import("./notifications/hour-input.tsx")),
      time_zone: lazy(() => import("./notifications/time-zone-input.tsx")),
      recipients: lazy(() => import("./notifications/recipients-input.tsx")),
    },
  },
};

const NOTHING: Extras = {};

export const extrasOf = (resource: string): Extras => EXTRAS[resource] ?? NOTHING;
