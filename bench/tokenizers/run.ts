import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { type Json, tryParseJson } from "../../schema/kernel/json.ts";
import { recordedAnswer } from "./recorded-answer.ts";

/**
 * `node bench/tokenizers/run.ts FOLDER`: how far o200k_base is from what each provider counts itself. The folder has one folder
 * per provider with its recorded answers: `*.json` whole, `*.chunks.txt` streamed, one event a line. See docs/tokenizers.md.
 */
const [, , folder] = process.argv;
if (folder === undefined) {
  process.stderr.write("usage: node bench/tokenizers/run.ts FOLDER\n");
  process.exit(2);
}
process.stdout.write("provider recording calls o200k provider ratio\n");
for (const provider of readdirSync(folder).sort()) {
  for (const name of readdirSync(join(folder, provider)).sort()) {
    const answer = recordedAnswer(eventsOf(readFileSync(join(folder, provider, name), "utf8"), name));
    if (answer === null) continue;
    const counted = countTokens(answer.text, { allowedSpecial: new Set(), disallowedSpecial: new Set() });
    const ratio = (answer.output_tokens / counted).toFixed(2);
    process.stdout.write(`${provider} ${name} ${answer.tool_calls} ${counted} ${answer.output_tokens} ${ratio}\n`);
  }
}

function eventsOf(text: string, name: string): readonly Json[] {
  const whole = name.endsWith(".json") ? [text] : text.split("\n");
  return whole.flatMap((line) => {
    const event = tryParseJson(line.replace(/^data: ?/, ""));
    return event === undefined ? [] : [event];
  });
}
