import { mkdirSync } from "node:fs";
import { base32 } from "../schema/kernel/ids.ts";
import { LIMITS } from "../schema/kernel/limits.ts";
import { controlAudit, controlDatabase } from "../scripts/platform/control-client.ts";
import { dataFolder, runningInstance } from "../scripts/platform/data-folder.ts";
import {
  type DemoState,
  readDemoState,
  walletObjectFile,
  walletObjectsFolder,
  writeDemoState,
} from "../scripts/platform/demo-state.ts";
import { query, type SqlDatabase } from "../scripts/platform/sql-database.ts";
import { alertsWereTold, storyAlerts } from "./alerts.ts";
import { auditEntries } from "./audit-entries.ts";
import { chance } from "./chance.ts";
import { type History, playHistory } from "./history.ts";
import { Recorder } from "./record.ts";
import { namesOf, rowIdsOf, walletsOf } from "./rows.ts";
import { type Stage, type Story, storyOf } from "./story.ts";

/**
 * Gives the demo org of a running platform its 30 days: `node demo/run.ts <data folder>`. The story follows from its seed
 * and its time, so that one which was interrupted is played again and goes on: what is there already stays as it is.
 */

const folder = dataFolder(process.argv[2]);

async function main(): Promise<void> {
  const begun = performance.now();
  const state = await readDemoState(folder.path);
  const instance = await runningInstance(folder);
  if (state === null || state.phase === "done" || instance === null) return;
  const database = patient(controlDatabase(instance));
  const story = storyOf(await stageOf(database, state));
  const made = { org_id: story.org_id, wallet_ids: [...story.wallet_ids.values()], row_ids: rowIdsOf(story) };
  await writeDemoState(folder.path, { ...state, made });
  const random = chance(Date.now());
  const recorder = new Recorder(telling(database, story), () => base32(random.bytes(16)));
  await database.batch(namesOf(story));
  // What is played is recorded meanwhile, by the other processes.
  const history = await playHistory(story, (batch) => recorder.add(batch));
  if (!(await isPlaced(database, story))) place(history, story, folder.state);
  await telling(database, story).batch([...walletsOf(story), ...(await storyAlerts(story))]);
  await writeDemoState(folder.path, { ...state, made, phase: "placed" });
  for (const entries of pagesOf(auditEntries(story, history.refusals), LIMITS.audit_batch)) {
    await controlAudit(instance, story.org_id, entries);
  }
  await recorder.finished();
  history.books.close();
  await writeDemoState(folder.path, { ...state, made, phase: "done" });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(
    `✓ Demo data: ${story.requests.length} made-up requests of 30 days (${seconds} s). Remove them with: npm start -- --remove-demo`,
  );
}

/** Where the story plays: in the org of the demo's own key, whose owner made everything. */
async function stageOf(database: SqlDatabase, { seed, now }: DemoState): Promise<Stage> {
  const [owner] = await query(
    database,
    "SELECT m.org_id, u.id, u.email FROM members m JOIN users u ON u.id = m.user_id WHERE m.role = 'owner' AND m.org_id IN (SELECT org_id FROM providers WHERE id = 'sandbox') ORDER BY m.created_at LIMIT 1",
  );
  if (owner === undefined) throw new Error("there is no demo org: begin anew with `npm start -- --reset`");
  return {
    seed,
    now,
    org_id: String(owner.org_id),
    owner: { user_id: String(owner.id), email: String(owner.email) },
  };
}

/** Tries again once what may have got lost on its way: everything here may be repeated. */
const patient = ({ batch }: SqlDatabase): SqlDatabase => ({
  batch: (statements) => batch(statements).catch(() => batch(statements)),
});

/**
 * What is written through it counts as told from the same transaction on: the job of the minute runs meanwhile, and would
 * write to people today about what happened weeks ago.
 */
const telling = ({ batch }: SqlDatabase, story: Story): SqlDatabase => ({
  batch: (statements) => batch([...statements, alertsWereTold(story)]),
});

/** Once the database knows a wallet, its object may have been asked: its file is its own from then on. */
async function isPlaced(database: SqlDatabase, { wallet_ids }: Story): Promise<boolean> {
  const ids = JSON.stringify([...wallet_ids.values()]);
  const [found] = await query(
    database,
    "SELECT count(*) AS wallets FROM wallets WHERE id IN (SELECT value FROM json_each(?))",
    ids,
  );
  return Number(found?.wallets) > 0;
}

/** Lays what wallets keep where the runtime looks for it. No object of theirs has ever been asked. */
function place({ books }: History, { wallet_ids }: Story, state: string): void {
  mkdirSync(walletObjectsFolder(state), { recursive: true });
  for (const id of wallet_ids.values()) books.save(id, walletObjectFile(state, id));
}

function* pagesOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

// Whoever started it is gone.
process.on("disconnect", () => process.exit(1));
await main();
process.exit(0);
