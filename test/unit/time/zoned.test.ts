import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { localIso } from "../../../src/time/local-iso.ts";
import { localClock } from "../../../src/time/window.ts";
import { localTimeAt, momentOf, momentOrChange, offsetAt } from "../../../src/time/zoned.ts";
import { share } from "../../thorough.ts";

const MINUTE_MS = 60_000;
const SINCE = Temporal.Instant.from("2010-01-01T00:00:00Z");
const UNTIL = Temporal.Instant.from("2030-01-01T00:00:00Z");
/** How far from a clock change a zone is looked at, minutes. */
const NEAR = [-1_500, -181, -61, -60, -31, -1, 0, 1, 29, 30, 59, 60, 61, 119, 1_439, 1_440];
const ZONES = [...Intl.supportedValuesOf("timeZone"), "UTC", "+05:30", "-03:00"];

/** The clock changes of a zone, in order, and the two ends. */
function changesOf(zone: string): number[] {
  const changes = [SINCE.epochMilliseconds, UNTIL.epochMilliseconds];
  let at: Temporal.ZonedDateTime | null = SINCE.toZonedDateTimeISO(zone);
  while (at && at.epochMilliseconds < UNTIL.epochMilliseconds) {
    changes.push(at.epochMilliseconds);
    at = at.getTimeZoneTransition("next");
  }
  return changes;
}

describe("the clock of a zone is Temporal's", () => {
  it.each(share(ZONES, 30))("%s", (zone) => {
    for (const change of changesOf(zone)) {
      for (const near of NEAR) {
        const atMs = change + near * MINUTE_MS;
        const zoned = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
        const where = zoned.toString();
        expect(offsetAt(atMs, zone), where).toBe(zoned.offsetNanoseconds / 1e6);
        expect(localIso(atMs, zone).replace(".000Z", "Z"), where).toBe(
          zone === "UTC" ? zoned.toInstant().toString() : zoned.toInstant().toString({ timeZone: zone }),
        );
        expect(localClock(atMs, zone).localTime, where).toBe(zoned.toPlainTime().toString().slice(0, 5));
        // The clock of UTC read as one of the zone: times that are skipped and times that come twice are among these.
        const local = localTimeAt(change, zone) + near * MINUTE_MS;
        const plain = Temporal.Instant.fromEpochMilliseconds(local).toZonedDateTimeISO("UTC").toPlainDateTime();
        const shown = plain.toZonedDateTime(zone);
        expect(momentOf(local, zone), plain.toString()).toBe(shown.epochMilliseconds);
        const isSkipped = !shown.toPlainDateTime().equals(plain);
        const skips = shown.add({ milliseconds: 1 }).getTimeZoneTransition("previous")?.epochMilliseconds;
        expect(momentOrChange(local, zone), plain.toString()).toBe(isSkipped ? skips : shown.epochMilliseconds);
      }
    }
  });
});
