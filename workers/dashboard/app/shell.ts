import type { Account, Console, View } from "./console.ts";
import { button, type Child, h } from "./dom.ts";
import { hrefTo } from "./place.ts";
import type { ResourceInfo } from "./resource-info.ts";

/** What stands around every page. */
export interface Shell {
  readonly node: Node;
  /** Marks where one is; null is nowhere in the navigation. */
  mark(slug: string | null): void;
}

export interface ShellActions {
  signOut(): Promise<void>;
  /** Goes on in another org of one's own. */
  enter(org_id: string): Promise<void>;
}

export function consoleShell(con: Console, main: HTMLElement, actions: ShellActions): Shell {
  const links = navigation(con).map(({ slug, href, text }) => ({ slug, node: h("a", { href }, text) }));
  const nav = h("nav", { id: "nav", "aria-label": "Main" }, h("ul", {}, ...links.map(({ node }) => h("li", {}, node))));
  const toggle = h(
    "button",
    { type: "button", class: "toggle", "aria-expanded": "false", "aria-controls": "nav" },
    "Menu",
  );
  const open = (shown: boolean): void => {
    nav.classList.toggle("open", shown);
    toggle.setAttribute("aria-expanded", String(shown));
  };
  toggle.addEventListener("click", () => open(!nav.classList.contains("open")));
  return {
    node: h(
      "div",
      { class: "shell" },
      skipLink(main),
      h("header", {}, brand(), toggle, orgMenu(con, actions), userMenu(con.account, actions)),
      nav,
      main,
    ),
    mark(slug) {
      open(false);
      for (const link of links) {
        if (link.slug === slug) link.node.setAttribute("aria-current", "page");
        else link.node.removeAttribute("aria-current");
      }
    },
  };
}

/** Around the pages of somebody who is not signed in, or who belongs to no org. */
export function doorShell(main: HTMLElement, account: Account | null, actions: ShellActions): Shell {
  return {
    node: h(
      "div",
      { class: "door" },
      skipLink(main),
      h("header", {}, brand(), account === null ? null : userMenu(account, actions)),
      main,
    ),
    mark: () => undefined,
  };
}

/** The page itself, below its heading. */
export const pageContent = ({ title, content }: View): readonly Node[] => [
  h("h1", { tabindex: -1 }, title),
  ...content,
];

/** Where the skip link leads: a hash is a place here, so it moves the focus by itself. */
function skipLink(main: HTMLElement): Node {
  const link = h("a", { href: "#main", class: "skip" }, "Skip to the content");
  link.addEventListener("click", (event) => {
    event.preventDefault();
    main.querySelector<HTMLElement>("h1")?.focus();
  });
  return link;
}

const brand = (): Node => h("a", { href: hrefTo([]), class: "brand" }, "AI Orchestrator");

interface NavLink {
  readonly slug: string;
  readonly href: string;
  readonly text: string;
}

function navigation(con: Console): readonly NavLink[] {
  const readable = con.resources.filter((resource) => resource.can("list") && con.may(resource.read));
  const to = (slug: string, text: string): NavLink => ({ slug, href: hrefTo([slug]), text });
  return [
    to("start", "First steps"),
    ...readable.map((resource) => ({ slug: resource.slug, href: resourceHref(con, resource), text: resource.title })),
    ...(con.may("audit:read") ? [to("audit", "Audit log")] : []),
    to("roles", "Roles"),
    { slug: "docs", href: "/docs", text: "API reference" },
  ];
}

/** The list of organisations has one row, the one that one is in. */
const resourceHref = (con: Console, resource: ResourceInfo): string =>
  resource.name === "org" ? hrefTo([resource.slug, con.org.org_id]) : hrefTo([resource.slug]);

function orgMenu(con: Console, actions: ShellActions): Node {
  const others = con.account.orgs.filter(({ org_id }) => org_id !== con.org.org_id);
  return menu(
    `Organisation: ${con.org.name}`,
    con.org.name,
    ...others.map(({ org_id, name }) => button(`Switch to ${name}`, () => actions.enter(org_id))),
    h("a", { href: hrefTo(["new-organisation"]) }, "Another organisation"),
  );
}

const userMenu = ({ email, orgs }: Account, { signOut }: ShellActions): Node =>
  menu(
    `Account: ${email}`,
    email,
    orgs.length === 0 ? null : h("a", { href: hrefTo(["account", "password"]) }, "Change the password"),
    orgs.length === 0 ? null : h("a", { href: hrefTo(["account", "sessions"]) }, "Sessions"),
    button("Sign out", signOut),
  );

/** A list that unfolds; Escape, leaving it and choosing something fold it again. */
function menu(name: string, text: string, ...items: readonly Child[]): Node {
  const summary = h("summary", { "aria-label": name }, h("span", {}, text));
  const details = h("details", { class: "menu" }, summary, h("div", {}, ...items));
  const close = (): void => {
    details.open = false;
  };
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    close();
    summary.focus();
  });
  details.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node) || details.contains(event.relatedTarget)) return;
    close();
  });
  details.addEventListener("click", (event) => {
    if (event.target instanceof HTMLAnchorElement) close();
  });
  return details;
}
