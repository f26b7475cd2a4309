import { describe, expect, it } from "vitest";
import {
  bucketsQuery,
  DELIVERIES,
  deliveryBatch,
  listQuery,
  LOCATIONS,
  logQuery,
  taskQuery,
} from "../../../src/api/query.ts";
import type { Failure } from "../../../src/model/failure.ts";
import type { Result } from "../../../src/kit/result.ts";

const NOW = Date.parse("2026-03-04T12:07:30Z");
const url = (query: string) => new URL(`https://afterbeep.test/?${query}`);
const readers: { readonly [name: string]: (query: string) => Result<unknown, Failure> } = {
  locations: (query) => listQuery(url(query), LOCATIONS),
  events: (query) => logQuery(url(query)),
  deliveries: (query) => listQuery(url(query), DELIVERIES),
  tasks: (query) => taskQuery(url(query)),
  buckets: (query) => bucketsQuery(url(query), NOW),
};
/** The names of what was refused. */
const refused = (read: Result<unknown, Failure>): readonly string[] =>
  !read.ok && read.failure.code === "REQUEST_PARAMETER" ? read.failure.issues.map(({ pointer }) => pointer) : [];

describe("parameters", () => {
  it.each<[reader: string, query: string, pointers: readonly string[]]>([
    ["locations", "search=%00", ["/search"]],
    ["locations", `search=${"x".repeat(65)}`, ["/search"]],
    ["events", "kind=Weather", ["/kind"]],
    ["events", "channel=pigeon&outcome=lost&fired=maybe", ["/channel", "/outcome", "/fired"]],
    ["events", "message=m", ["/message"]],
    ["events", "from=yesterday&to=2026-13-01T00:00Z", ["/from", "/to"]],
    ["events", "cursor=abc&limit=0", ["/limit", "/cursor"]],
    ["events", "limit=0x10", ["/limit"]],
    ["events", "limit=1e2", ["/limit"]],
    ["events", "limit=%2B5", ["/limit"]],
    ["events", "limit=5.0", ["/limit"]],
    ["events", "limit=201", ["/limit"]],
    ["deliveries", "state=lost&error=oops", ["/error", "/state"]],
    ["deliveries", "contact=two%20words&host=%20", ["/host", "/contact"]],
    ["tasks", "order=oldest", ["/order"]],
    ["tasks", "order=due&cursor=0123abc", ["/cursor"]],
    ["buckets", "bucket=day", ["/bucket"]],
    ["buckets", "from=2026-03-04T13:00Z&to=2026-03-04T12:00Z", ["/from"]],
    ["buckets", "bucket=hour&from=2026-01-01T00:00Z&to=2026-03-01T00:00Z", ["/from"]],
  ])("of %s: %s names what cannot be used", (reader, query, pointers) => {
    expect(refused(readers[reader]?.(query) ?? { ok: true, value: null })).toEqual(pointers);
  });

  it.each<[reader: string, query: string, value: object]>([
    ["locations", "search=Caf%C3%A9%20100%25", { limit: 50, search: "Café 100%" }],
    ["locations", "search=Ten-ant_1", { limit: 50, search: "Ten-ant_1" }],
    ["events", "rule=&contact=c&message=m&limit=7", { limit: 7, contactId: "c", messageId: "m" }],
    ["deliveries", "state=dead&contact=c&cursor=x", { limit: 50, state: "dead", contact: "c", cursor: "x" }],
    ["tasks", "order=due&cursor=17.id", { limit: 50, order: "due", cursor: "17.id" }],
    ["tasks", "cursor=id", { limit: 50, cursor: "id" }],
  ])("of %s: %s is read", (reader, query, value) => {
    expect(readers[reader]?.(query)).toEqual({ ok: true, value: expect.objectContaining(value) });
  });

  it("never repeat a value that was refused", () => {
    expect(JSON.stringify(readers["events"]?.("kind=private-text&from=private-text"))).not.toContain("private-text");
  });

  it("of a body have the forms that they have in a query, and no others are taken", () => {
    for (const [name, value] of [
      ["rule", "two words"],
      ["error", "oops"],
      ["since", "2026-13-01T00:00Z"],
      ["since", "2026-02-31T00:00Z"],
      ["until", "2026-03-01T24:00Z"],
      ["contact", ""],
      ["host", 7],
      ["state", "dead"],
      ["constructor", "x"],
    ] as const)
      expect(refused(deliveryBatch({ [name]: value })), name).toEqual([`/${name}`]);
    expect(refused(deliveryBatch([]))).toEqual([""]);
    expect(deliveryBatch({ contact: "c", error: "DESTINATION_GONE" })).toEqual({
      ok: true,
      value: { filter: { contact: "c", error: "DESTINATION_GONE" }, limit: 1_000 },
    });
    expect(deliveryBatch({ rule: "r", limit: 7 })).toEqual({ ok: true, value: { filter: { rule: "r" }, limit: 7 } });
    for (const limit of [0, 1_001, 1.5, "7", null]) expect(refused(deliveryBatch({ limit }))).toEqual(["/limit"]);
  });
});

describe("buckets", () => {
  const read = (query: string) => {
    const buckets = bucketsQuery(url(query), NOW);
    if (!buckets.ok) throw new Error(query);
    const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);
    return [iso(buckets.value.fromMs), iso(buckets.value.toMs), buckets.value.bucketMs];
  };

  it.each([
    ["", ["2026-03-03T12:15", "2026-03-04T12:15", 900_000]],
    ["bucket=minute", ["2026-03-04T10:08", "2026-03-04T12:08", 60_000]],
    ["bucket=hour&from=2026-03-04T00:20Z&to=2026-03-04T03:00Z", ["2026-03-04T00:00", "2026-03-04T03:00", 3_600_000]],
    ["from=2026-03-04T00:20Z&to=2026-03-04T03:00:00.001Z", ["2026-03-04T00:15", "2026-03-04T03:15", 900_000]],
  ])("of %j begin and end at their edges", (query, told) => {
    expect(read(query)).toEqual(told);
  });
});
