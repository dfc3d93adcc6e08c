import { type Console, endedWord } from "../console.ts";
import { framed, selectInput, sends } from "../control.ts";
import { copyable, openDialog, showOnce } from "../dialog.ts";
import { button, h } from "../dom.ts";
import { form } from "../form.ts";
import { textIn } from "../json.ts";
import { hrefTo } from "../place.ts";
import { firstRequest } from "./first-steps.ts";
import type { Extras, Subject } from "./subject.ts";

/** Rotating a key. */
export function keyExtras(subject: Subject): Extras {
  const { con, resource, row } = subject;
  if (!con.may(resource.write) || endedWord(row, con.effects.now()) !== null) return { actions: [], sections: [] };
  return { actions: [button("Rotate", () => askOverlap(subject))], sections: [] };
}

const HOUR_MS = 3_600_000;
const OVERLAPS = [
  { value: "0", label: "Not at all: it is revoked at once" },
  { value: String(HOUR_MS), label: "An hour" },
  { value: String(24 * HOUR_MS), label: "A day" },
  { value: String(7 * 24 * HOUR_MS), label: "A week" },
  { value: String(30 * 24 * HOUR_MS), label: "30 days" },
] as const;
const DEFAULT_OVERLAP = String(24 * HOUR_MS);

function askOverlap({ con, resource, id, label }: Subject): void {
  const select = selectInput(OVERLAPS, DEFAULT_OVERLAP);
  const overlap = {
    ...framed({ name: "overlap_ms", label: "The old key works on for", required: true }, select),
    read: () => sends(Number(select.value)),
  };
  const dialog = openDialog(
    `Rotate the key “${label}”?`,
    h("p", {}, "A new key takes its place, with the same wallet, scopes and models."),
    form({
      controls: [overlap],
      submit: "Rotate",
      beside: button("Cancel", () => dialog.close()),
      send: async (values) => {
        const answer = await con.api.call("POST", `${resource.path}/${id}/rotate`, { body: values });
        if (answer.status === "refused") return { error: answer.error };
        dialog.close();
        con.go(hrefTo([resource.slug, textIn(answer.body, "id")]));
        await showKey(con, textIn(answer.body, "key"));
        return null;
      },
    }),
  );
}

/** A new key, this once, and a first request with it. */
export async function showKey(con: Console, key: string): Promise<void> {
  con.latest_key = key;
  await con.names.prepare(["provider"]);
  await showOnce({
    title: "Your new key",
    warning: "Copy it now: it is not stored, and is never shown again.",
    label: "The key",
    value: key,
    more: [copyable("A first request with it", firstRequest(con, key))],
  });
}
