import type { Console } from "../console.ts";
import type { Row } from "../json.ts";
import type { ResourceInfo } from "../resource-info.ts";

/** The one thing that a page is about. */
export interface Subject {
  readonly con: Console;
  readonly resource: ResourceInfo;
  readonly row: Row;
  readonly id: string;
  readonly etag: string | null;
  readonly label: string;
  /** Says on the page why something was not done. */
  refuse(message: string): void;
}

/** What a page shows of one kind of thing beyond its fields. */
export interface Extras {
  readonly actions: readonly Node[];
  readonly sections: readonly Node[];
  /** Fields that `sections` show already. */
  readonly hides?: readonly string[];
}
