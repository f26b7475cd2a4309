import { expect, it } from "vitest";
import { exportedInWords } from "../../../src/cli/export.ts";

it.each([
  ["says how much is in a file", 1_200, "log.ndjson", "1,200 events in log.ndjson"],
  ["says nothing beside lines that go to stdout", 4, undefined, null],
  [
    "says that there is nothing, and where locations are listed",
    0,
    undefined,
    expect.stringContaining("/api/locations"),
  ],
  ["says so of a file, too", 0, "log.ndjson", expect.stringContaining("No event of location L")],
])("an export %s", (_, events, out, says) => {
  expect(exportedInWords({ events }, "L", out)).toEqual(says);
});
