import type { Console, View } from "../console.ts";
import { passwordControl } from "../control.ts";
import { announce, button, h, problemNode } from "../dom.ts";
import { form } from "../form.ts";
import { timeNode } from "../format.ts";
import { type Row, rowsIn, textIn, textOrNull } from "../json.ts";
import { hrefTo } from "../place.ts";
import { table } from "../table.ts";
import { refusedView } from "./refused.ts";
import { PASSWORD_RULE } from "./sign-in.ts";

export const passwordView = (con: Console): View => ({
  title: "Change the password",
  content: [
    h("p", { class: "lead" }, "You stay signed in here, and are signed out everywhere else."),
    form({
      controls: [
        passwordControl({ name: "current_password", label: "Current password", autocomplete: "current-password" }),
        passwordControl({
          name: "new_password",
          label: "New password",
          hint: [PASSWORD_RULE],
          autocomplete: "new-password",
        }),
      ],
      submit: "Change the password",
      send: async (values) => {
        const answer = await con.api.call("POST", "/v1/auth/password", { body: values });
        if (answer.status === "refused") return { error: answer.error };
        announce("The password was changed.");
        con.go(hrefTo(["account", "sessions"]));
        return null;
      },
    }),
  ],
});

export async function sessionsView(con: Console): Promise<View> {
  const answer = await con.api.call("GET", "/v1/auth/sessions");
  if (answer.status === "refused") return refusedView(answer.error);
  const sessions = rowsIn(answer.body, "data");
  const problem = h("div", {});
  const end = async (path: string, said: string): Promise<void> => {
    const ended = await con.api.call("DELETE", path);
    if (ended.status === "refused") {
      problem.replaceChildren(problemNode(ended.error.message));
      return;
    }
    announce(said);
    await con.reload();
  };
  return {
    title: "Where you are signed in",
    content: [
      problem,
      table(
        "Sessions, newest first",
        [{ head: "Browser" }, { head: "Address" }, { head: "Since" }, { head: "Ends" }, { head: "" }],
        sessions.map((row) =>
          sessionCells(con, row, () => end(`/v1/auth/sessions/${textIn(row, "id")}`, "The session was ended.")),
        ),
      ),
      ...(sessions.length < 2
        ? []
        : [
            h(
              "div",
              { class: "actions" },
              button("End all others", () => end("/v1/auth/sessions", "All other sessions were ended."), {
                class: "danger",
              }),
            ),
          ]),
    ],
  };
}

const sessionCells = (con: Console, row: Row, end: () => Promise<void>): readonly (Node | string)[] => [
  browserName(textOrNull(row, "user_agent")),
  textOrNull(row, "ip") ?? "–",
  timeNode(textIn(row, "created_at"), con.effects.now()),
  timeNode(textIn(row, "expires_at"), con.effects.now()),
  row.current === true ? h("span", { class: "badge" }, "This one") : button("End", end),
];

/** Enough to tell one's own browsers apart. */
function browserName(agent: string | null): string {
  if (agent === null || agent === "") return "Unknown";
  const known = /(Firefox|Edg|OPR|Chrome|Safari)\/(\d+)/.exec(agent);
  const system = /\b(Windows|Macintosh|Android|iPhone|iPad|Linux)\b/.exec(agent)?.[1];
  const browser = known === null ? agent.slice(0, 40) : `${known[1] === "Edg" ? "Edge" : known[1]} ${known[2]}`;
  return system === undefined ? browser : `${browser}, ${system === "Macintosh" ? "macOS" : system}`;
}
