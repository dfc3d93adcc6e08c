import type { Json } from "../../../schema/kernel/json.ts";
import type { Condition } from "./check.ts";

/** Whether metadata fulfil every condition of a filter. `a.b` is the member b of a. */
export function fulfils(metadata: { [key: string]: Json }, filter: Readonly<Record<string, Condition>>): boolean {
  return Object.entries(filter).every(([path, condition]) => holds(at(metadata, path), condition));
}

function at(metadata: Json, path: string): Json | undefined {
  let value: Json | undefined = metadata;
  for (const step of path.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    value = value[step];
  }
  return value;
}

function holds(value: Json | undefined, condition: Condition): boolean {
  if (typeof condition !== "object" || condition === null) return value === condition;
  return Object.entries(condition).every(([operator, wanted]) => {
    if (operator === "$eq") return value === wanted;
    if (operator === "$ne") return value !== wanted;
    if (Array.isArray(wanted)) {
      const among = wanted.some((one) => one === value);
      return operator === "$in" ? among : !among;
    }
    return isOrdered(value) && isOrdered(wanted) && typeof value === typeof wanted && inOrder(operator, value, wanted);
  });
}

const isOrdered = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number";

function inOrder(operator: string, value: string | number, wanted: string | number): boolean {
  if (operator === "$lt") return value < wanted;
  if (operator === "$lte") return value <= wanted;
  return operator === "$gt" ? value > wanted : value >= wanted;
}
