import { DurableObject } from "cloudflare:workers";
import { type AuditSigner, auditSigner } from "../../schema/audit/receipt.ts";
import { log } from "../../schema/kernel/log.ts";
import type {
  AuditAppendAnswer,
  AuditDraft,
  AuditHead,
  AuditRpc,
  AuditVerification,
  AuditWrite,
  AuditWriteAnswer,
} from "../../schema/wire/audit-rpc.ts";
import { Chain, type ChainEffects } from "./chain.ts";
import { type Env, readConfig } from "./env.ts";

/** An org's audit chain as a Durable Object: the RPC surface and nothing else. */
export class AuditObject extends DurableObject<Env> implements AuditRpc {
  /** Own properties cannot be reached over RPC. */
  readonly effects: ChainEffects;
  readonly chain: Chain;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    let signer: Promise<AuditSigner | null> | null = null;
    this.effects = {
      storage: ctx.storage,
      db: env.DB,
      org_id: ctx.id.name,
      signer: () => {
        signer ??= signerOf(env);
        return signer;
      },
    };
    this.chain = new Chain(this.effects);
  }

  write(request: AuditWrite): Promise<AuditWriteAnswer> {
    return this.chain.write(request);
  }

  append(org_id: string, entries: readonly AuditDraft[]): Promise<AuditAppendAnswer> {
    return this.chain.append(org_id, entries);
  }

  head(org_id: string): Promise<AuditHead> {
    return this.chain.head(org_id);
  }

  verify(org_id: string): Promise<AuditVerification> {
    return this.chain.verify(org_id);
  }
}

async function signerOf(env: Env): Promise<AuditSigner | null> {
  const result = readConfig(env);
  if (result.ok) return await auditSigner(result.config.AO_AUDIT_KEY);
  log("error", "audit_not_configured", { problem: result.problem });
  return null;
}
