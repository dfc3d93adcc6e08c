import { test } from "vitest";
import { startPlatform } from "./support/platform.ts";
test("shot", async () => {
  const p = await startPlatform();
  await p.query("UPDATE api_keys SET models = '[\"x/*\"]' WHERE name = 'Demo app'");
  for (let i=0;i<80;i++) await fetch(`${p.url}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${p.appKey}`, "content-type": "application/json" }, body: '{"model":"sandbox/echo","messages":[{"role":"user","content":"hi"}]}' });
  await new Promise((r) => setTimeout(r, 14000));
  const rows = await p.query("SELECT * FROM audit_log WHERE action = 'request.blocked' ORDER BY seq");
  console.log(rows.length, JSON.stringify(rows.slice(-2)), rows.reduce((n, r) => n + JSON.parse(String(r.details)).count, 0));
  await p.dispose();
});
