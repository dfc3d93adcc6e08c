import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually } from "../e2e/support/money.ts";
import {
  api,
  browserOfFile,
  chooseFrom,
  heading,
  makeKey,
  makeSandbox,
  type Person,
  URL,
  visit,
} from "./support/people.ts";

const browser = browserOfFile();
let owner: Person;
beforeAll(async () => {
  owner = await browser.owner();
});

/** A request of that subject; which variant it had. */
async function ask(key: string, subject: string): Promise<string | null> {
  const answer = await fetch(`${URL}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "x-ao-subject": subject },
    body: JSON.stringify({ model: "sandbox/echo", messages: [{ role: "user", content: "Hello!" }] }),
  });
  await answer.text();
  return answer.headers.get("x-ao-experiment");
}

describe("the pages of experiments", () => {
  it("teach while there is none, and make one by a form whose JSON says the same", async () => {
    const { page } = owner;
    await visit(page, "/experiments", "Experiments");
    await page.getByText("No experiments yet").waitFor();
    await expect.poll(() => page.locator("main").getByRole("listitem").count()).toBeGreaterThan(2);
    await page.getByRole("link", { name: "Create experiment" }).last().click();
    await heading(page, "Create an experiment");
    await page.getByLabel("Name", { exact: true }).first().fill("Briefer");
    const brief = page.getByRole("region", { name: "Variant 2" });
    await brief.getByLabel("Name").fill("brief");
    await brief.getByText("Parameters in place of the caller's").click();
    await brief.getByLabel("Max tokens").fill("1");
    await page.getByRole("switch", { name: "Variants: Edit as JSON" }).click();
    const json = page.getByLabel("Variants as JSON");
    expect(JSON.parse(await json.inputValue())[1]).toEqual({
      name: "brief",
      percent: 50,
      parameters: { max_tokens: 1 },
    });
    await page.getByRole("button", { name: "Create experiment" }).click();
    await heading(page, "Briefer");
    const { data } = await api(owner, "GET", "/v1/experiments");
    expect(data).toMatchObject([
      {
        variants: [
          { name: "control", percent: 50 },
          { name: "brief", percent: 50, parameters: { max_tokens: 1 } },
        ],
      },
    ]);
  });

  it("start one, draw its figures with what is proven, promote a variant and take that back", async () => {
    const { page } = owner;
    await makeSandbox(owner);
    const { key } = await makeKey(owner, "app");
    const list = z.object({ data: z.array(z.object({ id: z.string() })) });
    const id = list.parse(await api(owner, "GET", "/v1/experiments")).data[0]?.id ?? "";
    await visit(page, `/experiments/${id}`, "Briefer");
    await page.getByText("There are no figures yet").waitFor();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();
    await page.getByText("No request has taken part yet").waitFor();
    await eventually(
      () => ask(key, "user-0"),
      (variant) => variant !== null,
    );
    await Promise.all(Array.from({ length: 12 }, (_, at) => ask(key, `user-${at}`)));
    await eventually(
      async () =>
        z
          .array(z.object({ requests: z.int() }))
          .parse((await api(owner, "GET", `/v1/experiments/${id}/results`)).variants),
      (seen) => seen.every(({ requests }) => requests >= 2),
    );
    await page.reload();
    await heading(page, "Briefer");
    const success = page
      .locator("section")
      .filter({ has: page.getByRole("heading", { name: "Success rate" }) })
      .first();
    await success.locator("svg circle").nth(1).waitFor();
    await page.getByText("By success rate: Nothing is proven yet.").waitFor();
    await page.getByRole("table", { name: "Variants against the control" }).getByText("Not yet").first().waitFor();

    await page.getByRole("button", { name: "Promote a variant" }).click();
    await chooseFrom(page.getByRole("dialog").getByRole("combobox", { name: "Variant" }), "brief");
    await page.getByRole("dialog").getByRole("button", { name: "Promote", exact: true }).click();
    await page.getByRole("button", { name: "Revert", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revert", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await eventually(
      () => api(owner, "GET", `/v1/experiments/${id}`),
      ({ status, automatic }) => status === "running" && automatic === false,
    );
  });
});
