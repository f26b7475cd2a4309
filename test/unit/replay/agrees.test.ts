import { describe, expect, it } from "vitest";
import { disagreements } from "../../../proof/replay/agreement.ts";
import { exportedPast } from "../../generated/past.ts";
import { upTo } from "../../thorough.ts";

describe("a replay of the rules that were in force", () => {
  it.each(Array.from({ length: upTo(4, 20) }, (_, n) => n + 1))(
    "is what the real ledger has decided and done: seed %i",
    async (seed) => {
      const { lines } = await exportedPast(seed);
      expect(await disagreements(lines)).toEqual([]);
    },
  );
});
