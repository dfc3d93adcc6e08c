import type { EventOf } from "../../schema/wire/events.ts";

/** The kinds of events that this benchmark delivers: one for each table that the consumer writes. */
export type StoredEvent = EventOf<"request.completed" | "request.adjusted" | "wallet.threshold">;
