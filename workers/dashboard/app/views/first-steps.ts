import { type Console, endedWord, type View } from "../console.ts";
import { copyable } from "../dialog.ts";
import { h } from "../dom.ts";
import { type Row, rowsIn, textIn, textsIn } from "../json.ts";
import { hrefTo } from "../place.ts";

/** The way from nothing to a first request, as far as it has been gone. */

interface Step {
  readonly title: string;
  readonly text: string;
  readonly done: boolean;
  readonly more: readonly Node[];
}

/** More wallets are not asked for their first charge: whoever has them needs no first steps. */
const WALLETS_ASKED = 5;

export async function firstStepsView(con: Console): Promise<View> {
  const steps = await readSteps(con);
  const left = steps.filter(({ done }) => !done).length;
  const lead =
    left === 0
      ? "All done. This is how the next app gets its key, too."
      : "From an empty organisation to a first answer.";
  return {
    title: "First steps",
    content: [h("p", { class: "lead" }, lead), h("ol", { class: "steps" }, ...steps.map(stepNode))],
  };
}

/** Whether there is anything left to do. */
export const stepsLeft = async (con: Console): Promise<boolean> => (await readSteps(con)).some(({ done }) => !done);

async function readSteps(con: Console): Promise<readonly Step[]> {
  await con.names.prepare(["wallet", "provider", "key"]);
  const now = con.effects.now();
  const open = (name: string): readonly Row[] => con.names.rows(name).filter((row) => endedWord(row, now) === null);
  const [wallets, providers] = [open("wallet"), open("provider").filter((row) => row.enabled === true)];
  const keys = open("key").filter((row) => textsIn(row, "scopes").includes("inference"));
  const spent = await anySpent(
    con,
    keys.map((key) => textIn(key, "wallet_id")),
  );
  return [
    {
      title: "A wallet",
      text: "A budget that keys spend from. Every request is held in it before it is sent, and charged exactly.",
      done: wallets.length > 0,
      more: actions(con, "wallet", wallets.length > 0),
    },
    {
      title: "A provider",
      text: "An upstream account whose models are offered. The kind sandbox needs no account: it runs on a developer's machine and answers with what you said.",
      done: providers.length > 0,
      more: actions(con, "provider", providers.length > 0),
    },
    {
      title: "A key",
      text: "What an app identifies itself with. It is shown once, when it is made.",
      done: keys.length > 0,
      more: actions(con, "key", keys.length > 0),
    },
    {
      title: "A first request",
      text: "Any OpenAI client works: give it this address followed by /v1, and the key.",
      done: spent,
      more: [
        copyable(
          con.latest_key === null ? "With your key in place of ao_…" : "With the key that you just made",
          firstRequest(con, con.latest_key),
        ),
      ],
    },
  ];
}

/** A chat completion with curl, of a model that there is. */
export function firstRequest(con: Console, key: string | null): string {
  const providers = con.names.rows("provider");
  const sandbox = providers.find((row) => row.kind === "sandbox");
  const [other] = providers;
  const model =
    sandbox === undefined && other !== undefined
      ? `${textIn(other, "id")}/…`
      : `${textIn(sandbox ?? { id: "sandbox" }, "id")}/echo`;
  return [
    `curl ${location.origin}/v1/chat/completions \\`,
    `  -H 'authorization: Bearer ${key ?? "ao_…"}' \\`,
    "  -H 'content-type: application/json' \\",
    `  -d '${JSON.stringify({ model, messages: [{ role: "user", content: "Hello!" }] })}'`,
  ].join("\n");
}

async function anySpent(con: Console, wallet_ids: readonly string[]): Promise<boolean> {
  const asked = [...new Set(wallet_ids)].slice(0, WALLETS_ASKED);
  const ledgers = await Promise.all(
    asked.map((id) => con.api.call("GET", `/v1/wallets/${id}/ledger`, { query: { limit: "100" } })),
  );
  return ledgers.some(
    (answer) => answer.status === "ok" && rowsIn(answer.body, "data").some((row) => row.kind === "charge"),
  );
}

function actions(con: Console, name: string, done: boolean): readonly Node[] {
  const resource = con.resource(name);
  if (resource === undefined) return [];
  if (done) return [h("p", {}, h("a", { href: hrefTo([resource.slug]) }, `Show ${resource.one}s`))];
  if (!con.may(resource.write)) return [h("p", { class: "soft" }, "An administrator of your organisation makes it.")];
  return [
    h("p", {}, h("a", { class: "button primary", href: hrefTo(["create", resource.slug]) }, `Create ${resource.one}`)),
  ];
}

const stepNode = ({ title, text, done, more }: Step): Node =>
  h(
    "li",
    { class: done ? "done" : null },
    h("h2", {}, title, " ", h("span", { class: "badge" }, done ? "Done" : "To do")),
    h("p", {}, text),
    ...more,
  );
