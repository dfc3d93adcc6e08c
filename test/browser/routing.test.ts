import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { eventually } from "../e2e/support/money.ts";
import { axeProblems } from "./support/axe.ts";
import {
  api,
  browserOfFile,
  choose,
  chooseFrom,
  heading,
  makeKey,
  makeSandbox,
  type Person,
  request,
  visit,
} from "./support/people.ts";

const browser = browserOfFile();
let owner: Person;
beforeAll(async () => {
  owner = await browser.owner();
  await makeSandbox(owner);
});

const rulesSchema = z.object({
  data: z.array(
    z.object({ id: z.string(), name: z.string(), enabled: z.boolean(), when: z.unknown(), then: z.unknown() }),
  ),
});
const rules = async () => rulesSchema.parse(await api(owner, "GET", "/v1/routing/rules?sort=priority")).data;

describe("routing", () => {
  it("makes a rule by a form, with what the API finds wrong at its place", async () => {
    const { page } = owner;
    await visit(page, "/routing", "Routing");
    await page.getByText("There is no routing rule yet").waitFor();
    await page.getByRole("link", { name: "Create rule" }).first().click();
    await heading(page, "Create a routing rule");
    await page.getByLabel("Name", { exact: true }).fill("Support is served by the echo");
    await choose(page, "Add a condition", "Feature");
    const feature = page.getByRole("combobox", { name: "Feature", exact: true });
    for (const name of ["support", "help"]) {
      await feature.fill(name);
      await feature.press("Enter");
    }
    await page.getByLabel("Model", { exact: true }).fill("echo");
    await page.getByRole("button", { name: "Create routing rule" }).click();
    await page
      .getByText(/must be a model as it is called here/i)
      .first()
      .waitFor();
    await expect
      .poll(() => page.getByLabel("Name", { exact: true }).inputValue())
      .toBe("Support is served by the echo");
    // The JSON mends what the form shows.
    const asJson = page.getByRole("switch", { name: "Then: Edit as JSON" });
    await asJson.click();
    await page.getByLabel("Then as JSON").fill('{"fallback":["sandbox/echo","sandbox/lorem"]}');
    await asJson.click();
    await expect.poll(() => page.getByRole("combobox", { name: "Model 2" }).inputValue()).toBe("sandbox/lorem");
    await page.getByRole("button", { name: "Create routing rule" }).click();
    await heading(page, "Support is served by the echo");
    await expect
      .poll(() => rules())
      .toMatchObject([
        { when: { feature: ["support", "help"] }, then: { fallback: ["sandbox/echo", "sandbox/lorem"] } },
      ]);
  });

  it("moves rules by the keyboard and switches them", async () => {
    const { page } = owner;
    await api(owner, "POST", "/v1/routing/rules", {
      name: "Last",
      priority: 200,
      when: {},
      then: { model: "sandbox/echo" },
    });
    await visit(page, "/routing", "Routing");
    await page.getByRole("button", { name: "Move Last up" }).focus();
    await page.keyboard.press("Enter");
    await eventually(rules, ([first]) => first?.name === "Last");
    await page.getByRole("switch", { name: "Last is on" }).click();
    await eventually(rules, ([first]) => first?.enabled === false);
  });

  it("says which rule would match a request, and what would be asked next", async () => {
    const { page } = owner;
    await visit(page, "/routing?tab=test", "Routing");
    await page.getByLabel("Model that is asked for").fill("openai/gpt-5");
    await page.getByLabel("Feature").fill("help");
    await page.getByRole("button", { name: "Show what would happen" }).click();
    await page.getByText("applies and decides").waitFor();
    await page.getByRole("heading", { name: "sandbox/echo" }).waitFor();
    await page.getByText("Where it fails, next: sandbox/lorem.").waitFor();
    expect(page.url()).toContain("feature=help");
  });

  it("tries a rule on past requests while it is made, and says what it cannot know", async () => {
    const { page } = owner;
    await visit(page, "/rules/new", "Create a routing rule");
    const panel = page.locator("section", { has: page.getByRole("heading", { name: "What would it have done?" }) });
    await page.getByRole("switch", { name: "Then: Edit as JSON" }).click();
    await page.getByLabel("Then as JSON").fill('{"model":"sandbox/lorem"}');
    await panel.getByRole("button", { name: "Try it" }).click();
    await panel.getByText("No request in this time").waitFor();

    for (const { id } of await rules()) await api(owner, "DELETE", `/v1/routing/rules/${id}`);
    const { key } = await makeKey(owner, "Replayed");
    expect(await request(key)).toBe(200);
    expect(await request(key)).toBe(200);
    const logged = async () =>
      z.array(z.object({ id: z.string() })).parse((await api(owner, "GET", "/v1/requests")).data);
    const [newest] = await eventually(logged, ({ length }) => length === 2);

    // By the keyboard: the button, then the time, which asks again.
    await panel.getByRole("button", { name: "Try it" }).press("Enter");
    await panel.getByText("Of all 2 requests it would have decided 2.").waitFor();
    await panel.getByRole("radio", { name: "24 hours" }).press("ArrowRight");
    // That sends nothing: the rule has no name yet, which nobody complains of.
    await panel.getByRole("radio", { name: "7 days" }).press("Enter");
    await expect.poll(() => page.getByText("Fill this in.").count()).toBe(0);
    const table = panel.getByRole("table", { name: "Where requests went, and where they would have gone" });
    const row = table.getByRole("row").nth(1);
    await expect.poll(() => row.innerText()).toMatch(/sandbox\/echo\s+Elsewhere\s+sandbox\/lorem\s+2\s/);
    await expect
      .poll(() => row.getByRole("link", { name: "sandbox/echo" }).getAttribute("href"))
      .toMatch(/^\/requests\?model=sandbox%2Fecho&from=/);
    await expect
      .poll(() => row.getByRole("link", { name: newest?.id ?? "" }).getAttribute("href"))
      .toBe(`/requests/${newest?.id}`);

    await page.getByRole("switch", { name: "When: Edit as JSON" }).click();
    await page.getByLabel("When as JSON").fill('{"tools":true}');
    await panel.getByText("The rule has changed since: ask again.").waitFor();
    await panel.getByRole("button", { name: "Try it" }).click();
    await panel.getByText("Of 2 it cannot be told.").waitFor();
    await panel.getByText(/^Tools, 2 requests: the log does not hold it/).waitFor();

    await page.getByLabel("When as JSON").fill('{"input_tokens":{"above":3}}');
    await panel.getByRole("button", { name: "Try it" }).click();
    await page
      .getByText(/Unrecognized key: "above"/)
      .first()
      .waitFor();
    // It was tried without a name, and nothing of it was saved.
    await expect.poll(() => rules()).toEqual([]);
  });

  it("tries a change of a rule, and the saved ones on recent requests", async () => {
    const { page } = owner;
    const then = { model: "sandbox/lorem" };
    const { id } = await api(owner, "POST", "/v1/routing/rules", { name: "All", priority: 1, when: {}, then });
    await visit(page, "/routing?tab=recent", "Routing");
    await page.getByText("All 2 requests of this time").waitFor();
    await page.getByRole("cell", { name: "Elsewhere" }).waitFor();
    expect(await axeProblems(page, "light")).toEqual([]);
    await visit(page, `/rules/${id}/edit`, "Edit “All”");
    await page.getByRole("switch", { name: "When: Edit as JSON" }).click();
    await page.getByLabel("When as JSON").fill('{"feature":"nobody"}');
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByText("it would have decided 0, and let go of 2 that it decides as it is saved.").waitFor();
    await page.getByRole("cell", { name: "As before" }).waitFor();
  });

  it("makes and changes nested conditions by clicking, and shows a refusal at its row", async () => {
    const { page } = owner;
    for (const { id } of await rules()) await api(owner, "DELETE", `/v1/routing/rules/${id}`);
    const select = (list: string, option: string) =>
      chooseFrom(page.getByRole("combobox", { name: list, exact: true }), option);
    const focused = () =>
      page.evaluate("document.activeElement?.closest('fieldset')?.querySelector('legend')?.textContent");
    await visit(page, "/rules/new", "Create a routing rule");
    await page.getByLabel("Name", { exact: true }).fill("Nested");
    await select("Add a condition", "Input tokens");
    await expect.poll(focused).toBe("Condition 1: Input tokens");
    await select("Input tokens: comparison", "at least");
    await page.getByRole("textbox", { name: "Input tokens, tokens" }).fill("100");

    await page.getByRole("button", { name: "Add a group", exact: true }).click();
    await expect.poll(focused).toBe("Group 2: any of these");
    await select("Add a condition to group 2", "Model");
    const model = page.getByRole("combobox", { name: "Model", exact: true }).first();
    await model.fill("sandbox/lo");
    await page.getByRole("option", { name: "sandbox/lorem", exact: true }).click();
    await select("Add a condition to group 2", "Health");
    await page.getByRole("combobox", { name: "Health: of" }).fill("sandbox");
    await page.getByRole("combobox", { name: "Health: state" }).fill("down");
    await page.getByRole("option", { name: "Down", exact: true }).click();
    await select("Add a condition to group 2", "Tools");
    await page.getByRole("button", { name: "Put the condition Tools into a group" }).click();
    await expect.poll(focused).toBe("Group 2.3: any of these");
    await select("Which of group 2.3 must hold", "None of these");
    await select("Add a condition to group 2.3", "Country");
    await page.getByRole("combobox", { name: "Country", exact: true }).fill("Germ");
    await page.getByRole("option", { name: "Germany (DE)" }).click();
    await select("Add a condition to group 2.3", "Latency, p95");

    await select("What it does", "The cheapest");
    await page.getByRole("combobox", { name: "Model 1" }).fill("sandbox/echo");
    await page.getByRole("combobox", { name: "Model 2" }).fill("sandbox/lorem");
    await page.getByRole("textbox", { name: /^Latency, p95, at most/ }).fill("3000");
    await page.getByRole("textbox", { name: /^Error rate, at most/ }).fill("0.02");

    // What is not filled in is said before anything is sent; what the API refuses, at the same place.
    const row = page.getByRole("group", { name: "Condition 2.3.3: Latency, p95" });
    await page.getByRole("button", { name: "Create routing rule" }).click();
    await row.getByText("Say of which one.").waitFor();
    await page.getByRole("combobox", { name: "Latency, p95: of" }).fill("sandbox/echo");
    await page.getByRole("textbox", { name: "Latency, p95, ms" }).fill("slow");
    await page.getByRole("button", { name: "Create routing rule" }).click();
    await row.getByText(/must be a number/i).waitFor();
    await expect.poll(() => page.getByText(/must be a number/i).count()).toBe(1);
    await expect.poll(focused).toBe("Condition 2.3.3: Latency, p95");

    expect(await axeProblems(page, "light")).toEqual([]);
    expect(await axeProblems(page, "dark")).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 375, height: 812 });
    await expect.poll(() => page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(375);
    await page.setViewportSize({ width: 1280, height: 800 });

    await page.getByRole("textbox", { name: "Latency, p95, ms" }).fill("5000");
    await page.getByRole("button", { name: "Create routing rule" }).click();
    await heading(page, "Nested");
    const [{ id = "" } = {}] = await rules();
    const figures = { latency_p95_ms: { "sandbox/echo": { gt: 5000 } } };
    const any = [{ model: "sandbox/lorem" }, { health: { sandbox: "down" } }];
    expect(await rules()).toMatchObject([
      {
        when: {
          input_tokens: { gte: 100 },
          any: [...any, { not: { any: [{ tools: true }, { country: "DE" }, figures] } }],
        },
        then: { cheapest: ["sandbox/echo", "sandbox/lorem"], sla: { p95_latency_ms: 3000, error_rate: 0.02 } },
      },
    ]);

    // By the keyboard: rows go, and the focus stays beside them.
    await visit(page, `/rules/${id}/edit`, "Edit “Nested”");
    await page.getByRole("button", { name: "Remove the condition Country" }).press("Enter");
    await expect.poll(focused).toBe("Condition 2.3.2: Latency, p95");
    await page.getByRole("button", { name: "Remove the condition Health" }).press("Enter");
    await expect.poll(focused).toBe("Group 2.2: none of these");
    const json = page.getByRole("switch", { name: "When: Edit as JSON" });
    await json.click();
    const when = { input_tokens: { gte: 100 }, any: [any[0], { not: { any: [{ tools: true }, figures] } }] };
    await expect.poll(async () => JSON.parse(await page.getByLabel("When as JSON").inputValue())).toEqual(when);
    await page.getByLabel("When as JSON").fill(JSON.stringify({ ...when, soon: { x: 1 } }));
    await json.click();
    await page.getByText("This has no row of its own. Change it as JSON.").waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page
      .getByRole("group", { name: "Condition 3: Soon" })
      .getByText(/Unrecognized key: "soon"/)
      .waitFor();
    await page.getByRole("button", { name: "Remove the condition Soon" }).click();
    await expect.poll(focused).toBe("Group 2: any of these");
    // A second bound of the same field: that it is empty is said at it alone, and in the JSON with its place.
    await select("Add a condition", "Input tokens");
    const save = page.getByRole("button", { name: "Save" });
    await save.click();
    await page.getByRole("group", { name: "Condition 3: Input tokens" }).getByText("Fill this in.").waitFor();
    await expect.poll(() => page.getByText("Fill this in.").count()).toBe(1);
    await json.click();
    await page.getByText("when.input_tokens.lt: Fill this in.").waitFor();
    await json.click();
    await page.getByRole("textbox", { name: "Input tokens, tokens" }).nth(1).fill("5000");
    await save.click();
    await heading(page, "Nested");
    expect(await rules()).toMatchObject([{ when: { ...when, input_tokens: { gte: 100, lt: 5000 } } }]);
  });
});
