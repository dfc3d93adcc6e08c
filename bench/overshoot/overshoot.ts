import type { Findings, Harness, Run } from "../harness/harness.ts";
import { startRig } from "../harness/platform.ts";
import { Violations } from "../harness/violations.ts";
import { table } from "../report/table.ts";
import { startWalletsWorker } from "../rig/bench-worker.ts";
import { gatewayCell, makeDimeModel } from "./gateway.ts";
import { objectsCell } from "./objects.ts";
import { type Cell, LEVELS, roomFor, WARMTHS } from "./table.ts";

/** `npm run bench -- overshoot`: how many are admitted when more ask at once than there is money for. */
export const overshoot: Harness = {
  about:
    "Asks 1, 10, 100 and 1,000 times at once for 10 cents, of keys with 2 dollars below a team with 3 below an org with 5:\n" +
    "20, 30 or 50 must be admitted by the level that binds, not one more and not one fewer. In the wallet objects, with\n" +
    "leases cold, warm and with idle ones at the siblings; and through the gateway.",
  numbers: {
    most: { usual: 1_000, quick: 100, least: 1, most: 1_000, what: "the largest number at once" },
    times: { usual: 3, quick: 1, least: 1, most: 100, what: "how often each is tried in the wallet objects" },
  },
  run: runOvershoot,
};

const COUNTS = [1, 10, 100, 1_000] as const;

async function runOvershoot(run: Run): Promise<Findings> {
  const violations = new Violations();
  const counts = COUNTS.filter((count) => count <= run.number("most"));
  const in_objects = await throughObjects(run, counts, violations);
  const in_gateway = await throughGateway(run, counts, violations);
  for (const cell of [...in_objects, ...in_gateway]) {
    const { level, warmth, count, admitted } = cell;
    const room = roomFor(cell);
    violations.expect(
      admitted === room,
      () => `${count} at once on the ${level.name}, ${warmth}: ${admitted} admitted, and there was room for ${room}`,
    );
  }
  console.log(`\nWallet objects, ${run.number("times")} times each\n\n${resultTable(in_objects, counts)}`);
  console.log(`\nThrough the gateway\n\n${resultTable(in_gateway, counts)}`);
  return { violations: violations.list, figures: { in_objects, in_gateway } };
}

async function throughObjects(run: Run, counts: readonly number[], violations: Violations): Promise<readonly Cell[]> {
  const worker = await startWalletsWorker(run);
  const cells: Cell[] = [];
  for (const level of LEVELS) {
    for (const warmth of WARMTHS) {
      for (const count of counts) {
        for (let time = 0; time < run.number("times"); time += 1) {
          cells.push(await objectsCell(worker, level, warmth, count, violations));
        }
      }
    }
  }
  await worker.stop();
  return cells;
}

async function throughGateway(run: Run, counts: readonly number[], violations: Violations): Promise<readonly Cell[]> {
  const rig = await startRig(run, {});
  await makeDimeModel(rig);
  const cells: Cell[] = [];
  for (const level of LEVELS) {
    for (const count of counts) {
      const cell = await gatewayCell(rig, level, count, violations);
      if (cell !== null) cells.push(cell);
      else console.log(`${count} at once on the ${level.name}: the machine was too slow to say`);
    }
  }
  await rig.platform.stop();
  return cells;
}

function resultTable(cells: readonly Cell[], counts: readonly number[]): string {
  const rows = LEVELS.flatMap((level) =>
    WARMTHS.map((warmth) => cells.filter((cell) => cell.level === level && cell.warmth === warmth)).filter(
      ({ length }) => length > 0,
    ),
  );
  return table(
    ["level that binds, its room, leases", ...counts.map((count) => `${count} at once`), "overshoot", "false refusals"],
    rows.map((row) => [
      `${row[0]?.level.name}, ${row[0]?.level.room}, ${row[0]?.warmth}`,
      ...counts.map((count) => admittedOf(row.filter((cell) => cell.count === count))),
      String(row.reduce((total, cell) => total + Math.max(0, cell.admitted - roomFor(cell)), 0)),
      String(row.reduce((total, cell) => total + Math.max(0, roomFor(cell) - cell.admitted), 0)),
    ]),
  );
}

/** One figure when all tries agree. */
const admittedOf = (cells: readonly Cell[]): string => [...new Set(cells.map(({ admitted }) => admitted))].join(" or ");
