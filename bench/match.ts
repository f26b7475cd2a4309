// `npm run bench:match`: what finding an event's rules costs as their number grows, compared with other engines. All of
// them get the same facts of the same events, and must agree on what matches before anything is timed.
import { decide } from "../src/match/decide.ts";
import { factSlot, DecisionFacts } from "../src/match/facts.ts";
import { RuleIndex } from "../src/match/rule-index.ts";
import type { Event } from "../src/model/event.ts";
import { NO_HISTORY } from "../src/model/history.ts";
import type { Json, JsonObject } from "../src/kit/json.ts";
import type { Condition, FactCondition, Rule } from "../src/model/rule.ts";
import { aRuleSet, MOMENT } from "../test/builders.ts";
import { agencyPayloads, agencyRules, eventOf } from "../test/generated/agency.ts";
import { peers, type Matcher } from "./parts/peers.ts";
import { figure, median, print, publish, setting, type Table } from "./parts/report.ts";

const SIZES = [10, 100, 1_000, 10_000, 100_000];
const EVENTS = 1_000;
const ROUNDS = setting("ROUNDS", 5);
/** How long one contender is timed in one round; it handles at least one event. */
const ROUND_MS = 150;
/** How many pairs of a rule and an event are compared to see whether all agree. */
const AGREEMENT_PAIRS = 50_000;

interface Sent {
  readonly text: string;
  readonly event: Event;
}

/** Our own contenders, as used: from the event to the positions of the rules. */
const own: readonly { name: string; prepare: (rules: readonly Rule[]) => Matcher }[] = [
  {
    name: "Afterbeep: index and engine",
    prepare: (rules) => {
      const ruleSet = aRuleSet(...rules);
      const places = new Map(rules.map(({ name }, place) => [name, place]));
      return async (event) =>
        (await decide(event, ruleSet, MOMENT)).decision.fired.map((name) => places.get(name) ?? Number.NaN);
    },
  },
  {
    name: "Afterbeep: index alone",
    prepare: (rules) => {
      const index = new RuleIndex(rules);
      return (event) => index.propose(new DecisionFacts(event, MOMENT, NO_HISTORY));
    },
  },
  {
    name: "linear closures",
    prepare: (rules) => {
      const closures = rules.map(closureOf);
      return (event) => {
        const facts = new DecisionFacts(event, MOMENT, NO_HISTORY);
        const met: number[] = [];
        for (let place = 0; place < closures.length; place++) if (closures[place]?.(facts)) met.push(place);
        return met;
      };
    },
  },
];

type Closure = (facts: DecisionFacts) => boolean;

/** A rule as one would code it by hand: the bound for any engine that looks at every rule. */
function closureOf({ on, locations, conditions }: Rule): Closure {
  const [kind, place] = [factSlot("kind") ?? 0, factSlot("locationId") ?? 0];
  const met = conditionClosure(conditions);
  return (facts) =>
    on.includes(facts.at(kind) as never) && (!locations || locations.includes(facts.at(place) as string)) && met(facts);
}

function conditionClosure(condition: Condition): Closure {
  if ("all" in condition) {
    const parts = condition.all.map(conditionClosure);
    return (facts) => parts.every((part) => part(facts));
  }
  if ("any" in condition) {
    const parts = condition.any.map(conditionClosure);
    return (facts) => parts.some((part) => part(facts));
  }
  if ("not" in condition) {
    const part = conditionClosure(condition.not);
    return (facts) => !part(facts);
  }
  return comparisonClosure(condition);
}

function comparisonClosure({ fact, operator, value }: FactCondition): Closure {
  const slot = factSlot(fact) ?? 0;
  const list = value as readonly Json[];
  switch (operator) {
    case "equal":
      return (facts) => facts.at(slot) === value;
    case "notEqual":
      return (facts) => facts.at(slot) !== value;
    case "in":
      return (facts) => list.includes(facts.at(slot) as Json);
    case "notIn":
      return (facts) => !list.includes(facts.at(slot) as Json);
    case "greaterThan":
      return (facts) => (facts.at(slot) as number) > (value as number);
    case "contains":
      return (facts) => ((facts.at(slot) ?? []) as Json[]).includes(value);
    case "containsText":
      return (facts) => ((facts.at(slot) ?? "") as string).includes(value as string);
    default:
      throw new Error(`The benchmark does not know ${operator}`);
  }
}

/** A freshly parsed payload as an event: the rest of receiving is measured in bench:ingest. */
function parsed({ text, event }: Sent): Event {
  const payload = JSON.parse(text) as JsonObject;
  const { locationId, contactId } = payload as { locationId: string; contactId: string };
  return { ...ids(event), locationId, contactId, payload };
}
const ids = ({ key, kind, occurredAt, receivedAt }: Event) => ({ key, kind, occurredAt, receivedAt });

/** Events per second: handles them in turn for as long as a round lasts. */
async function rateOf(match: Matcher, sent: readonly Sent[], read: (one: Sent) => Event): Promise<number> {
  let done = 0;
  const startedAt = performance.now();
  let now = startedAt;
  while (now - startedAt < ROUND_MS) {
    for (let batch = 0; batch < 50 && now - startedAt < ROUND_MS; batch++) {
      const one = sent[done % sent.length];
      const matches = one && match(read(one));
      if (matches instanceof Promise) await matches;
      done += 1;
      if (done < 50) now = performance.now();
    }
    now = performance.now();
  }
  return (done * 1_000) / (now - startedAt);
}

/** The first disagreement among the matchers; `null` if they agree on all events. */
async function disagreement(matchers: ReadonlyMap<string, Matcher>, sent: readonly Sent[]): Promise<string | null> {
  for (const { event } of sent) {
    const answers = new Map<string, string>();
    for (const [name, match] of matchers) answers.set(name, [...(await match(event))].toSorted((a, b) => a - b).join());
    const [first = ""] = answers.values();
    for (const [name, answer] of answers)
      if (answer !== first)
        return `${name} says ${answer || "none"}, Afterbeep ${first || "none"} of ${JSON.stringify(event.payload)}`;
  }
  return null;
}

const rates = new Map<string, Map<number, { whole: number[]; parsed: number[] }>>();
const special: { name: string; rate: number[] }[] = [];
const builds: string[][] = [];
const matchesAt: string[] = [];
const { installed, missing } = peers();
const contenders = [...own, ...installed];
const note = (name: string, size: number, kind: "whole" | "parsed", rate: number): void => {
  const bySize = rates.get(name) ?? new Map<number, { whole: number[]; parsed: number[] }>();
  const at = bySize.get(size) ?? { whole: [], parsed: [] };
  at[kind].push(rate);
  bySize.set(size, at);
  rates.set(name, bySize);
};

for (const size of SIZES) {
  const rules = agencyRules(size);
  const sent = agencyPayloads(EVENTS, size).map((payload): Sent => ({
    text: JSON.stringify(payload),
    event: eventOf(payload),
  }));
  const matchers = new Map<string, Matcher>();
  for (const { name, prepare } of contenders) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const startedAt = performance.now();
    const match = prepare(rules);
    const first = sent[0];
    if (first) await match(first.event);
    const took = performance.now() - startedAt;
    globalThis.gc?.();
    matchers.set(name, match);
    builds.push([name, figure(size), figure(took), figure(Math.max(0, process.memoryUsage().heapUsed - before) / 1e6)]);
  }
  const events = Math.max(2, Math.min(50, Math.floor(AGREEMENT_PAIRS / size)));
  const wrong = await disagreement(matchers, sent.slice(0, events));
  if (wrong) throw new Error(`At ${size} rules ${wrong}`);
  const index = matchers.get("Afterbeep: index and engine");
  const counts = await Promise.all(sent.map(async ({ event }) => (await index?.(event))?.length ?? 0));
  matchesAt.push(figure(counts.reduce((a, b) => a + b, 0) / counts.length));
  console.log(
    `${figure(size)} rules: ${contenders.length} engines agree on ${events} events, ${matchesAt.at(-1)} matches each`,
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, match] of matchers) {
      note(name, size, "whole", await rateOf(match, sent, parsed));
      note(name, size, "parsed", await rateOf(match, sent, ({ event }) => event));
    }
    note("JSON.parse alone", size, "whole", await rateOf(() => [], sent, parsed));
    for (const [count, name] of [
      [0, "fires nothing"],
      [3, "fires three rules"],
    ] as const) {
      const chosen = sent.filter((_, place) => counts[place] === count);
      if (!index || chosen.length < 20) continue;
      const label = `${figure(size)} rules, an event that ${name}`;
      const entry = special.find((one) => one.name === label) ?? { name: label, rate: [] };
      if (entry.rate.length === 0) special.push(entry);
      entry.rate.push(await rateOf(index, chosen, parsed));
    }
  }
}

const at = (name: string, size: number, kind: "whole" | "parsed"): number =>
  median(rates.get(name)?.get(size)?.[kind] ?? []);
const names = [...contenders.map(({ name }) => name), "JSON.parse alone"];
const tableOf = (title: string, cell: (name: string, size: number) => string, of = names): Table => ({
  title,
  columns: ["engine", ...SIZES.map((size) => `${figure(size)} rules`)],
  rows: of.map((name) => [name, ...SIZES.map((size) => cell(name, size))]),
});
const plain = "json-rules-engine alone";
const tables: readonly Table[] = [
  tableOf(
    `Events/s, JSON text in, median of ${ROUNDS} interleaved rounds (matches for each event: ${matchesAt.join(" / ")})`,
    (name, size) => figure(at(name, size, "whole")),
  ),
  tableOf("Events/s, parsed already", (name, size) => figure(at(name, size, "parsed")), names.slice(0, -1)),
  tableOf(`Times ${plain}, JSON text in`, (name, size) => figure(at(name, size, "whole") / at(plain, size, "whole"))),
  {
    title: "Index and engine by what an event does, JSON text in",
    columns: ["event", "events/s", "µs"],
    rows: special.map(({ name, rate }) => [name, figure(median(rate)), figure(1e6 / median(rate))]),
  },
  { title: "Building, with the first event", columns: ["engine", "rules", "ms", "MB"], rows: builds },
];
if (missing.length === 0) publish("match", "npm run bench:match", tables);
else {
  for (const table of tables) print(table);
  console.log(`\nNot written to docs/performance.md: ${missing.join(" and ")} left out, see npm ci --prefix bench`);
}
