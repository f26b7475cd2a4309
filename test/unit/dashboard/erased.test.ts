import { expect, it } from "vitest";
import { erasedInWords } from "../../../src/dashboard/contact/erased.ts";

it.each([
  [{ events: 0, deliveries: 0, tasks: 0, quarantined: 0 }, "There was nothing to remove"],
  [{ events: 1, deliveries: 0, tasks: 0, quarantined: 0 }, "Removed: 1 event"],
  [{ events: 12_000, deliveries: 1, tasks: 2, quarantined: 0 }, "Removed: 12,000 events, 1 delivery, 2 tasks"],
  [
    { events: 0, deliveries: 2, tasks: 1, quarantined: 1 },
    "Removed: 2 deliveries, 1 task, 1 event that could not be used",
  ],
])("says what erasing removed, and nothing of what was not there: %j", (erased, words) => {
  expect(erasedInWords(erased)).toBe(words);
});
