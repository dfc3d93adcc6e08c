import { confirmed } from "../dialog.ts";
import { announce, button } from "../dom.ts";
import { count } from "../format.ts";
import type { Extras, Subject } from "./subject.ts";

/** Replacing the key that every credential of the organisation is sealed with. */
export function orgExtras(subject: Subject): Extras {
  if (!subject.con.may("org:own")) return { actions: [], sections: [] };
  return { actions: [button("Replace the data key", () => rotate(subject))], sections: [] };
}

async function rotate({ con, id, label, refuse }: Subject): Promise<void> {
  const sure = await confirmed({
    title: `Replace the data key of “${label}”?`,
    text: "Every stored credential is sealed anew, in one step. Requests go on meanwhile.",
    yes: "Replace",
  });
  if (!sure) return;
  const answer = await con.api.call("POST", `/v1/orgs/${id}/rotate-data-key`);
  if (answer.status === "refused") refuse(answer.error.message);
  else announce(`Done: ${count(Number(answer.body.resealed ?? 0), "credential was", "credentials were")} sealed anew.`);
}
