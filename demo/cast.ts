/** Who plays in the demo: invented people, teams and their wallets. Money is in dollars here, as one would type it. */

export interface Person {
  readonly slug: string;
  readonly name: string;
  readonly role: "admin" | "member" | "viewer";
  readonly team: string | null;
  readonly lead?: true;
}

export const TEAMS = ["Support", "Search", "Growth", "Mobile", "Data Platform", "Research"] as const;
export type TeamName = (typeof TEAMS)[number];

export const PEOPLE: readonly Person[] = [
  { slug: "amara.osei", name: "Amara Osei", role: "admin", team: null },
  { slug: "henrik.dahl", name: "Henrik Dahl", role: "viewer", team: null },
  { slug: "lucia.ferrante", name: "Lucia Ferrante", role: "member", team: "Support", lead: true },
  { slug: "tomas.novak", name: "Tomáš Novák", role: "member", team: "Support" },
  { slug: "priya.raman", name: "Priya Raman", role: "member", team: "Search", lead: true },
  { slug: "jonas.weber", name: "Jonas Weber", role: "member", team: "Search" },
  { slug: "chloe.martin", name: "Chloé Martin", role: "member", team: "Growth", lead: true },
  { slug: "diego.santos", name: "Diego Santos", role: "member", team: "Growth" },
  { slug: "mei.tanaka", name: "Mei Tanaka", role: "member", team: "Mobile", lead: true },
  { slug: "oluwaseun.ade", name: "Oluwaseun Ade", role: "member", team: "Mobile" },
  { slug: "ingrid.solberg", name: "Ingrid Solberg", role: "member", team: "Data Platform", lead: true },
  { slug: "rafal.zielinski", name: "Rafał Zieliński", role: "member", team: "Data Platform" },
  { slug: "noor.haddad", name: "Noor Haddad", role: "member", team: "Research", lead: true },
  { slug: "sam.okafor", name: "Sam Okafor", role: "member", team: "Research" },
];

export type WalletSlug =
  | "company"
  | "support"
  | "support-bot"
  | "search"
  | "growth"
  | "launch"
  | "mobile"
  | "data"
  | "legacy"
  | "research"
  | "evaluations"
  | "hackathon";

export interface DemoWallet {
  readonly slug: WalletSlug;
  readonly name: string;
  readonly parent: WalletSlug | null;
  readonly team: TeamName | null;
  readonly cost_center: string | null;
  readonly period: "none" | "day" | "month";
  /** The limit in dollars; or how full it is when the month's traffic, or all of it where no period turns, is spent. */
  readonly limit: { readonly usd: number } | { readonly full: number };
}

/** Those above come first. */
export const WALLETS: readonly DemoWallet[] = [
  {
    slug: "company",
    name: "Company",
    parent: null,
    team: null,
    cost_center: null,
    period: "month",
    limit: { full: 0.62 },
  },
  {
    slug: "support",
    name: "Support",
    parent: "company",
    team: "Support",
    cost_center: "CC-210",
    period: "month",
    limit: { full: 0.7 },
  },
  {
    slug: "support-bot",
    name: "Support assistant",
    parent: "support",
    team: "Support",
    cost_center: "CC-210",
    period: "month",
    limit: { full: 0.78 },
  },
  {
    slug: "search",
    name: "Search",
    parent: "company",
    team: "Search",
    cost_center: "CC-220",
    period: "month",
    limit: { full: 0.55 },
  },
  {
    slug: "growth",
    name: "Growth",
    parent: "company",
    team: "Growth",
    cost_center: "CC-310",
    period: "month",
    limit: { full: 0.45 },
  },
  {
    slug: "launch",
    name: "Launch campaign",
    parent: null,
    team: "Growth",
    cost_center: "CC-315",
    period: "none",
    limit: { full: 0.975 },
  },
  {
    slug: "mobile",
    name: "Mobile app",
    parent: "company",
    team: "Mobile",
    cost_center: "CC-230",
    period: "month",
    limit: { full: 0.5 },
  },
  {
    slug: "data",
    name: "Data pipelines",
    parent: "company",
    team: "Data Platform",
    cost_center: "CC-410",
    period: "month",
    limit: { full: 0.66 },
  },
  {
    slug: "legacy",
    name: "Legacy chatbot",
    parent: null,
    team: "Support",
    cost_center: "CC-210",
    period: "month",
    limit: { usd: 150 },
  },
  {
    slug: "research",
    name: "Research",
    parent: "company",
    team: "Research",
    cost_center: "CC-510",
    period: "month",
    limit: { full: 0.6 },
  },
  {
    slug: "evaluations",
    name: "Model evaluations",
    parent: null,
    team: "Research",
    cost_center: "CC-515",
    period: "none",
    limit: { full: 0.86 },
  },
  {
    slug: "hackathon",
    name: "Hackathon",
    parent: null,
    team: "Research",
    cost_center: null,
    period: "day",
    limit: { usd: 2.6 },
  },
];

export interface DemoKey {
  readonly slug: string;
  readonly name: string;
  readonly wallet: WalletSlug;
  /** Days ago on which it was revoked. */
  readonly revoked_days_ago?: number;
}

export const KEYS: readonly DemoKey[] = [
  { slug: "support-prod", name: "Support assistant, production", wallet: "support-bot" },
  { slug: "support-triage", name: "Ticket triage", wallet: "support" },
  { slug: "search-prod", name: "Search answers", wallet: "search" },
  { slug: "search-index", name: "Search indexer", wallet: "search" },
  { slug: "growth-copy", name: "Copywriting tool", wallet: "growth" },
  { slug: "launch-copy", name: "Launch campaign", wallet: "launch" },
  { slug: "mobile-ios", name: "Assistant, iOS", wallet: "mobile" },
  { slug: "mobile-android", name: "Assistant, Android", wallet: "mobile" },
  { slug: "data-nightly", name: "Nightly extraction", wallet: "data" },
  { slug: "legacy-bot", name: "Legacy chatbot", wallet: "legacy" },
  { slug: "research-lab", name: "Notebooks", wallet: "research" },
  { slug: "research-eval", name: "Evaluation runner", wallet: "evaluations" },
  { slug: "hackathon", name: "Hackathon teams", wallet: "hackathon" },
  { slug: "intern", name: "Internship project", wallet: "research", revoked_days_ago: 11 },
];

/** Accounts at real providers, as they would be called: none has a credential, so none is switched on. */
export const PROVIDERS = [
  { id: "openai", kind: "openai", name: "OpenAI", region: "us" },
  { id: "anthropic", kind: "anthropic", name: "Anthropic", region: "us" },
  { id: "gemini", kind: "gemini", name: "Google Gemini", region: "eu" },
  { id: "mistral", kind: "mistral", name: "Mistral", region: "eu" },
] as const;
