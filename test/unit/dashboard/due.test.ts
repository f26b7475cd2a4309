import { describe, expect, it } from "vitest";
import { dueInWords, neighbourOf } from "../../../src/dashboard/tasks/due.ts";

const NOW = Date.parse("2026-03-03T13:00:00Z");

describe("a task", () => {
  it.each([
    [null, "no date", false],
    ["2026-03-03T15:00:00Z", "due in 2 h", false],
    ["2026-03-03T13:00:00Z", "due now", false],
    ["2026-03-03T12:59:59Z", "overdue by 1 s", true],
    ["2026-03-01T12:00:00Z", "overdue by 2 d", true],
  ])("that is due at %s is %s", (dueAt, words, isOverdue) => {
    expect(dueInWords({ dueAt }, NOW)).toEqual({ words, isOverdue });
  });

  it("that goes hands the focus to the next, the last one to the one before, the only one to none", () => {
    const [a, b, c] = [{ id: "a" }, { id: "b" }, { id: "c" }];
    expect([neighbourOf([a, b, c], "b"), neighbourOf([a, b, c], "c"), neighbourOf([a], "a")]).toEqual([c, b, null]);
    expect(neighbourOf([a, b], "x")).toBeNull();
  });
});
