import type { Api } from "../api.ts";
import type { View } from "../console.ts";
import { lineControl, passwordControl } from "../control.ts";
import { h } from "../dom.ts";
import { form, type Refusal } from "../form.ts";
import type { Row } from "../json.ts";
import { hrefTo } from "../place.ts";

/** What the API asks of a new password; a test compares it. */
export const PASSWORD_RULE = "At least 12 characters, any of them. A few words are easy to remember and hard to guess.";

/** The pages before somebody is signed in. */
export interface Door {
  readonly api: Api;
  /** Of the invitation that somebody came with. */
  readonly token: string | null;
  /** Why one stands at the door again. */
  readonly notice: string | null;
  /** Goes in. `problem` is what the API says is still to be done. */
  enter(problem: string | null): Promise<void>;
}

export function signInView(door: Door): View {
  const controls = [
    lineControl({ name: "email", label: "E-mail address", type: "email", autocomplete: "username" }),
    passwordControl({ name: "password", label: "Password", autocomplete: "current-password" }),
  ];
  return {
    title: "Sign in",
    content: [
      ...notices(door),
      form({
        controls,
        submit: "Sign in",
        send: async (values) => {
          const answer = await door.api.call("POST", "/v1/auth/sign-in", { body: values });
          if (answer.status === "refused") return { error: answer.error };
          return door.token === null ? await entered(door, null) : await accept(door, door.token);
        },
      }),
      h("p", {}, "No account yet? ", h("a", { href: elsewhere(door, "sign-up") }, "Sign up"), "."),
      guide(),
    ],
  };
}

export function signUpView(door: Door): View {
  const { token } = door;
  const controls = [
    lineControl({ name: "email", label: "E-mail address", type: "email", autocomplete: "username" }),
    lineControl({ name: "name", label: "Your name", autocomplete: "name" }),
    passwordControl({ name: "password", label: "Password", hint: [PASSWORD_RULE], autocomplete: "new-password" }),
    ...(token === null
      ? [
          lineControl({
            name: "org_name",
            label: "Organisation",
            hint: ["What it is called; your own name unless given."],
            required: false,
            autocomplete: "organization",
          }),
        ]
      : []),
    lineControl({
      name: "invitation_token",
      label: "Invitation",
      hint: ["Joins the organisation that invited you."],
      initial: token ?? "",
      required: false,
    }),
  ];
  return {
    title: token === null ? "Sign up" : "Accept the invitation",
    content: [
      ...notices(door),
      form({
        controls,
        submit: token === null ? "Sign up" : "Sign up and join",
        send: async (values) => {
          const answer = await door.api.call("POST", "/v1/auth/sign-up", { body: values });
          return answer.status === "refused" ? { error: answer.error } : await entered(door, problemOf(answer.body));
        },
      }),
      h("p", {}, "You have an account? ", h("a", { href: elsewhere(door, "sign-in") }, "Sign in"), "."),
      guide(),
    ],
  };
}

const problemOf = (body: Row): string | null => (typeof body.problem === "string" ? body.problem : null);

async function accept(door: Door, token: string): Promise<Refusal | null> {
  const answer = await door.api.call("POST", "/v1/invitations/accept", { body: { token } });
  return await entered(door, answer.status === "refused" ? answer.error.message : null);
}

async function entered(door: Door, problem: string | null): Promise<null> {
  await door.enter(problem);
  return null;
}

/** An invitation goes along from one page to the other. */
const elsewhere = ({ token }: Door, page: "sign-in" | "sign-up"): string =>
  token === null
    ? hrefTo([page])
    : page === "sign-up"
      ? hrefTo(["invite", token])
      : hrefTo(["sign-in"], { invitation: token });

const notices = ({ notice, token }: Door): readonly Node[] => [
  ...(notice === null ? [] : [h("p", { class: "alert", role: "status" }, notice)]),
  ...(token === null
    ? []
    : [
        h(
          "p",
          { class: "lead" },
          "You were invited to an organisation. Use the e-mail address that the invitation was sent to.",
        ),
      ]),
];

const guide = (): Node =>
  h(
    "p",
    { class: "soft" },
    "To make requests you need no account, only a key: see the ",
    h("a", { href: "/docs" }, "API reference"),
    ".",
  );
