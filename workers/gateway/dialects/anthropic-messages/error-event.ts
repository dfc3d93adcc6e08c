import type { ErrorBody } from "../../../../schema/kernel/errors.ts";
import { errorStatusOf } from "../error-status.ts";
import type { StreamTail } from "../stream-renderer.ts";
import { anthropicEnvelope } from "./error-envelope.ts";
import { messagesEvent } from "./messages-event.ts";

/** An error in a stream: the envelope of an error's answer, as an event. */
export const errorEvent = (body: ErrorBody): string =>
  `event: error\ndata: ${JSON.stringify(anthropicEnvelope(body, errorStatusOf(body)))}\n\n`;

/** The end of a stream that said nothing, not even that it began: no message, and none that looks like one. */
export const emptyStream = (): string =>
  messagesEvent("error", {
    error: {
      type: "api_error",
      message: "The provider's stream ended without an answer. Try again.",
      code: "upstream_error",
    },
  });

/** A cut at what the wallet covers before the caller got anything. */
export const cutBeforeStart = ({ ao }: StreamTail): string => {
  const code = ao?.cut ?? "wallet_exhausted";
  return messagesEvent("error", {
    error: { type: "billing_error", message: "The wallet does not cover the beginning of the answer.", code },
    ...(ao === null ? {} : { ao }),
  });
};
