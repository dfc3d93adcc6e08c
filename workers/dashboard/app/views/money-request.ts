import { announce, button } from "../dom.ts";
import type { Extras, Subject } from "./subject.ts";

/** A request for money that waits: whoever may decide does it here. That it is not their own is for the API to say. */
export function moneyRequestExtras(subject: Subject): Extras {
  const { con, resource, row } = subject;
  if (row.status !== "pending" || !con.may(resource.write)) return { actions: [], sections: [] };
  return {
    actions: [button("Approve", () => decide(subject, "approve")), button("Reject", () => decide(subject, "reject"))],
    sections: [],
  };
}

async function decide({ con, resource, id, refuse }: Subject, verdict: "approve" | "reject"): Promise<void> {
  const answer = await con.api.call("POST", `${resource.path}/${id}/${verdict}`);
  if (answer.status === "refused") {
    refuse(answer.error.message);
    return;
  }
  announce(verdict === "approve" ? "Approved." : "Rejected.");
  await con.reload();
}
