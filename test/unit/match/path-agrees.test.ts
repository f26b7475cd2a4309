// Where paths lead, beside json-rules-engine as it comes, with its own resolver: the same values, and the same rules fire.
import { Almanac, Engine } from "json-rules-engine";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { resolvePath } from "../../../src/language/path.ts";
import { decide } from "../../../src/match/decide.ts";
import type { Event } from "../../../src/model/event.ts";
import { aRule, aRuleSet, MOMENT } from "../../builders.ts";
import { chance, type Chance } from "../../generated/chance.ts";
import { upTo } from "../../thorough.ts";

const IDS: readonly (string | number | boolean | null)[] = [
  "abc",
  "Abc",
  "3sv6UEo51C9",
  "a b",
  "30",
  30,
  0,
  -1.5,
  true,
  false,
  null,
];
const VALUES: readonly Json[] = ["gold", "silver", "", "12", 12, 0, true, null, { tier: "gold" }];

/** A part of a path in our words and in the library's. */
interface Part {
  readonly ours: string;
  readonly theirs: string;
}
/** A path: to a list, to one of its items, and into that. */
interface Asked {
  readonly list: string;
  readonly filter: Part;
  readonly rest: Part;
}

/** A list of objects with ids of which no two are the same, and now and then something else among them. */
function fieldsOf(luck: Chance): Json[] {
  return IDS.filter(() => luck.happens(0.6)).map((id) =>
    luck.happens(0.1)
      ? luck.pick(VALUES)
      : { id, value: luck.pick(VALUES), in: luck.happens(0.5) ? [{ n: 1, value: luck.pick(VALUES) }] : null },
  );
}

function payloadOf(luck: Chance): JsonObject {
  return { contact: { customFields: luck.happens(0.9) ? fieldsOf(luck) : null }, customFields: fieldsOf(luck) };
}

function equals(key: string, value: string | number | boolean, luck: Chance): Part {
  const isBare = typeof value !== "string" || /^\d*[A-Za-z]\w*$/.test(value);
  const quote = luck.pick(["'", '"']);
  const text = String(value);
  const written = isBare && luck.happens(typeof value === "string" ? 0.5 : 1) ? text : `${quote}${text}${quote}`;
  const name = luck.pick([key, `'${key}'`, `"${key}"`]);
  // Their filters are JavaScript, which fails on an item that is null.
  return { ours: `[?${name}=${written}]`, theirs: `[?(@ && @.${key} === ${JSON.stringify(value)})]` };
}

function askedOf(luck: Chance): Asked {
  const same = (path: string): Part => ({ ours: path, theirs: path });
  const inner = equals("n", 1, luck);
  return {
    list: luck.pick(["$.customFields", "$.contact.customFields", "$['contact'].customFields"]),
    filter: equals("id", luck.pick(IDS.filter((id) => id !== null)), luck),
    rest: luck.pick([
      ...[".value", "['value']", ".value.tier", ".id", ".in[0].value", ".in[1].value", ""].map(same),
      { ours: `.in${inner.ours}.value`, theirs: `.in${inner.theirs}.value` },
    ]),
  };
}

const ours = ({ list, filter, rest }: Asked): string => `${list}${filter.ours}${rest.ours}`;
const theirs = ({ list, filter, rest }: Asked): string => `${list}${filter.theirs}${rest.theirs}`;

function eventOf(payload: JsonObject): Event {
  const of = { locationId: "l", contactId: "c" };
  return {
    key: "k",
    kind: "OutboundMessage",
    ...of,
    occurredAt: "2026-03-04T15:29:00.000Z",
    receivedAt: "2026-03-04T15:30:00.000Z",
    payload: { type: "OutboundMessage", ...of, ...payload },
  };
}

/** Operators that absence does not meet: of what is not there, their filters make an empty list. */
const COMPARISONS: readonly (readonly [operator: string, value: Json])[] = [
  ["equal", "gold"],
  ["equal", 12],
  ["equal", true],
  ["in", ["gold", "silver"]],
  ["greaterThan", 0],
  ["lessThan", 13],
];

describe("a filter in a path", () => {
  it("leads where json-rules-engine's own path leads", async () => {
    let found = 0;
    for (let seed = 0; seed < upTo(1_000, 20_000); seed++) {
      const luck = chance(seed);
      const payload = payloadOf(luck);
      const asked = askedOf(luck);
      const almanac = new Almanac();
      almanac.addRuntimeFact("payload", payload);
      const [value] = (await almanac.factValue<Json[] | undefined>("payload", {}, theirs(asked))) ?? [];
      expect(resolvePath(payload, ours(asked)), JSON.stringify({ seed, asked, payload })).toEqual(value ?? undefined);
      if (value !== undefined && value !== null) found += 1;
    }
    expect(found).toBeGreaterThan(upTo(200, 4_000));
  });

  it("has the same rules fire as json-rules-engine's own path", async () => {
    let fired = 0;
    for (let seed = 0; seed < upTo(200, 2_000); seed++) {
      const luck = chance(seed);
      const payload = payloadOf(luck);
      const rules = Array.from({ length: 8 }, (_, n) => {
        const [operator, value] = luck.pick(COMPARISONS);
        return { name: `r${n}`, asked: askedOf(luck), operator, value };
      });
      const ruleSet = aRuleSet(
        ...rules.map(({ name, asked, ...asks }) =>
          aRule({ name, conditions: { all: [{ fact: "payload", path: ours(asked), ...asks }] } }),
        ),
      );
      const engine = new Engine([], { allowUndefinedFacts: true });
      for (const { name, asked, operator, value } of rules) {
        const comparison = { fact: "payload", path: theirs(asked), operator: `someFact:${operator}`, value };
        engine.addRule({ name, conditions: { all: [comparison] }, event: { type: name } });
      }
      const { decision } = await decide(eventOf(payload), ruleSet, MOMENT);
      const { results } = await engine.run({ payload });
      const names = results.map(({ name }) => name).toSorted();
      expect(decision.fired.toSorted(), JSON.stringify({ seed, payload, rules })).toEqual(names);
      fired += names.length;
    }
    expect(fired).toBeGreaterThan(upTo(60, 600));
  });
});
