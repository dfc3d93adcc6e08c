import type { Console } from "../console.ts";
import { h } from "../dom.ts";
import { healthCell } from "../health.ts";
import type { Row } from "../json.ts";

/** A column that no field is behind. */
export interface ExtraColumn {
  readonly head: string;
  cell(con: Console, row: Row): Node;
}

/** Columns behind the first one, by the resource's name. */
const COLUMNS: Readonly<Record<string, readonly ExtraColumn[]>> = {
  provider: [{ head: "Health", cell: healthCell }],
};

export const extraColumns = (resource: string): readonly ExtraColumn[] => COLUMNS[resource] ?? [];

/** What somebody who has none of them yet should know, by the resource's name. */
const LESSONS: Readonly<Record<string, readonly string[]>> = {
  provider: [
    "Create one: choose its kind, such as OpenAI or Amazon Bedrock, and give it the credential of your account there.",
    "Test it on its page. That is one small request, paid for like any other.",
    "Ask for its models by its ID and their names, such as openai/gpt-5, with an API key of a wallet.",
    "Its health stands in this list from then on, and its page lists the models that it has.",
  ],
};

export function lessonOf(resource: string): Node | null {
  const lesson = LESSONS[resource];
  return lesson === undefined ? null : h("ol", {}, ...lesson.map((text) => h("li", {}, text)));
}
