import * as z from "zod";
import type { JsonObject } from "../kernel/json.ts";

/** What a message says, before it is written for anybody: a channel makes an e-mail or a body of it. */
export const notificationSchema = z.object({
  /** `test` is no message of anything that happened. */
  type: z.enum(["alert", "digest", "test"]),
  /** An alert's kind; `daily` for a digest, `test` for a test. */
  kind: z.string(),
  org_id: z.string(),
  /** What it tells of: the id of an alert, of a digest and its day. */
  source_id: z.string(),
  /** When that happened, milliseconds. */
  at: z.int(),
  /** One line, without an end. */
  title: z.string(),
  /** Sentences, one paragraph each. */
  lines: z.array(z.string()),
  tables: z.array(z.object({ title: z.string(), columns: z.array(z.string()), rows: z.array(z.array(z.string())) })),
  /** The same for programs. Money as decimal strings, times in RFC 3339. */
  data: z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value)),
});

export type Notification = z.infer<typeof notificationSchema>;
export type NotificationTable = Notification["tables"][number];
