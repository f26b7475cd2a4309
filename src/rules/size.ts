// How large rules may be: what a ledger keeps of them are rows, which have a bound (model/row-bounds.ts).
import type { Json, Path } from "../kit/json.ts";
import { bytesOf } from "../kit/utf8.ts";
import { inMegabytes, MAX_KEPT_SET_BYTES, MAX_STORED_BYTES } from "../model/row-bounds.ts";
import type { Finding, Rule } from "../model/rule.ts";
import { finding, type Report } from "./report.ts";

/** Reports a rule, or named conditions, that are larger than what is kept of one; `true`: it is. `file` is what was read. */
export function isTooLarge(whole: unknown, file: unknown, report: Report): boolean {
  const bytes = bytesOf(JSON.stringify(whole));
  if (bytes <= MAX_STORED_BYTES) return false;
  const takes = `It takes ${inMegabytes(bytes)}, named conditions counted where they are used`;
  const message = `${takes}, and at most ${inMegabytes(MAX_STORED_BYTES)} are kept: most of it is here, shorten it or split the rule, a tag on a contact says as much as its id in a list`;
  report(heaviest(whole as Json, file as Json), "RULE_SIZE", message);
  return true;
}

/** Where the most of a value is, as far as the file has that place: a list of named conditions is in another one. */
function heaviest(value: Json, file: Json | undefined): Path {
  if (typeof value !== "object" || value === null || typeof file !== "object" || file === null) return [];
  const inFile = new Map<string, Json>(Object.entries(file));
  const sizes = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([key, part]) => ({ key, part, bytes: bytesOf(JSON.stringify(part)) }));
  const most = sizes.reduce((a, b) => (b.bytes > a.bytes ? b : a), { key: "", part: null as Json, bytes: 0 });
  const all = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (most.bytes * 2 <= all || !inFile.has(most.key)) return [];
  return [Array.isArray(value) ? Number(most.key) : most.key, ...heaviest(most.part, inFile.get(most.key))];
}

/** What a set takes of which a ledger can keep only a part: of the rest it cannot say later why it did not fire. */
export function setFindings(admitted: readonly { readonly file: string; readonly rule: Rule }[]): readonly Finding[] {
  const everywhere = "";
  const sums = new Map<string, { bytes: number; largest: { file: string; bytes: number } }>();
  for (const { file, rule } of admitted) {
    const bytes = bytesOf(JSON.stringify(rule.conditions));
    for (const location of rule.locations ?? [everywhere]) {
      const sum = sums.get(location) ?? { bytes: 0, largest: { file, bytes } };
      const largest = bytes > sum.largest.bytes ? { file, bytes } : sum.largest;
      sums.set(location, { bytes: sum.bytes + bytes, largest });
    }
  }
  const shared = sums.get(everywhere)?.bytes ?? 0;
  return [...sums].flatMap(([location, { bytes, largest }]) => {
    const all = location === everywhere ? bytes : bytes + shared;
    if (all <= MAX_KEPT_SET_BYTES || (location !== everywhere && shared > MAX_KEPT_SET_BYTES)) return [];
    const whose = location === everywhere ? "that are for every location" : `for location "${location}"`;
    const message = `The conditions of the rules ${whose} take ${inMegabytes(all)} together, and ${inMegabytes(MAX_KEPT_SET_BYTES)} are kept of a set: after a deploy it cannot be said why some did not fire, shorten the largest, which this rule has`;
    return [finding(largest.file, ["conditions"], "RULE_SET_SIZE", message)];
  });
}
