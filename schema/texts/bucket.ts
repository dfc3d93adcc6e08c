import { type Jurisdiction, jurisdictionOf } from "../kernel/jurisdiction.ts";
import { unreachable } from "../kernel/unreachable.ts";

/** What is asked of a bucket here. */
export type TextsBucket = Pick<R2Bucket, "put" | "get" | "delete">;

/** The bindings of a worker that has to do with texts. */
export interface TextsBindings {
  readonly TEXTS?: TextsBucket | undefined;
  readonly TEXTS_EU?: TextsBucket | undefined;
}

/** The bucket of an org, in the jurisdiction that its id says; null where there is none: nothing is kept elsewhere. */
export const textsBucket = (bindings: TextsBindings, org_id: string): TextsBucket | null =>
  bucketIn(bindings, jurisdictionOf(org_id));

/** The bucket in a jurisdiction, null being anywhere. */
export function bucketIn({ TEXTS, TEXTS_EU }: TextsBindings, jurisdiction: Jurisdiction | null): TextsBucket | null {
  switch (jurisdiction) {
    case null:
      return TEXTS ?? null;
    case "eu":
      return TEXTS_EU ?? null;
    default:
      return unreachable(jurisdiction);
  }
}

/** Of a request's texts. */
export interface TextsPlace {
  readonly org_id: string;
  readonly request_id: string;
}

/** The name of their object in the bucket. */
export const textsKey = ({ org_id, request_id }: TextsPlace): string => `${org_id}/${request_id}`;
