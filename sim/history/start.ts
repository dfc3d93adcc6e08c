/** When each run begins: 2026-03-10T12:00:00Z, a Tuesday in the middle of a month. */
export const START = Date.UTC(2026, 2, 10, 12);
