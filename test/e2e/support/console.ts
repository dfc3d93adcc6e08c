import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { TestPlatform } from "./platform.ts";

/** All that a caller needs to know of a platform. */
type Place = Pick<TestPlatform, "url">;

/** What an answer of the console was: its status, its body as JSON (null when it has none), its headers. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly text: string;
  readonly headers: Headers;
}

/** Somebody who calls: by a key, by a session cookie, or as nobody. */
export interface Caller {
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export const PASSWORD = "a long passphrase";

/** Calls with these headers on every request. */
export function caller(platform: Place, credentials: Readonly<Record<string, string>>): Caller {
  return {
    async call(method, path, body, headers = {}) {
      const sent = body === undefined ? {} : { "content-type": "application/json" };
      const answer = await fetch(`${platform.url}${path}`, {
        method,
        headers: { ...credentials, ...sent, ...headers },
        body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
      });
      const text = await (method === "GET" ? textOf(answer) : answer.text());
      return { status: answer.status, body: objectOf(text), text, headers: answer.headers };
    },
  };
}

/** The whole body; of an event stream, which has no end, what comes first. */
async function textOf(answer: Response): Promise<string> {
  if (answer.headers.get("content-type")?.startsWith("text/event-stream") !== true) return await answer.text();
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(first?.value);
}

function objectOf(text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    return {};
  }
}

export const byKey = (platform: Place, key: string): Caller => caller(platform, { authorization: `Bearer ${key}` });

export interface Person extends Caller {
  readonly email: string;
  readonly cookie: string;
}

export interface Founder extends Person {
  readonly org_id: string;
  readonly wallet_id: string;
}

/** An address that nobody has yet. */
export const newEmail = (name = "user"): string => `${name}-${randomBytes(6).toString("hex")}@example.com`;

/** Signs up and founds an org; `more` is sent along. */
export async function signUp(
  platform: Place,
  email: string = newEmail(),
  more: Readonly<Record<string, string>> = {},
): Promise<Founder> {
  const { person, body } = await signedUp(platform, { email, ...more });
  const { org, wallet_id } = z.object({ org: z.object({ id: z.string() }), wallet_id: z.string() }).parse(body);
  return { ...person, org_id: org.id, wallet_id };
}

/** Signs up with an invitation and joins its org. */
export async function joinBy(platform: TestPlatform, email: string, invitation_token: string): Promise<Person> {
  return (await signedUp(platform, { email, invitation_token })).person;
}

async function signedUp(platform: Place, more: Readonly<Record<string, string>>) {
  const nobody = caller(platform, {});
  const answer = await nobody.call("POST", "/v1/auth/sign-up", { password: PASSWORD, name: "Somebody", ...more });
  if (answer.status !== 201) throw new Error(`sign-up: ${answer.status} ${answer.text}`);
  const cookie = (answer.headers.getSetCookie()[0] ?? "").split(";")[0] ?? "";
  return { person: { ...caller(platform, { cookie }), cookie, email: more.email ?? "" }, body: answer.body };
}

/** Invites somebody with a role, who signs up and joins. */
export async function invite(
  platform: TestPlatform,
  inviter: Caller,
  invitation: { readonly role: string; readonly team_id?: string; readonly team_role?: string },
): Promise<Person> {
  const email = newEmail(invitation.role);
  const { body } = expectStatus(await inviter.call("POST", "/v1/invitations", { email, ...invitation }), 201);
  return joinBy(platform, email, z.string().parse(body.token));
}

/** Makes something and answers it. */
export async function make(by: Caller, path: string, body: object): Promise<Record<string, unknown> & { id: string }> {
  const answer = expectStatus(await by.call("POST", path, body), 201);
  return z.looseObject({ id: z.string() }).parse(answer.body);
}

/** The answer when it has that status; otherwise an error that shows it. */
export function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${answer.text}`);
  return answer;
}

/** The code of an error's envelope. */
export const codeOf = (answer: Answer): unknown =>
  z.object({ error: z.looseObject({ code: z.unknown() }) }).safeParse(answer.body).data?.error.code;

/** The message of an error's envelope. */
export const messageOf = (answer: Answer): string =>
  z.object({ error: z.looseObject({ message: z.string() }) }).safeParse(answer.body).data?.error.message ?? "";

/** The rows of a list. */
export const rowsOf = (answer: Answer): readonly Record<string, unknown>[] =>
  z.object({ data: z.array(z.record(z.string(), z.unknown())) }).parse(answer.body).data;
