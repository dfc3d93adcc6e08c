/** What a client understood of an answer, whichever client and dialect: to be compared. */
export interface Said {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  /** OpenAI's words. */
  readonly finish: string;
  readonly usage: {
    readonly input: number;
    readonly cached: number;
    readonly output: number;
    readonly reasoning: number;
  };
}

/** Arguments as a value; a call without any has an empty object. */
export const inputOf = (json: string): unknown => (json.trim() === "" ? {} : JSON.parse(json));
