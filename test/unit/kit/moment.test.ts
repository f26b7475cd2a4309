import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isoMoment, momentMs } from "../../../src/kit/moment.ts";
import { isTimeZone } from "../../../src/kit/time-zone.ts";
import { ROOT } from "../../../src/local/project.ts";

const MOMENTS: readonly (readonly [value: unknown, iso: string | null])[] = [
  ["2026-03-04", "2026-03-04T00:00:00.000Z"],
  ["2026-03-04T12:00", "2026-03-04T12:00:00.000Z"],
  ["2026-03-04T12:00:00", "2026-03-04T12:00:00.000Z"],
  ["2026-03-04 12:00:00", "2026-03-04T12:00:00.000Z"],
  ["2026-03-04 12:00:00 +0100", "2026-03-04T11:00:00.000Z"],
  ["2026-03-04T12:00:00Z", "2026-03-04T12:00:00.000Z"],
  ["2026-03-04t12:00:00z", "2026-03-04T12:00:00.000Z"],
  ["2026-03-04T12:00:00.5Z", "2026-03-04T12:00:00.500Z"],
  ["2026-03-04T12:00:00.123999Z", "2026-03-04T12:00:00.123Z"],
  ["2026-03-04T12:00:00+05:30", "2026-03-04T06:30:00.000Z"],
  ["2026-03-04T12:00:00-0500", "2026-03-04T17:00:00.000Z"],
  ["2026-03-04T12:00:00+01", "2026-03-04T11:00:00.000Z"],
  ["2026-03-04T24:00:00Z", "2026-03-05T00:00:00.000Z"],
  ["2028-02-29", "2028-02-29T00:00:00.000Z"],
  ["2000-02-29", "2000-02-29T00:00:00.000Z"],
  ["0099-12-31", "0099-12-31T00:00:00.000Z"],
  ["+012026-03-04T12:00:00Z", "+012026-03-04T12:00:00.000Z"],
  ["-000001-01-01", "-000001-01-01T00:00:00.000Z"],
  [-8.64e15, "-271821-04-20T00:00:00.000Z"],
  [1_772_625_600, "2026-03-04T12:00:00.000Z"],
  [1_772_625_600.5, "2026-03-04T12:00:00.500Z"],
  [1_772_625_600_000, "2026-03-04T12:00:00.000Z"],
  ["1772625600", "2026-03-04T12:00:00.000Z"],
  ["1772625600000", "2026-03-04T12:00:00.000Z"],
  ...[
    "2026-02-29", "2026-02-30", "2026-02-31T10:00:00Z", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10",
    "2026-01-00", "2026-03-04T24:00:01Z", "2026-03-04T25:00Z", "2026-03-04T12:60Z", "2026-03-04T12:00:60Z",
    "2026-03-04T12:00:00+24:00", "2026-03-04T12:00:00+05:60", "2026-03-04T12", "2026-03-04T", "2026-03", "2026",
    "20260304", "-000000-03-04", "+999999-01-01", "03/04/2026", "March 4, 2026", "tomorrow", "", " 2026-03-04", "2026-03-04 noon",
    0, -1, 42, 1e16, Number.NaN, Number.POSITIVE_INFINITY, true, null, undefined, ["2026-03-04"], {},
  ].map((value) => [value, null] as const),
]; // prettier-ignore

describe("a moment", () => {
  it.each(MOMENTS)("%j is %s", (value, iso) => {
    const at = momentMs(value);
    expect(at === null ? null : new Date(at).toISOString()).toBe(iso);
  });

  it.each(["Pacific/Kiritimati", "America/New_York", "Asia/Kolkata"])("is the same on a machine in %s", (TZ) => {
    const texts = MOMENTS.flatMap(([value]) => (typeof value === "string" ? [value] : []));
    const program = `import { momentMs } from ${JSON.stringify(join(ROOT, "src/kit/moment.ts"))};
      if (new Date(0).getTimezoneOffset() === 0) throw new Error("The zone was not taken");
      console.log(JSON.stringify(${JSON.stringify(texts)}.map(momentMs)));`;
    const out = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
      env: { ...process.env, TZ },
      encoding: "utf8",
    });
    expect(JSON.parse(out)).toEqual(texts.map(momentMs));
  });

  it("says whether it has a zone", () => {
    const zoned = (text: string) => isoMoment(text)?.hasZone;
    expect(["2026-03-04T12:00Z", "2026-03-04T12:00+01:00", "2026-03-04T12:00-00:00"].map(zoned)).toEqual([
      true,
      true,
      true,
    ]);
    expect(["2026-03-04", "2026-03-04T12:00", "2026-03-04 12:00:00.1"].map(zoned)).toEqual([false, false, false]);
  });
});

describe("a time zone", () => {
  it.each(["Europe/Berlin", "UTC", "Etc/GMT+5", "+05:30", "-03:00", "+14:00", "+00:00"])("is %s", (name) => {
    expect(isTimeZone(name)).toBe(true);
  });
  it.each(["US/Estern", "+0530", "+05", "+5:30", "+15:00", "+05:60", "+05:30:00", "05:30", "GMT+5", "", "contact"])(
    "is not %j",
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );
});
