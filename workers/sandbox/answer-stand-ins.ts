import type * as z from "zod";
import { describeIssue } from "../../schema/http/describe-issue.ts";
import { tryParseJson } from "../../schema/kernel/json.ts";
import { aiFaultsSchema, FAULTS, type StandInsEnv, vectorizeFaultsSchema, vectorsOf } from "./stand-ins.ts";

/**
 * The pages of the stand-ins: GET shows the faults that they were told, PUT replaces them (what is left out is well
 * behaved), DELETE ends them; for Vectorize it deletes all vectors too. Null for any other path.
 */
export async function answerStandIns(request: Request, env: StandInsEnv): Promise<Response | null> {
  switch (new URL(request.url).pathname) {
    case "/_ai":
      return answerFaults(request, aiFaultsSchema, "ai");
    case "/_vectorize":
      if (request.method === "DELETE") await vectorsOf(env).clear();
      return answerFaults(request, vectorizeFaultsSchema, "vectorize");
    default:
      return null;
  }
}

async function answerFaults<Name extends keyof typeof FAULTS>(
  request: Request,
  schema: z.ZodType<(typeof FAULTS)[Name]>,
  name: Name,
): Promise<Response> {
  if (!["GET", "PUT", "DELETE"].includes(request.method)) return new Response(null, { status: 405 });
  if (request.method !== "GET") {
    const wanted = schema.safeParse(request.method === "PUT" ? tryParseJson(await request.text()) : {});
    if (!wanted.success) return Response.json({ error: describeIssue(wanted.error) }, { status: 400 });
    FAULTS[name] = wanted.data;
  }
  return Response.json(FAULTS[name]);
}
