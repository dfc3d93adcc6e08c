import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { banner } from "../../../scripts/platform/banner.ts";
import { parsePort, refuseTakenPort } from "../../../scripts/platform/port.ts";
import { table } from "../../../scripts/platform/table.ts";
import { localVars } from "../../../scripts/platform/vars.ts";

const OWNER = { email: "owner@demo.example", password: "secret" };

describe("what npm start prints", () => {
  it("the banner has the lines that others read, label, spaces, value", () => {
    const keys = { app_key: "ao_1", admin_key: "ao_2" };
    const text = banner({ url: "http://127.0.0.1:8787", seeded: { owner: OWNER, keys, is_new: true }, data: "/d" });
    expect(text.split("\n")).toEqual(
      expect.arrayContaining([
        "url         http://127.0.0.1:8787",
        "app key     ao_1",
        "admin key   ao_2",
        "owner       owner@demo.example / secret",
        "data        /d",
        "  -H 'authorization: Bearer ao_1' \\",
      ]),
    );
  });

  it("without the demo org it shows the owner and no keys", () => {
    const text = banner({
      url: "http://127.0.0.1:8787",
      seeded: { owner: OWNER, keys: null, is_new: true },
      data: "/d",
    });
    expect(text).toContain("owner       owner@demo.example / secret");
    expect(text).not.toContain("key");
  });

  it("tables line up, numbers to the right", () => {
    expect(
      table(
        ["name", "size"],
        [
          ["a", "1"],
          ["long name", "1000"],
        ],
        { right: [1] },
      ),
    ).toBe("name       size\na             1\nlong name  1000");
  });
});

describe("the port", () => {
  it.each(["-1", "65536", "80a", "", "1.5", " 80"])("%j is none", (text) => {
    expect(parsePort(text)).toBeNull();
  });

  it.each([
    ["0", 0],
    ["8787", 8787],
    ["65535", 65_535],
  ])("%s is one", (text, port) => {
    expect(parsePort(text)).toBe(port);
  });

  it("that is taken is refused, saying how to choose another one", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      }),
    );
    await expect(refuseTakenPort("127.0.0.1", port)).rejects.toThrow(/taken.*PORT=<port> npm start/);
    await new Promise((closed) => server.close(closed));
    await expect(refuseTakenPort("127.0.0.1", port)).resolves.toBeUndefined();
  });
});

describe("variables of the workers on this machine", () => {
  it("allow private upstreams unless told otherwise", () => {
    expect(localVars({})).toMatchObject({ AO_ENVIRONMENT: "local", AO_ALLOW_PRIVATE_UPSTREAMS: "true" });
    expect(localVars({ AO_ALLOW_PRIVATE_UPSTREAMS: "false" }).AO_ALLOW_PRIVATE_UPSTREAMS).toBe("false");
  });

  it("take every AO_ variable of the environment, but neither secrets nor anything else", () => {
    const vars = localVars({
      AO_HOLD_TTL_MS: "5",
      AO_MASTER_KEY: "s",
      AO_KEY_PEPPER: "s",
      AO_DATA: "d",
      HOME: "/",
      AO_X: "",
    });
    expect(vars).toEqual({ ...localVars({}), AO_HOLD_TTL_MS: "5" });
  });
});
