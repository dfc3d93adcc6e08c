import { type ChannelKindRow, channelKind } from "../../../../../schema/notifications/channel-kinds.ts";

/** What is known of the kind of a form or a row; null until one is chosen. */
export const kindRowOf = (kind: unknown): ChannelKindRow | null =>
  typeof kind === "string" ? channelKind(kind) : null;
