import type { Api } from "../api.ts";
import type { View } from "../console.ts";
import { lineControl } from "../control.ts";
import { h } from "../dom.ts";
import { form } from "../form.ts";
import { rowIn, textIn } from "../json.ts";

/** Somebody who is signed in, and the way into an org. */
export interface Joining {
  readonly api: Api;
  readonly email: string;
  readonly token: string | null;
  readonly notice: string | null;
  enter(org_id: string): Promise<void>;
}

/** For somebody of no organisation, and for another one. */
export function organisationView(joining: Joining): View {
  return {
    title: "Your organisation",
    content: [
      ...(joining.notice === null ? [] : [h("p", { class: "alert", role: "status" }, joining.notice)]),
      h("h2", {}, "Create one"),
      form({
        controls: [
          lineControl({
            name: "name",
            label: "Name",
            hint: ["You become its owner, with a first wallet of $25 a month."],
            autocomplete: "organization",
          }),
        ],
        submit: "Create the organisation",
        send: (values) => enterBy(joining, "/v1/orgs", values),
      }),
      h("h2", {}, "Or join one"),
      joinForm(joining),
    ],
  };
}

/** For somebody who is signed in and came with an invitation. */
export function joinView(joining: Joining): View {
  return {
    title: "Accept the invitation",
    content: [
      h("p", { class: "lead" }, `You are signed in as ${joining.email}. The invitation must be for this address.`),
      joinForm(joining),
    ],
  };
}

const joinForm = (joining: Joining): Node =>
  form({
    controls: [
      lineControl({
        name: "token",
        label: "Invitation",
        hint: ["The last part of the link that you were given: `aoi_…`".replaceAll("`", "")],
        initial: joining.token ?? "",
      }),
    ],
    submit: "Join",
    send: (values) => enterBy(joining, "/v1/invitations/accept", values),
  });

async function enterBy(joining: Joining, path: string, body: unknown) {
  const answer = await joining.api.call("POST", path, { body });
  if (answer.status === "refused") return { error: answer.error };
  await joining.enter(textIn(rowIn(answer.body, "org"), "id"));
  return null;
}
