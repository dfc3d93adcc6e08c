import { expect, test } from "vitest";
import { describeFailure } from "../../../workers/dashboard/identity/store-failure.ts";

const CANARY = "canary-password-hash";

test("D1's own text is quoted, from under the query and its values", () => {
  const d1 = new Error("D1_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT");
  const query = new Error(`Failed query: insert into "users" values (?) params: ${CANARY}`, { cause: d1 });
  expect(describeFailure(query)).toBe(d1.message);
});

test.each([
  new Error(`Failed query: params: ${CANARY}`),
  new TypeError(CANARY, { cause: new RangeError(CANARY) }),
  CANARY,
  { message: CANARY },
  undefined,
])("of %o no text is quoted", (failure) => {
  expect(describeFailure(failure)).not.toContain(CANARY);
});
