import { useRef } from "react";
import { effects } from "../lib/effects.ts";

/** The headers of a creation: the same once more, after an answer that was lost, makes nothing twice. */
export function useAttempt(): (body: unknown) => Readonly<Record<string, string>> {
  const attempt = useRef({ body: "", key: "" });
  return (body) => {
    const text = JSON.stringify(body);
    if (attempt.current.body !== text) attempt.current = { body: text, key: effects.newId("request") };
    return { "idempotency-key": attempt.current.key };
  };
}
