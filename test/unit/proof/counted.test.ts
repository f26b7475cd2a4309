import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { CountedMessages } from "../../../proof/sim/counted.ts";

/** What happens at a time of the ledger's clock, in statements. */
type Step = readonly [wallMs: number, ...statements: string[]];

const count = (id: string, at: number): string =>
  `INSERT INTO sends VALUES ('${id}', 'texts', 'c1', ${at}) ON CONFLICT DO UPDATE SET at = excluded.at`;
const setBack = (to: number): string => `UPDATE sends SET at = ${to} WHERE at > ${to}`;
const CRASH = "DELETE FROM sends WHERE at = 100";

/** Who was let through, and how long ago the others had been. */
function seenAfter(steps: readonly Step[]): string[] {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE sends (delivery_id TEXT PRIMARY KEY, rule TEXT, contact_id TEXT, at INTEGER)");
  let nowMs = 0;
  const stoppedAt: number[] = [];
  const disk = { rows: (statement: string) => database.prepare(statement).all(), isConfirmed: true };
  const counted = new CountedMessages({ wall: () => nowMs }, { disk, stoppedAt });
  for (const [wallMs, ...statements] of steps) {
    nowMs = wallMs;
    for (const statement of statements) database.exec(statement);
    if (statements.includes(CRASH)) stoppedAt.push(wallMs);
    disk.isConfirmed = !statements.some((statement) => statement.startsWith("INSERT"));
    counted.look();
  }
  return counted
    .seen()
    .map(({ deliveryId, before }) =>
      [deliveryId, ...before.map((other) => `${other.deliveryId}-${other.agoMs}`)].join(" "),
    );
}

describe("what is seen of messages that are counted", () => {
  it.each<[string, readonly Step[], string[]]>([
    [
      "says how long ago the others were counted",
      [
        [100, count("a", 100)],
        [130, count("b", 130)],
      ],
      ["a", "b a-30"],
    ],
    [
      "counts a message anew that is counted again",
      [
        [100, count("a", 100)],
        [130, count("a", 130)],
        [150, count("b", 150)],
      ],
      ["a", "a", "b a-20"],
    ],
    [
      "takes a time that is set back for no count, and keeps how long ago it was by the clock of then",
      [
        [500, count("a", 500)],
        [100, setBack(100)],
        [300, count("b", 300)],
        [110, setBack(110)],
        [200, count("c", 200)],
      ],
      ["a", "b a-200", "c a-100 b-90"],
    ],
    [
      "knows that the clock was set back although the ledger has not seen it yet",
      [[500, count("a", 500)], [100], [300, count("b", 300)]],
      ["a", "b a-200"],
    ],
    [
      "forgets what a crash took back before it was on disk",
      [
        [100, count("a", 100)],
        [130, CRASH],
        [150, count("a", 150)],
      ],
      ["a"],
    ],
    ["keeps what a crash left", [[100, count("a", 100)], [120], [130, CRASH], [150, count("a", 150)]], ["a", "a"]],
  ])("%s", (_, steps, seen) => {
    expect(seenAfter(steps)).toEqual(seen);
  });
});
