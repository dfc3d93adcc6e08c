import * as z from "zod";
import { tryParseJson } from "../../schema/kernel/json.ts";
import { type NanoUsd, parseUsd } from "../../schema/kernel/money.ts";

/** The console's API as an administrator's program calls it. */

export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface WalletFigures {
  readonly limit_nano_usd: NanoUsd | null;
  readonly spent_nano_usd: NanoUsd;
  readonly held_nano_usd: NanoUsd;
  readonly leased_nano_usd: NanoUsd;
  readonly open_holds: number;
}

export interface Admin {
  /** Null when the connection broke: whether it happened is unknown. */
  call(method: string, path: string, body?: object): Promise<AdminAnswer | null>;
  /** Makes something and answers it. Throws unless it was made. */
  make(path: string, body: object): Promise<Record<string, unknown> & { readonly id: string }>;
  /** What a wallet's object says of itself; null when nobody answered. */
  figures(wallet_id: string): Promise<WalletFigures | null>;
  /** What the wallet's own check of its books finds; null when nobody answered. */
  audit(wallet_id: string): Promise<{ readonly ok: boolean; readonly problems: readonly string[] } | null>;
}

const amount = z.string().transform((text, context): NanoUsd => {
  const parsed = parseUsd(text);
  if (parsed !== null) return parsed;
  context.addIssue(`${text} is no amount`);
  return z.NEVER;
});

const figuresSchema = z.object({
  limit_usd: amount.nullable(),
  spent_usd: amount,
  held_usd: amount,
  leased_usd: amount,
  open_holds: z.int(),
});

const auditSchema = z.object({ ok: z.boolean(), problems: z.array(z.string()) });

export function adminOf(url: string, key: string): Admin {
  const call: Admin["call"] = async (method, path, body) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) };
    try {
      const response = await fetch(`${url}${path}`, init);
      return { status: response.status, body: tryParseJson(await response.text()) };
    } catch {
      return null;
    }
  };
  return {
    call,
    async make(path, body) {
      const answer = await call("POST", path, body);
      if (answer?.status !== 201) throw new Error(`POST ${path}: ${JSON.stringify(answer)}`);
      return z.looseObject({ id: z.string() }).parse(answer.body);
    },
    async figures(wallet_id) {
      const answer = await call("GET", `/v1/wallets/${wallet_id}`);
      const found = figuresSchema.safeParse(answer?.body).data;
      if (answer?.status !== 200 || found === undefined) return null;
      return {
        limit_nano_usd: found.limit_usd,
        spent_nano_usd: found.spent_usd,
        held_nano_usd: found.held_usd,
        leased_nano_usd: found.leased_usd,
        open_holds: found.open_holds,
      };
    },
    async audit(wallet_id) {
      const answer = await call("POST", `/v1/wallets/${wallet_id}/audit`);
      return answer?.status === 200 ? auditSchema.parse(answer.body) : null;
    },
  };
}
