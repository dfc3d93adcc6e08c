/** Hands on the arguments of a tool call as they come, and always as the text of one JSON object. */
export interface ArgumentsWriter {
  /** A piece that the model wrote. Answers what can be sent of all that came: none of it has to be taken back. */
  write(piece: string): string;
  /** Whether an object has ended: nothing but white space may follow. */
  readonly complete: boolean;
  /** What makes a whole object of what was sent. Nothing may be written afterwards. */
  end(): string;
}

/** Where the text of arguments that are no JSON object is handed over: no schema has such a name. */
const MALFORMED = "_malformed_arguments";

/** A longer number or literal is none; they wait until they are complete. */
const TOKEN_CHARS_MAX = 1_024;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const LITERALS: ReadonlySet<string> = new Set(["true", "false", "null"]);
/** What a string holds as it is: all but quotes, backslashes and control characters. */
const PLAIN = /[ !#-[\]-\uffff]+/y;
const ESCAPE = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})$/;
const ESCAPE_BEGUN = /^\\(?:u[0-9a-fA-F]{0,3})?$/;

/** What may come next. `first_item` and `first_key` may also be the end of an array or object. */
type Expected = "root" | "first_key" | "key" | "colon" | "value" | "first_item" | "next" | "done";

/**
 * Some models write arguments that are no JSON object, or stop in the middle of one. A client would throw at the end of
 * such a stream and lose the whole answer; one that repairs it would run half a call. So what is valid goes on as it comes,
 * and from the first fault on nothing does: the object is then completed, with null for every member that was sent (of
 * equal names the last one counts) and all that the model wrote as a text under `_malformed_arguments`. A tool finds its
 * arguments missing, and the model is told. Whole answers are put together from the same pieces, so that they are the same.
 */
export function createArgumentsWriter(): ArgumentsWriter {
  const written: string[] = [];
  const open: ("{" | "[")[] = [];
  /** Names of the object's own members, as they stand in its text. */
  const names = new Set<string>();
  let expected: Expected = "root";
  let string: { readonly is_key: boolean; text: string } | null = null;
  /** What was scanned and cannot be sent yet: a number, literal or escape whose end has not come. */
  let waiting = "";
  let broken = false;

  const closed = (): void => {
    open.pop();
    expected = open.length === 0 ? "done" : "next";
  };

  const endString = (): void => {
    if (string?.is_key === true && open.length === 1) names.add(string.text);
    expected = string?.is_key === true ? "colon" : "next";
    string = null;
  };

  /** One character outside of strings, numbers and literals; false where it cannot stand. */
  const structural = (char: string): boolean => {
    const top = open.at(-1);
    const wants_value = expected === "value" || expected === "first_item";
    if (char === "{" && (wants_value || expected === "root")) {
      open.push("{");
      expected = "first_key";
    } else if (char === "[" && wants_value) {
      open.push("[");
      expected = "first_item";
    } else if (char === '"' && wants_value) string = { is_key: false, text: "" };
    else if (char === '"' && (expected === "key" || expected === "first_key")) string = { is_key: true, text: "" };
    else if (char === ":" && expected === "colon") expected = "value";
    else if (char === "," && expected === "next") expected = top === "{" ? "key" : "value";
    else if (char === "}" && top === "{" && (expected === "next" || expected === "first_key")) closed();
    else if (char === "]" && top === "[" && (expected === "next" || expected === "first_item")) closed();
    else return false;
    return true;
  };

  const write = (piece: string): string => {
    written.push(piece);
    if (broken) return "";
    const text = waiting + piece;
    let sent = 0;
    let at = waiting.length;
    // A token or an escape that waits is looked at from its beginning.
    if (waiting !== "") at = 0;
    waiting = "";
    while (at < text.length) {
      const char = text.charAt(at);
      if (string !== null) {
        if (char === '"') {
          endString();
          at += 1;
        } else if (char === "\\") {
          const sequence = text.slice(at, at + (text.charAt(at + 1) === "u" ? 6 : 2));
          if (ESCAPE.test(sequence)) {
            string.text += sequence;
            at += sequence.length;
          } else {
            broken = !ESCAPE_BEGUN.test(sequence);
            break;
          }
        } else {
          PLAIN.lastIndex = at;
          const plain = PLAIN.exec(text)?.[0] ?? "";
          if (plain === "") {
            broken = true;
            break;
          }
          if (string.is_key) string.text += plain;
          at += plain.length;
        }
      } else if (char === " " || char === "\n" || char === "\r" || char === "\t") at += 1;
      else if ((expected === "value" || expected === "first_item") && /[-\da-z]/.test(char)) {
        const end = tokenEnd(text, at);
        if (end === text.length && end - at <= TOKEN_CHARS_MAX) break;
        const token = text.slice(at, end);
        if (!LITERALS.has(token) && !NUMBER.test(token)) {
          broken = true;
          break;
        }
        expected = "next";
        at = end;
      } else if (structural(char)) at += 1;
      else {
        broken = true;
        break;
      }
      // The last brace waits for the end: behind it a fault could not be told any more.
      if (expected === "root" || expected === "done") continue;
      sent = at;
    }
    if (expected === "done") return text.slice(0, sent);
    waiting = broken ? "" : text.slice(at);
    return text.slice(0, sent);
  };

  const malformed = (): string => {
    const raw = JSON.stringify(written.join(""));
    if (expected === "root") return `{"${MALFORMED}":${raw}}`;
    const [completed, needs_comma] = completion();
    const nulls = [...names].map((name) => `"${name}":null,`).join("");
    return `${completed}${needs_comma ? "," : ""}${nulls}"${MALFORMED}":${raw}}`;
  };

  /** What ends everything that was sent but the object itself, and whether a comma has to follow. */
  const completion = (): readonly [text: string, needs_comma: boolean] => {
    if (expected === "done") return ["", names.size > 0];
    let text = "";
    if (string !== null) {
      text += '"';
      endString();
    }
    if (expected === "colon") text += ":null";
    else if (expected === "value") text += "null";
    else if (expected === "key" && open.length > 1) text += '"":null';
    const inner = open.slice(1).reverse();
    text += inner.map((bracket) => (bracket === "{" ? "}" : "]")).join("");
    return [text, inner.length > 0 || (expected !== "key" && expected !== "first_key")];
  };

  return {
    write,
    get complete() {
      return !broken && expected === "done";
    },
    end: () => {
      if (!broken && expected === "done") return "}";
      return written.every((piece) => piece.trim() === "") ? "{}" : malformed();
    },
  };
}

/** Where a number or literal that begins at `from` ends. */
function tokenEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && /[-+.\w]/.test(text.charAt(end))) end += 1;
  return end;
}
