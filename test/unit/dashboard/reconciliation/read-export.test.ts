import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { nanoOfDecimal, readDecimal } from "../../../../workers/dashboard/reconciliation/decimal.ts";
import { modelKey } from "../../../../workers/dashboard/reconciliation/model-key.ts";
import { type ProviderExport, readExport } from "../../../../workers/dashboard/reconciliation/read-export.ts";

function read(csv: string): ProviderExport {
  const found = readExport(csv, null);
  if (isRefused(found)) throw new Error(found.refused.message);
  return found;
}

function refusal(csv: string): string {
  const found = readExport(csv, null);
  if (!isRefused(found)) throw new Error("it was read");
  return found.refused.message ?? "";
}

describe("amounts of a file", () => {
  it.each([
    ["0.003835980000000000000000000000", 3_835_980n],
    ["1.2e-05", 12_000n],
    ["3E2", 300_000_000_000n],
    ["$12.50", 12_500_000_000n],
    ["-0.5", -500_000_000n],
    ["0.0000000005", 1n],
    ["0.00000000049", 0n],
    ["7", 7_000_000_000n],
  ])("%s is %d nano-dollars", (text, nano) => {
    const value = readDecimal(text);
    expect(value === null ? null : nanoOfDecimal(value)).toBe(nano);
  });

  it.each(["", "abc", "1,5", "1.2.3", "1e999", "NaN", "--1"])("%j is none", (text) => {
    expect(readDecimal(text)).toBeNull();
  });

  it("sums of small amounts lose nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 999_999_999 }), { maxLength: 50 }), (parts) => {
        const texts = parts.map((part) => `0.000000000000${String(part).padStart(9, "0")}`);
        const sum = texts.reduce((total, text) => total + (readDecimal(text) ?? 0n), 0n);
        expect(sum).toBe(parts.reduce((total, part) => total + BigInt(part), 0n) * 10n ** 9n);
      }),
    );
  });
});

describe("names of models", () => {
  it.each([
    ["gpt-5-mini-2025-08-07", "gpt-5-mini"],
    ["gpt-4.1", "GPT-4.1 "],
    ["claude-haiku-4-5-20251001", "Claude Haiku 4.5"],
    ["claude-sonnet-4@20250514", "claude-sonnet-4"],
  ])("%s is %s", (one, other) => {
    expect(modelKey(one)).toBe(modelKey(other));
  });

  it("keeps different models apart", () => {
    expect(new Set(["gpt-5", "gpt-5-mini", "gpt-5.1", "o3"].map(modelKey)).size).toBe(4);
  });
});

describe("exports of providers", () => {
  it("OpenAI's costs, by line item", () => {
    const { format, lines } = read(
      "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,line_item,project_id\n" +
        "1790467200,1790553600,,,,,,,\n" +
        '1790553600,1790640000,,,0.25,usd,1000,"gpt-5-mini-2025-08-07, input",proj_a\n' +
        '1790553600,1790640000,,,0.5,usd,10,"gpt-5-mini-2025-08-07, output",proj_b\n' +
        "1790553600,1790640000,,,0.01,usd,1,web search tool calls,proj_b\n",
    );
    expect(format).toBe("openai_cost");
    expect(lines.map(({ day, key, cost_nano_usd }) => [day, key, cost_nano_usd])).toEqual([
      ["2026-09-28", "gpt-5-mini", 750_000_000n],
      ["2026-09-28", "web-search-tool-calls", 10_000_000n],
    ]);
  });

  it("OpenAI's costs of whole days", () => {
    const { lines } = read("start_time,amount_value,amount_currency\n1790553600,0.003835980000,usd\n");
    expect(lines).toMatchObject([{ day: "2026-09-28", key: "", model: "", cost_nano_usd: 3_835_980n }]);
  });

  it("OpenAI's usage", () => {
    const { format, lines } = read(
      "start_time,num_model_requests,model,input_tokens,output_tokens,input_cached_tokens\n" +
        "1790553600,3,gpt-5-2025-08-07,900,50,100\n1790553600,1,gpt-5-2025-08-07,100,7,0\n",
    );
    expect(format).toBe("openai_usage");
    expect(lines).toMatchObject([
      { key: "gpt-5", requests: 4, input_tokens: 1_000, output_tokens: 57, cost_nano_usd: null },
    ]);
  });

  it("Anthropic's costs, whose models have display names", () => {
    const { format, lines } = read(
      "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd\n" +
        "2026-08-04,Claude Haiku 4.5,Default,k,message,≤ 200k,input_no_cache,0.05,0.05\n" +
        "2026-08-04,Claude Haiku 4.5,Default,k,message,≤ 200k,output,0.02,0.02\n",
    );
    expect(format).toBe("anthropic_cost");
    expect(lines).toMatchObject([{ key: "claude-haiku-4-5", cost_nano_usd: 70_000_000n }]);
  });

  it("Anthropic's usage, the cache included", () => {
    const { format, lines } = read(
      "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens\n" +
        "2026-08-04,claude-haiku-4-5-20251001,10,20,30,40,5\n",
    );
    expect(format).toBe("anthropic_usage");
    expect(lines).toMatchObject([{ key: "claude-haiku-4-5", input_tokens: 100, output_tokens: 5 }]);
  });

  it("anybody's, with a byte order mark, other columns and blank lines", () => {
    const { format, lines } = read(
      "\uFEFFDate,Model,Cost_USD,Requests\r\n2026-11-01,m,1.5,\r\n\r\n2026-11-01,m,0.5,2\r\n",
    );
    expect(format).toBe("generic");
    expect(lines).toMatchObject([{ cost_nano_usd: 2_000_000_000n, requests: 2, input_tokens: null }]);
  });

  it("says which line and column is wrong", () => {
    expect(refusal("date,model,cost_usd\n2026-11-01,m,1\n2026-11-02,m,free\n")).toBe(
      "Line 3 of the file: cost_usd must be an amount in dollars such as 12.50.",
    );
    expect(refusal("date,model,cost_usd\n2026-02-30,m,1\n")).toContain("Line 2 of the file: date must be a date");
    expect(refusal("start_time,amount_value,amount_currency\n1790553600,1,eur\n")).toContain(
      "amount_currency must be usd",
    );
  });

  it("says which columns a file must have", () => {
    expect(refusal("foo,bar\n1,2\n")).toMatch(/columns are foo, bar\. They must be those of openai_cost \(start_time/);
    const found = readExport("date,model,cost_usd\n2026-11-01,m,1\n", "openai_cost");
    expect(isRefused(found) && found.refused.message).toMatch(/must be those of openai_cost/);
  });

  it("refuses what says nothing, or is about too many days", () => {
    expect(refusal("date,model,cost_usd\n")).toBe("The file has no line that says anything.");
    expect(refusal("date,model,cost_usd\n2020-01-01,m,1\n2026-01-01,m,1\n")).toContain("more than 400 days");
  });

  it("never throws, whatever it is given", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom("date,model,cost_usd\n", "start_time,amount_value,amount_currency\n", ""),
        (text, head) => {
          readExport(head + text, null);
        },
      ),
    );
  });
});
