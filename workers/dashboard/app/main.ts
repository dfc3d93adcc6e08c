import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { type Api, createApi } from "./api.ts";
import { type Account, type Console, enterOrg, readAccount, type View } from "./console.ts";
import { announce, h } from "./dom.ts";
import { readPlace, samePath } from "./place.ts";
import { consoleShell, doorShell, pageContent, type Shell, type ShellActions } from "./shell.ts";
import { type Joining, joinView, organisationView } from "./views/organisation.ts";
import { refusedView } from "./views/refused.ts";
import { type Door, signInView, signUpView } from "./views/sign-in.ts";
import { viewOf } from "./views/views.ts";

/** The console in a browser: who is signed in, which page is shown, and what changes between two of them. */

const CHOSEN_ORG = "ao-org";

type State =
  | { readonly status: "out"; readonly notice: string | null }
  | { readonly status: "no_org"; readonly account: Account; readonly notice: string | null }
  | { readonly status: "in"; readonly console: Console }
  | { readonly status: "failed"; readonly view: View };

const effects = runtimeEffects();
const root = document.getElementById("app") ?? document.body;
const main = h("main", { id: "main" });
const SIGNED_OUT: State = { status: "out", notice: null };

let state: State = SIGNED_OUT;
let shell: Shell = doorShell(main, null, { signOut, enter: enterChosen });
let shown = readPlace(location.hash);
let renders = 0;

/** Without an org: identity belongs to none. */
const anyOrg: Api = createApi(effects, null, ended);

/** The session ended by itself, or elsewhere: in again at the same page. */
function ended(): void {
  if (state.status !== "in" && state.status !== "no_org") return;
  change({ status: "out", notice: "You are not signed in any more. Sign in again to go on." });
  void render();
}

const actions: ShellActions = { signOut, enter: enterChosen };

function change(next: State): void {
  state = next;
  const account = state.status === "no_org" ? state.account : null;
  shell = state.status === "in" ? consoleShell(state.console, main, actions) : doorShell(main, account, actions);
  root.replaceChildren(shell.node);
}

/** Finds out who is signed in, and in which org. */
async function load(wanted_org: string | null, notice: string | null): Promise<void> {
  const answer = await anyOrg.call("GET", "/v1/auth/session");
  if (answer.status === "refused") {
    change(
      answer.error.status === 401 ? { status: "out", notice } : { status: "failed", view: refusedView(answer.error) },
    );
    return;
  }
  const account = readAccount(answer.body);
  const org =
    account.orgs.find(({ org_id }) => org_id === (wanted_org ?? localStorage.getItem(CHOSEN_ORG))) ?? account.orgs[0];
  if (org === undefined) {
    change({ status: "no_org", account, notice });
    return;
  }
  const api = createApi(effects, org.org_id, ended);
  const entered = await enterOrg({ effects, api, account, org, go, reload: render });
  if (entered.status === "refused") change({ status: "failed", view: refusedView(entered.error) });
  else change({ status: "in", console: entered.console });
  if (entered.status === "entered" && notice !== null) announce(notice);
}

/** Goes to a place; to the one that one is at already, anew. */
function go(href: string): void {
  if (location.hash === href) void render();
  else location.hash = href;
}

/** Goes into an org and begins at its first page. */
async function enterChosen(org_id: string): Promise<void> {
  localStorage.setItem(CHOSEN_ORG, org_id);
  await load(org_id, null);
  go("#/");
}

async function signOut(): Promise<void> {
  const answer = await anyOrg.call("POST", "/v1/auth/sign-out");
  // Whoever is signed out already has what they wanted.
  if (answer.status === "refused" && answer.error.status !== 401) {
    announce(answer.error.message);
    return;
  }
  change({ status: "out", notice: "You are signed out." });
  go("#/");
}

/** Whoever comes in through the door wants the page they asked for, or the first one. */
async function enterAccount(problem: string | null): Promise<void> {
  await load(null, problem);
  const [first = ""] = readPlace(location.hash).path;
  go(["sign-in", "sign-up", "invite"].includes(first) ? "#/" : location.hash);
}

async function viewNow(): Promise<View> {
  const place = readPlace(location.hash);
  const [first, second = null] = place.path;
  const token = first === "invite" ? second : (place.query.invitation ?? null);
  switch (state.status) {
    case "failed":
      return state.view;
    case "out": {
      const door: Door = { api: anyOrg, token, notice: state.notice, enter: enterAccount };
      return first === "sign-up" || first === "invite" ? signUpView(door) : signInView(door);
    }
    case "no_org":
      return organisationView(joining(state.account, token, state.notice));
    case "in":
      if (first === "invite") return joinView(joining(state.console.account, token, null));
      if (first === "new-organisation") return organisationView(joining(state.console.account, null, null));
      return await viewOf(state.console, place);
  }
}

const joining = ({ email }: Account, token: string | null, notice: string | null): Joining => ({
  api: anyOrg,
  email,
  token,
  notice,
  enter: enterChosen,
});

/** Shows the page of the address. A page that was left before it was there is not shown any more. */
async function render(): Promise<void> {
  renders += 1;
  const mine = renders;
  const place = readPlace(location.hash);
  const stays = samePath(place, shown) && main.childElementCount > 0;
  main.setAttribute("aria-busy", "true");
  if (state.status === "in") state.console.names.clear();
  const view = await viewNow().catch(failedView);
  if (mine !== renders) return;
  // Whoever sorts or turns pages goes on from the control that they used.
  const focused = stays ? document.activeElement?.id : undefined;
  const first = main.childElementCount === 0;
  main.replaceChildren(...pageContent(view));
  main.removeAttribute("aria-busy");
  document.title = `${view.title} · AI Orchestrator`;
  shell.mark(place.path[0] ?? null);
  shown = place;
  if (!first) focusPage(focused);
  if (!stays) scrollTo(0, 0);
}

function focusPage(id: string | undefined): void {
  const same = id === undefined || id === "" ? null : document.getElementById(id);
  // A dialog that is open keeps the focus; the heading has it when the dialog is closed.
  if (document.querySelector("dialog[open]") !== null) return;
  (same ?? main.querySelector<HTMLElement>("h1"))?.focus();
}

const failedView = (error: unknown): View =>
  refusedView({
    status: 0,
    code: "failed",
    message: `This page failed: ${error instanceof Error ? error.message : "for an unknown reason"}.`,
    param: null,
  });

addEventListener("hashchange", () => void render());
await load(null, null);
await render();
