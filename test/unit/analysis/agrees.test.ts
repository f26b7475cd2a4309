// The analysis against brute force: whatever it says of rules has to be true of every event of a small space, and each
// event that it shows has to show it.
import { describe, expect, it } from "vitest";
import { agreementOf } from "../../../proof/analysis/agreement.ts";
import { upTo } from "../../thorough.ts";

const SETS = upTo(60, 1_000);

describe("the analysis", () => {
  it(`says of ${SETS} sets of rules what is true on every event of a small space`, async () => {
    const seen = { never: 0, met: 0, open: 0 };
    for (let seed = 0; seed < SETS; seed++) {
      const { never, met, open, disagreements } = await agreementOf(seed);
      if (disagreements.length > 0) expect.unreachable(disagreements.join("\n"));
      seen.never += never;
      seen.met += met;
      seen.open += open;
    }
    // It would prove nothing if all were alike, or left open.
    expect(seen.never).toBeGreaterThan(SETS);
    expect(seen.met).toBeGreaterThan(SETS * 3);
    expect(seen.open / (seen.never + seen.met + seen.open)).toBeLessThan(0.02);
  }, 600_000);
});
