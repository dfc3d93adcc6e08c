import { beforeEach, describe, expect, it } from "vitest";
import { adapterOf } from "../../../workers/gateway/providers/registry.ts";
import { quietLogs } from "../gateway/fixtures.ts";
import { readIndependently } from "./independent.ts";
import { HAVE_RECORDINGS, PROVIDERS, type Recording, recordings } from "./recordings.ts";
import type { Said } from "./said.ts";
import { readThroughGateway } from "./through-gateway.ts";

beforeEach(() => {
  quietLogs();
});

/** Everything, or what the two show alike. */
const compared = ({ provider }: Recording, said: Said): Partial<Said> => {
  const { text, calls, finish } = said;
  return provider.differs === undefined ? said : { text, calls, finish };
};

describe.skipIf(!HAVE_RECORDINGS)(
  "a recorded answer, read by a client of the provider's own and through the gateway",
  () => {
    const all = recordings().filter(({ provider }) => adapterOf(provider.kind) !== null);

    it("is there for every provider", () => {
      const folders = new Set(recordings().map(({ provider }) => provider.folder));
      expect([...folders].sort()).toEqual(PROVIDERS.map(({ folder }) => folder).sort());
    });

    it.each(all.map((recording) => [recording.name, recording] as const))(
      "%s is the same",
      async (_name, recording) => {
        const expected = await readIndependently(recording);
        expect(compared(recording, await readThroughGateway(recording, 65_536))).toEqual(compared(recording, expected));
      },
    );

    const streams = all.filter(({ stream }) => stream);

    it.each(streams.map((recording) => [recording.name, recording] as const))(
      "%s is the same when it comes by the byte",
      async (_name, recording) => {
        const expected = await readIndependently(recording);
        expect(compared(recording, await readThroughGateway(recording, 1))).toEqual(compared(recording, expected));
      },
    );
  },
);
