import * as z from "zod";
import { JURISDICTIONS } from "../../../schema/kernel/jurisdiction.ts";

/** What a body that makes an org may say of where its objects are. */
export const dataJurisdictionField = z
  .enum(JURISDICTIONS, `must be ${JURISDICTIONS.map((jurisdiction) => `"${jurisdiction}"`).join(" or ")}, or left out`)
  .nullable()
  .optional()
  .describe(
    "Where the objects of its wallets, its audit log and its providers' health run and keep their data: `eu` is the European Union. It cannot be changed later. Anywhere unless given.",
  );
