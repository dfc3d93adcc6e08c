import { type Jurisdiction, jurisdictionOf } from "../kernel/jurisdiction.ts";
import { log } from "../kernel/log.ts";

/** Durable Objects as a binding has them: a namespace of stubs. */
export interface ObjectNamespace<Stub> {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): Stub;
  /** The part of it whose objects run and keep their data in that jurisdiction. */
  jurisdiction?(jurisdiction: Jurisdiction): ObjectNamespace<Stub>;
}

/** What the open-source runtime, which has no regions, throws instead of an answer. */
const NOT_IMPLEMENTED = "Jurisdiction restrictions are not implemented in workerd.";

/**
 * The object of that name, in the jurisdiction that the name says. The only way from a name to an object: the same name
 * without the jurisdiction is another object. Throws rather than reach one elsewhere. A stub of one request only.
 */
export function objectNamed<Stub>(namespace: ObjectNamespace<Stub>, name: string): Stub {
  const jurisdiction = jurisdictionOf(name);
  const place = jurisdiction === null ? namespace : within(namespace, jurisdiction);
  return place.get(idNamed(namespace, place, name));
}

let told = false;

function within<Stub>(namespace: ObjectNamespace<Stub>, jurisdiction: Jurisdiction): ObjectNamespace<Stub> {
  if (namespace.jurisdiction === undefined) throw new Error(`this namespace has no jurisdiction "${jurisdiction}"`);
  try {
    return namespace.jurisdiction(jurisdiction);
  } catch (error) {
    // On one machine everything is in one place. Nothing else may end up outside the jurisdiction.
    if (!(error instanceof Error) || error.message !== NOT_IMPLEMENTED) throw error;
    if (!told) log("warn", "jurisdiction_not_implemented", { jurisdiction });
    told = true;
    return namespace;
  }
}

/** Ids by name: deriving one hashes the name, and an object's never changes. Bounded by dropping all. */
const ids = new WeakMap<object, Map<string, DurableObjectId>>();
const IDS_MAX = 10_000;

function idNamed<Stub>(namespace: ObjectNamespace<Stub>, place: ObjectNamespace<Stub>, name: string): DurableObjectId {
  const of_namespace = ids.get(namespace) ?? new Map<string, DurableObjectId>();
  const known = of_namespace.get(name);
  if (known !== undefined) return known;
  if (of_namespace.size >= IDS_MAX) of_namespace.clear();
  const id = place.idFromName(name);
  of_namespace.set(name, id);
  ids.set(namespace, of_namespace);
  return id;
}
