import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkUrl, isPrivateHost, URL_PROBLEMS } from "../../../schema/http/checked-url.ts";

const PUBLIC_ONLY = { allow_private: false };
const ANYWHERE = { allow_private: true };

const problemOf = (text: string, policy = PUBLIC_ONLY): string | null => {
  const checked = checkUrl(text, policy);
  return checked.ok ? null : checked.problem;
};

/** Hosts as a person may write them; the URL parser has its own spelling of many. */
const PRIVATE_HOSTS = [
  // Loopback and its spellings.
  "127.0.0.1",
  "127.0.0.1.",
  "127.255.255.254",
  "127.1",
  "127.0.1",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0x7f.0x0.0x0.0x1",
  "0177.0.0.1",
  "017700000001",
  "0x7f.0.0.0x1",
  "127.0x1",
  "%31%32%37.0.0.1",
  "１２７.０.０.１",
  "127。0。0。1",
  "①②⑦.0.0.1",
  "localhost",
  "localhost.",
  "LOCALHOST",
  "LocalHost..",
  "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
  "app.localhost",
  "localhost%2e",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[0000::0001]",
  "[::]",
  // "This host" and private ranges.
  "0.0.0.0",
  "0",
  "0.1.2.3",
  "10.0.0.1",
  "10.255.255.255",
  "0xa.0.0.1",
  "012.0.0.1",
  "167772161",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.0.1",
  "0xc0a80001",
  "3232235521",
  "100.64.0.1",
  "100.127.255.255",
  "[fc00::1]",
  "[fdff::1]",
  "[fec0::1]",
  // Link-local and the metadata services of clouds.
  "169.254.169.254",
  "169.254.170.2",
  "169.254.0.1",
  "2852039166",
  "0xa9fea9fe",
  "0251.0376.0251.0376",
  "100.100.100.200",
  "192.0.0.192",
  "[fd00:ec2::254]",
  "[fe80::1]",
  "[febf::1]",
  "metadata.google.internal",
  "metadata.google.internal.",
  "instance-data.ec2.internal",
  "metadata",
  // IPv4 inside IPv6.
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::ffff:a9fe:a9fe]",
  "[::ffff:8.8.8.8]",
  "[::127.0.0.1]",
  "[::ffff:0:127.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[64:ff9b::169.254.169.254]",
  "[64:ff9b:1::1]",
  "[2002:7f00:1::]",
  "[2002:a9fe:a9fe::1]",
  "[2001::1]",
  "[2001:0:7f00:1::]",
  "[2001:10::1]",
  "[2001:db8::1]",
  "[100::1]",
  "[ff02::1]",
  // Reserved, documentation, benchmarking, multicast, broadcast.
  "192.0.2.1",
  "192.88.99.1",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.7",
  "203.0.113.9",
  "224.0.0.1",
  "239.255.255.250",
  "240.0.0.1",
  "255.255.255.255",
  // Names that only resolve inside, and wildcard DNS that answers with what is asked.
  "intranet",
  "router",
  "printer.local",
  "nas.lan",
  "host.docker.internal",
  "svc.cluster.local",
  "box.home.arpa",
  "127.0.0.1.nip.io",
  "10-0-0-1.sslip.io",
  "app.10.0.0.1.xip.io",
  "localtest.me",
  "foo.localtest.me",
  "lvh.me",
  "a.b.lvh.me",
  "NIP.IO",
] as const;

const PUBLIC_HOSTS = [
  "api.openai.com",
  "api.openai.com.",
  "API.Anthropic.COM",
  "my-deployment.openai.azure.com",
  "bedrock-runtime.eu-central-1.amazonaws.com",
  "8.8.8.8",
  "1.1.1.1",
  "134744072",
  "9.255.255.255",
  "11.0.0.1",
  "126.255.255.255",
  "128.0.0.1",
  "100.63.255.255",
  "100.128.0.1",
  "169.253.255.255",
  "169.255.0.1",
  "172.15.255.255",
  "172.32.0.1",
  "192.0.1.1",
  "192.167.255.255",
  "192.169.0.1",
  "198.17.255.255",
  "198.20.0.1",
  "203.0.114.1",
  "223.255.255.255",
  "[2606:4700:4700::1111]",
  "[2a00:1450:4001:82a::200e]",
  "[2001:4860:4860::8888]",
  "[2001:200::1]",
  "[2003::1]",
  "bücher.example",
  "пример.рф",
  "localhost.example.com",
  "notlocalhost.com",
  "internal.example.com",
  "mylocaltest.me",
  "nip.io.example.com",
] as const;

describe("where a configured URL may lead", () => {
  it.each(PRIVATE_HOSTS)("not to %s", (host) => {
    expect(problemOf(`https://${host}/v1`)).toBe("private_address");
    expect(problemOf(`https://${host}:8443/v1`)).toBe("private_address");
  });

  it.each(PRIVATE_HOSTS)("to %s when private addresses are allowed", (host) => {
    expect(problemOf(`https://${host}/v1`, ANYWHERE)).toBeNull();
    expect(problemOf(`http://${host}:11434/v1`, ANYWHERE)).toBeNull();
  });

  it.each(PUBLIC_HOSTS)("to %s", (host) => {
    expect(problemOf(`https://${host}/v1`)).toBeNull();
  });

  it.each(PUBLIC_HOSTS)("not to %s without TLS", (host) => {
    expect(problemOf(`http://${host}/v1`)).toBe("scheme");
    expect(problemOf(`http://${host}/v1`, ANYWHERE)).toBeNull();
  });

  it.each([
    "ftp://example.com/",
    "file:///etc/passwd",
    "data:application/json,{}",
    "javascript:alert(1)",
    "ws://example.com",
    "blob:https://example.com/1",
  ])("never by another scheme: %s", (url) => {
    expect(problemOf(url)).toBe("scheme");
    expect(problemOf(url, ANYWHERE)).toBe("scheme");
  });

  it.each([
    "https://user:pass@example.com/",
    "https://user@example.com/",
    "https://:pass@example.com/",
    "https://api.openai.com@127.0.0.1/",
    "https://api.openai.com%2f@127.0.0.1/",
  ])("never with a user in it: %s", (url) => {
    expect(problemOf(url)).toBe("userinfo");
    expect(problemOf(url, ANYWHERE)).toBe("userinfo");
  });

  it.each([
    "",
    "api.openai.com",
    "//api.openai.com",
    "https://",
    "https://a b/",
    "https://[::1%25eth0]/",
    "https://256.0.0.1/",
  ])("is refused when it is no URL: %j", (url) => {
    expect(problemOf(url)).toBe("not_a_url");
  });

  it("is refused with a fragment, which would swallow the path", () => {
    expect(problemOf("https://example.com/v1#/chat/completions")).toBe("fragment_or_query");
  });

  it("keeps the query that some providers need", () => {
    expect(problemOf("https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21")).toBeNull();
  });

  it("goes by the host that fetch would go to, not by what the text looks like", () => {
    expect(problemOf("https://127.0.0.1\\@api.openai.com/")).toBe("private_address");
    expect(problemOf("https://api.openai.com\\@127.0.0.1/")).toBeNull();
    expect(problemOf("https:127.0.0.1/v1")).toBe("private_address");
    expect(problemOf("\thttps://127.0.0.1/\n")).toBe("private_address");
    expect(problemOf("https://127.0.0.\n1/")).toBe("private_address");
  });

  it("has a sentence for each problem", () => {
    for (const text of Object.values(URL_PROBLEMS)) expect(text).toMatch(/^(is|must|points) /);
  });
});

describe("an address", () => {
  /** The registry once more, as ranges of 32-bit numbers. */
  const RANGES = [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["192.88.99.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 3],
  ] as const;
  const toNumber = (address: string): number => address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const inRegistry = (address: number): boolean =>
    RANGES.some(([from, bits]) => {
      const size = 2 ** (32 - bits);
      return Math.floor(address / size) === Math.floor(toNumber(from) / size);
    });
  const edges = RANGES.flatMap(([from, bits]) => {
    const first = toNumber(from);
    const last = first + 2 ** (32 - bits) - 1;
    return [first - 1, first, last, last + 1].filter((address) => address >= 0 && address <= 0xffffffff);
  });
  const address = fc.oneof(fc.nat({ max: 0xffffffff }), fc.constantFrom(...edges));
  const dotted = (value: number): string =>
    [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
  const SPELLINGS = [
    dotted,
    String,
    (value: number) => `0x${value.toString(16)}`,
    (value: number) => `0${value.toString(8)}`,
    (value: number) => `${Math.floor(value / 2 ** 24)}.${value % 2 ** 24}`,
    (value: number) =>
      [24, 16, 8, 0].map((shift) => `0x${(Math.floor(value / 2 ** shift) % 256).toString(16)}`).join("."),
  ] as const;

  it("is judged by the registry, however it is spelt", () => {
    fc.assert(
      fc.property(address, fc.constantFrom(...SPELLINGS), (value, spell) => {
        expect(problemOf(`https://${spell(value)}/`)).toBe(inRegistry(value) ? "private_address" : null);
      }),
      { numRuns: 2_000 },
    );
  });

  it("of version 6 is private outside 2000::/3, however its zeros are spelt", () => {
    const group = fc.oneof(fc.constant(0), fc.nat({ max: 0xffff }));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const [first = 0, second = 0] = groups;
        const expected =
          first < 0x2000 ||
          first > 0x3fff ||
          first === 0x2002 ||
          (first === 0x2001 && (second < 0x200 || second === 0xdb8));
        const host = new URL(`https://[${groups.map((value) => value.toString(16)).join(":")}]/`).hostname;
        expect(isPrivateHost(host)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it("that is malformed counts as private", () => {
    for (const host of ["[1::2::3]", "[12345::]", "[1:2:3]", "[g::]", "[]", ""]) expect(isPrivateHost(host)).toBe(true);
  });
});
