import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MOVE_MUTANTS } from "../../../proof/move/mutants.ts";
import { ANALYSIS_MUTANTS } from "../../../proof/analysis/mutants.ts";
import { REPLAY_MUTANTS } from "../../../proof/replay/mutants.ts";
import { MUTANTS } from "../../../proof/sim/mutants.ts";

describe("a planted bug", () => {
  it.each(
    [...MUTANTS, ...REPLAY_MUTANTS, ...MOVE_MUTANTS, ...ANALYSIS_MUTANTS].map(({ name, file, from }) => [
      name,
      file,
      from,
    ]),
  )("%s has its place in %s", (_, file, from) => {
    const text = readFileSync(join(import.meta.dirname, "../../../src", file), "utf8");
    expect(text.split(from)).toHaveLength(2);
  });
});
