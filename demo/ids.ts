import { formatId, type IdKind } from "../schema/kernel/ids.ts";
import { chance } from "./chance.ts";

/** Ids as the platform makes them, of a time and of what they are for: the same story has the same ids. */
export interface DemoIds {
  id(kind: IdKind, at: number, ...of: readonly (string | number)[]): string;
}

export function demoIds(seed: number): DemoIds {
  return {
    id(kind, at, ...of) {
      const bytes = chance(hash(seed, kind, ...of)).bytes(16);
      const view = new DataView(bytes.buffer);
      view.setUint16(0, Math.floor(at / 2 ** 32));
      view.setUint32(2, at % 2 ** 32);
      bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
      bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
      return formatId(kind, bytes);
    },
  };
}

export function hash(...parts: readonly (string | number)[]): number {
  let value = 0x811c9dc5;
  for (const char of parts.join("\u0000")) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
