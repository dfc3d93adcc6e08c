import { teams } from "../tables/console.ts";
import { text } from "./field.ts";
import type { Resource } from "./resource.ts";

export const team = {
  name: "team",
  title: "Teams",
  path: "/v1/teams",
  tag: "Organisation",
  description: "A group of members that wallets can belong to.",
  table: teams,
  id: "team",
  permissions: { read: "teams:read", write: "teams:write" },
  operations: ["list", "get", "create", "update", "delete"],
  fields: { name: text("What the team is called; unique within the organisation.", 100) },
  create: { required: ["name"], optional: [] },
  update: ["name"],
  filter: ["name"],
  sort: ["name", "created_at"],
  columns: ["name", "created_at"],
  example: { name: "Search" },
} as const satisfies Resource;
