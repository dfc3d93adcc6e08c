import { createParser } from "eventsource-parser";
import * as z from "zod";
import { Refusal, type Subject } from "./kit.ts";

const errorShape = z.looseObject({
  error: z.looseObject({
    message: z.string(),
    code: z.string().nullish(),
    type: z.string().nullish(),
    param: z.string().nullish(),
  }),
});

/** Every call ends within this. */
const CALL_MS = 120_000;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function send(subject: Subject, path: string, body: unknown, headers: Readonly<Record<string, string>>) {
  return await fetch(`${subject.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${subject.key}`, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(CALL_MS),
  });
}

/** Posts a body and answers whatever came. */
export async function post(
  subject: Subject,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await send(subject, path, body, headers);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Posts a body and expects success. Throws a Refusal for an error answer. */
export async function ask(
  subject: Subject,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await post(subject, path, body, headers);
  if (answer.status >= 400) throw refusalOf(answer.status, answer.body);
  return answer;
}

export interface StreamEvent {
  readonly event: string | null;
  readonly data: string;
}

/** Posts a body and answers the events of the stream. Throws a Refusal for an error answer. */
export async function stream(
  subject: Subject,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly StreamEvent[]> {
  const response = await send(subject, path, { ...body, stream: true }, headers);
  if (!response.ok) throw refusalOf(response.status, await response.json());
  const events: StreamEvent[] = [];
  const parser = createParser({ onEvent: ({ event, data }) => events.push({ event: event ?? null, data }) });
  parser.feed(await response.text());
  return events;
}

function refusalOf(status: number, body: unknown): Error {
  const parsed = errorShape.safeParse(body);
  if (!parsed.success) return new Error(`answered ${status} without an error envelope: ${JSON.stringify(body)}`);
  const { message, code, type, param } = parsed.data.error;
  return new Refusal(status, code ?? type ?? "", param ?? null, message);
}
