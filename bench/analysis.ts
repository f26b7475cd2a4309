// `npm run bench:analysis`: how long an analysis of an agency's rules takes, every pair considered, and how much memory. It
// prints, and writes no page.
import { analyze } from "../src/analysis/analyze.ts";
import { agencyRules } from "../test/generated/agency.ts";
import { circumstances, figure, median, print, setting } from "./parts/report.ts";

const rounds = setting("ROUNDS", 3);
const SIZES = [100, 1_000];
const MEGABYTE = 2 ** 20;

const rows: string[][] = [];
for (const size of SIZES) {
  const ruleSet = { hash: "bench", rules: agencyRules(size), findings: [] };
  const times: number[] = [];
  let told = { pairs: 0, findings: 0, open: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    const { pairs, findings, open } = await analyze(ruleSet, { timeZone: "UTC" });
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1_000);
    told = { pairs, findings: findings.length, open: open.length };
  }
  const [first = 0] = times;
  const share = ((100 * told.open) / (told.pairs + size)).toFixed(2);
  rows.push([`${size}`, String(told.pairs), figure(first), figure(median(times)), String(told.findings), `${share} %`]);
}
print({
  title: `The rules of an agency analysed, milliseconds of the processor, ${rounds} rounds`,
  columns: ["rules", "pairs", "first round", "median", "findings", "open"],
  rows,
});
console.log(
  `\n${Math.round(process.resourceUsage().maxRSS / 1_024)} MB at most (${Math.round(process.memoryUsage().heapUsed / MEGABYTE)} MB of heap at the end)`,
);
console.log(circumstances("npm run bench:analysis").replaceAll("`", ""));
