// `npm run sim:directory`: what the divided directory does for 1,000, 10,000 and 100,000 locations, beside what Cloudflare
// allows. Exits with 1 where it would not fit, or where a location is looked at later than promised. With `--workerd` it is
// the built Worker in workerd, which is killed and loses its alarms.
import { parseArgs } from "node:util";
import { ALLOWED, figuresOf, type Figures } from "./directory/figures.ts";
import { loseAlarms } from "./directory/lost-alarms.ts";

const HELP = `npm run sim:directory [-- --locations 1000,10000,100000] [--active 100] [--minutes 15] [--json]
npm run sim:directory -- --workerd 5000 [--state FOLDER] [--json]

  --locations  how many, all of them with something that waits
  --active     to how many of a hundred something comes in five minutes
  --minutes    simulated time that is counted
  --workerd    with so many in the built Worker, on the real clock: some ten minutes
  --state      where its state is kept, and is found again: what has begun there need not begin anew`;
const TOO_LATE_S = 310;

const { values } = parseArgs({
  options: {
    locations: { type: "string", default: "1000,10000,100000" },
    active: { type: "string", default: "100" },
    minutes: { type: "string", default: "15" },
    workerd: { type: "string" },
    state: { type: "string", default: "" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const sizes = values.locations.split(",").map(Number);
const [active, minutes] = [Number(values.active), Number(values.minutes)];
if (values.help || [...sizes, active, minutes, Number(values.workerd ?? 1)].some((number) => !(number > 0))) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

if (values.workerd !== undefined) {
  const seen = await loseAlarms(
    Number(values.workerd),
    values.state,
    (text) => void (values.json || console.log(text)),
  );
  console.log(JSON.stringify(seen, null, 2));
  const isFound = Math.min(seen.lost, seen.again, seen.twice) >= seen.locations;
  process.exit(isFound && seen.longestBetweenLooksS <= TOO_LATE_S ? 0 : 1);
}

const found: Figures[] = [];
for (const size of sizes) found.push(await figuresOf(size, active, minutes));
console.log(values.json ? JSON.stringify({ allowed: ALLOWED, figures: found }, null, 2) : table(found));
process.exitCode = found.every(fits) ? 0 : 1;

function fits({ part, longestBetweenLooks, longestUntilTold }: Figures): boolean {
  return (
    part.callsTakenPerSecond + part.callsMadePerSecond < ALLOWED.callsPerSecond &&
    part.rowsPerSecond < ALLOWED.rowsPerSecond &&
    part.mostCallsOfAlarm < ALLOWED.callsOfAlarm &&
    Math.max(longestBetweenLooks, longestUntilTold) <= TOO_LATE_S
  );
}

function table(all: readonly Figures[]): string {
  const rows: readonly (readonly [what: string, of: (figures: Figures) => number, allowed?: number])[] = [
    ["locations", ({ locations }) => locations],
    ["pokes a second, all parts", ({ pokesPerSecond }) => pokesPerSecond],
    ["busiest part: locations", ({ part }) => part.locations],
    ["  calls it makes a second", ({ part }) => part.callsMadePerSecond, ALLOWED.callsPerSecond],
    ["  calls it takes a second", ({ part }) => part.callsTakenPerSecond, ALLOWED.callsPerSecond],
    ["  rows it writes a second", ({ part }) => part.rowsPerSecond, ALLOWED.rowsPerSecond],
    ["  most calls of one alarm", ({ part }) => part.mostCallsOfAlarm, ALLOWED.callsOfAlarm],
    ["  alarms an hour", ({ part }) => part.alarmsPerHour],
    ["the undivided rest: calls an hour", ({ hubCallsPerHour }) => hubCallsPerHour],
    ["longest between two looks, s", ({ longestBetweenLooks }) => longestBetweenLooks],
    ["longest until it is on home, s", ({ longestUntilTold }) => longestUntilTold],
    ["home: calls", ({ homeCalls }) => homeCalls],
    ["home: ms of CPU, all parts together", ({ homeMs }) => homeMs],
    ["before: the last location is looked at after, min", ({ beforeMinutes }) => beforeMinutes],
  ];
  const lines = rows.map(([what, of, allowed]) => [what, ...all.map((one) => `${of(one)}`), `${allowed ?? ""}`]);
  const head = ["", ...all.map(() => ""), "allowed"];
  return [head, ...lines]
    .map(([what = "", ...cells]) => `${what.padEnd(50)}${cells.map((cell) => cell.padStart(12)).join("")}`)
    .join("\n");
}
