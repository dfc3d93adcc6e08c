/**
 * The one way out: every URL that somebody configured is checked here, and every call is made with redirects off, since
 * fetch would carry `x-api-key` and its like to the redirect's host.
 *
 * A Worker cannot see what a name resolves to; on Cloudflare the egress network has no route to private ranges, and
 * names that are known to point there are refused by spelling. Who hosts it alone adds a network rule.
 */

export type UrlProblem = "not_a_url" | "scheme" | "userinfo" | "private_address" | "fragment_or_query";

export type CheckedUrl =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly problem: UrlProblem };

export interface UrlPolicy {
  /** True lets http and private addresses through, for model servers on the same machine or network. */
  readonly allow_private: boolean;
}

/** Hosts under this suffix are bindings of ours and never leave the runtime. */
export const BINDING_HOST_SUFFIX = ".binding.internal";

/** Checks a URL against the policy. Pure; see the tests for the spellings that fool simpler checks. */
export function checkUrl(text: string, policy: UrlPolicy): CheckedUrl {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { ok: false, problem: "not_a_url" };
  }
  if (url.username !== "" || url.password !== "") return { ok: false, problem: "userinfo" };
  if (url.hash !== "") return { ok: false, problem: "fragment_or_query" };
  if (url.protocol !== "https:" && !(policy.allow_private && url.protocol === "http:")) {
    return { ok: false, problem: "scheme" };
  }
  if (!policy.allow_private && isPrivateHost(url.hostname)) return { ok: false, problem: "private_address" };
  return { ok: true, url };
}

/** Why a URL was refused, for the person who configured it. */
export const URL_PROBLEMS: Readonly<Record<UrlProblem, string>> = {
  not_a_url: "is not a URL",
  scheme: "must begin with https:// (plain http and private addresses need AO_ALLOW_PRIVATE_UPSTREAMS=true)",
  userinfo: "must not contain a user name or password",
  private_address:
    "points to a private or reserved address; set AO_ALLOW_PRIVATE_UPSTREAMS=true to allow local servers",
  fragment_or_query: "must not contain a fragment",
};

/** The same for an address as sockets and headers spell it: IPv6 without brackets. */
export const isPrivateAddress = (address: string): boolean =>
  isPrivateHost(address.includes(":") ? `[${address}]` : address);

const PRIVATE_NAMES = [
  "localhost",
  ".localhost",
  ".local",
  ".internal",
  ".home.arpa",
  ".lan",
  // Wildcard DNS that answers with the address in the name.
  ".nip.io",
  ".sslip.io",
  ".xip.io",
  ".localtest.me",
  ".lvh.me",
] as const;

/** Whether a host, as `URL.hostname` spells it, is or obviously names a private, loopback, link-local or reserved one. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.+$/, "");
  if (host.startsWith("[")) return isPrivateIpv6(host.slice(1, -1));
  const ipv4 = parseIpv4(host);
  if (ipv4 !== null) return isPrivateIpv4(ipv4);
  // A name without a dot only resolves inside somebody's network.
  if (!host.includes(".")) return true;
  return PRIVATE_NAMES.some((name) =>
    name.startsWith(".") ? host.endsWith(name) || host === name.slice(1) : host === name,
  );
}

function parseIpv4(host: string): readonly [number, number, number, number] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host);
  if (match === null) return null;
  return [Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4])];
}

/** Source: IANA IPv4 special-purpose address registry. */
function isPrivateIpv4([a, b, c]: readonly [number, number, number, number]): boolean {
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    (a === 100 && b >= 64 && b <= 127) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) ||
    (a === 192 && b === 88 && c === 99) ||
    (a === 192 && b === 168) ||
    (a === 198 && (b === 18 || b === 19)) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113) ||
    a >= 224
  );
}

/** Only global unicast 2000::/3 is public, less the ranges inside it that embed or document others. */
function isPrivateIpv6(address: string): boolean {
  const groups = expandIpv6(address);
  if (groups === null) return true;
  const [first = 0, second = 0] = groups;
  if ((first & 0xe000) !== 0x2000) return true;
  // 2001::/23 (Teredo and other protocol assignments), 2001:db8::/32 (documentation), 2002::/16 (6to4 embeds IPv4).
  return (first === 0x2001 && (second < 0x0200 || second === 0x0db8)) || first === 0x2002;
}

function expandIpv6(address: string): number[] | null {
  const [head = "", tail, ...rest] = address.split("::");
  if (rest.length > 0) return null;
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return null;
  const groups = [...left, ...Array<string>(tail === undefined ? 0 : missing).fill("0"), ...right].map((group) =>
    Number.parseInt(group, 16),
  );
  return groups.every((group) => Number.isInteger(group) && group >= 0 && group <= 0xffff) ? groups : null;
}
