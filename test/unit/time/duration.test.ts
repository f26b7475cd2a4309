import * as fc from "fast-check";
import { fromString } from "temporal-polyfill/fns/Duration";
import { describe, expect, it } from "vitest";
import { durationMs } from "../../../src/time/duration.ts";

describe("a duration", () => {
  it.each([
    { text: "1s", ms: 1_000 },
    { text: "30s", ms: 30_000 },
    { text: "5m", ms: 300_000 },
    { text: "2h", ms: 7_200_000 },
    { text: "3d", ms: 259_200_000 },
    { text: "365d", ms: 31_536_000_000 },
    { text: "8760h", ms: 31_536_000_000 },
    { text: "525600m", ms: 31_536_000_000 },
    { text: "999999s", ms: 999_999_000 },
    { text: "007m", ms: 420_000 },
    { text: "PT5M", ms: 300_000 },
    { text: "PT1H30M", ms: 5_400_000 },
    { text: "P1D", ms: 86_400_000 },
    { text: "P1DT12H", ms: 129_600_000 },
    { text: "P2W", ms: 1_209_600_000 },
    { text: "PT90S", ms: 90_000 },
  ])("$text is $ms ms", ({ text, ms }) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each([
    "",
    "0s",
    "0d",
    "000000m",
    "366d",
    "8761h",
    "525601m",
    "99999999s",
    "PT",
    "P",
    "P1M",
    "P1Y",
    "P366D",
    "PT0S",
    "pt5m",
    "PT5",
    "P-1D",
    "5",
    "m",
    "5M",
    "5w",
    "5y",
    "5ms",
    "5 m",
    " 5m",
    "5m ",
    "5m\n",
    "-5m",
    "+5m",
    "1.5h",
    "1,5h",
    "1e3s",
    "0x5m",
    "1h30m",
    "５m",
    "five minutes",
    "Infinityd",
  ])("%j is none", (text) => {
    expect(durationMs(text)).toBeNull();
  });

  it("is null or between a second and a year, whatever the text", () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^\d{1,8}[smhd]$/));
    fc.assert(
      fc.property(text, (text) => {
        const ms = durationMs(text);
        if (ms === null) return;
        expect(ms).toBeGreaterThanOrEqual(1_000);
        expect(ms).toBeLessThanOrEqual(31_536_000_000);
        expect(ms % 1_000).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("is as long in ISO 8601 as Temporal says", () => {
    const count = fc.option(fc.nat({ max: 200 }), { nil: undefined });
    const part = (value: number | undefined, unit: string): string => (value === undefined ? "" : `${value}${unit}`);
    fc.assert(
      fc.property(fc.tuple(count, count, count, count, count), ([w, d, h, m, s]) => {
        const time = part(h, "H") + part(m, "M") + part(s, "S");
        const text = `P${part(w, "W")}${part(d, "D")}${time && `T${time}`}`;
        fc.pre(text !== "P");
        const { weeks, days, hours, minutes, seconds } = fromString(text);
        const told = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds;
        expect(durationMs(text)).toBe(told > 0 && told <= 365 * 86_400 ? told * 1_000 : null);
      }),
    );
  });
});
