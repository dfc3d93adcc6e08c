import * as z from "zod";

/** A credential beside a provider's main one, as its row keeps it: `sealed` as schema/credential/seal.ts writes it. */
export const namedCredential = z.object({ name: z.string(), sealed: z.string() });
export type NamedCredential = z.infer<typeof namedCredential>;

/** What the main credential is called beside named ones. */
export const MAIN_CREDENTIAL = "main";

/** A row's named credentials; none where the column is null. Throws on what is not written here. */
export const namedCredentials = (stored: unknown): readonly NamedCredential[] =>
  z
    .array(namedCredential)
    .nullish()
    .parse(typeof stored === "string" ? JSON.parse(stored) : stored) ?? [];
