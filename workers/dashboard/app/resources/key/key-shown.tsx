import { useState } from "react";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Notice } from "../../ui/problem.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Copyable, firstRequest } from "../shown-once.tsx";

const LANGUAGES = [
  { value: "curl", label: "curl" },
  { value: "python", label: "Python" },
  { value: "typescript", label: "TypeScript" },
];

/** A key that is shown this once, and a first request with it. */
export function KeyShown({ value }: { readonly value: string }) {
  const [language, setLanguage] = useState("curl");
  // A model of every new organisation; other ones are read off the list of prices.
  const model = "sandbox/echo";
  return (
    <>
      <Notice tone="warn">Copy the key now: it is not stored, and is never shown again.</Notice>
      <Copyable label="The key" value={value} />
      <Copyable label="The base URL" value={`${location.origin}/v1`} />
      <div className="flex flex-col gap-2">
        <div className="flex">
          <Segmented label="Language" options={LANGUAGES} value={language} onChange={setLanguage} />
        </div>
        <CodeBlock label="A first request with it" code={snippet(language, value, model)} />
      </div>
    </>
  );
}

/** The official SDKs need no more than the base URL and the key. */
export function snippet(language: string, key: string, model: string, origin = location.origin): string {
  switch (language) {
    case "python":
      return [
        "from openai import OpenAI",
        "",
        `client = OpenAI(base_url="${origin}/v1", api_key="${key}")`,
        "answer = client.chat.completions.create(",
        `    model=${JSON.stringify(model)},`,
        '    messages=[{"role": "user", "content": "Hello!"}],',
        ")",
        "print(answer.choices[0].message.content)",
      ].join("\n");
    case "typescript":
      return [
        'import OpenAI from "openai";',
        "",
        `const client = new OpenAI({ baseURL: "${origin}/v1", apiKey: "${key}" });`,
        "const answer = await client.chat.completions.create({",
        `  model: ${JSON.stringify(model)},`,
        '  messages: [{ role: "user", content: "Hello!" }],',
        "});",
        "console.log(answer.choices[0].message.content);",
      ].join("\n");
    default:
      return firstRequest(key, model);
  }
}
