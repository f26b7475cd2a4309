// The filters of templates: Liquid's, but for those that would take a character apart, count with what is no number, or
// turn a list into one text. Each pays for its work before it does it.
import { filters } from "liquidjs";
import { charactersIn, firstCharacters, isPlain, piecesOf } from "../../kit/characters.ts";
import { decimalOf } from "../../kit/decimal.ts";
import { momentMs } from "../../kit/moment.ts";
import { isZoneOrMinutes } from "../../kit/time-zone.ts";
import { UnusableValue, type Budget } from "./budget.ts";
import { englishDateMs } from "./english-date.ts";
import type { FilterHandler } from "./liquid.ts";

type Own = (budget: Budget, value: unknown, ...args: readonly unknown[]) => unknown;

/** Twice what a payload can hold: longer lists come from splitting a text, and each filter then visits every item. */
export const MAX_LIST_ITEMS = 10_000;
export const TOO_MANY_ITEMS = `the list has more than ${MAX_LIST_ITEMS} items`;
export const NULL_VALUE = "the value is null, allow for it with the default filter";
export const ABSENT = "a field is not there";

const words = (text: string): readonly string[] => text.split(/\s+/);
/** They count, and take nothing but numbers. */
export const NUMBER_FILTERS: ReadonlySet<string> = new Set(
  words("abs at_least at_most ceil divided_by floor minus modulo plus round times"),
);
/** They take one text, as all their arguments are; a number will do. */
export const TEXT_FILTERS: ReadonlySet<string> = new Set(
  words(`append base64_encode capitalize date downcase escape lstrip newline_to_br prepend remove remove_first replace
  replace_first rstrip split squish strip strip_html strip_newlines truncate truncatewords upcase url_decode url_encode`),
);
/** They give a list. */
export const LIST_FILTERS: ReadonlySet<string> = new Set(words("compact concat map reverse sort split uniq where"));
/** They always give the same, so that every attempt of a delivery sends the same body. */
export const FILTER_NAMES: readonly string[] = [
  ...new Set([...NUMBER_FILTERS, ...TEXT_FILTERS, ...LIST_FILTERS]),
  ...words("default first join json last size slice sum"),
];
/** Those that can deal with null; the others would turn it into an empty text. */
const TAKES_NOTHING: ReadonlySet<string> = new Set(["default", "json"]);

/** Units for each character and each item of what a filter is given, as measured, and whether it reads what items hold. */
const COSTS: { readonly [name: string]: readonly [perCharacter: number, perItem: number, isDeep?: boolean] } = {
  base64_encode: [2, 0],
  capitalize: [1.5, 0],
  default: [0, 0],
  escape: [4, 0],
  first: [0, 0],
  join: [1, 15, true],
  json: [1, 30, true],
  last: [0, 0],
  map: [0, 100],
  remove: [0.2, 0],
  replace: [0.2, 0],
  size: [0, 0],
  slice: [0, 1],
  sort: [2, 120, true],
  split: [0.2, 0],
  squish: [3, 0],
  sum: [0, 100],
  truncate: [0, 0],
  truncatewords: [4, 0],
  uniq: [0, 25],
  url_encode: [4, 0],
  where: [0, 150, true],
};
const USUAL: readonly [number, number, boolean?] = [0.5, 5];
/** Units for each piece of a text, and for a character that has to be looked for, is one of a plain text, may be stripped, or stands in a text of which the first ones are looked for. */
const [PIECE, SOUGHT, PLAIN, STRIPPED, BEGUN] = [10, 12, 2, 6, 0.01];
/** Units for each tag of HTML, and for a character that is one to HTML; for each part of a date, for one in words, and for a zone, which take a calendar. */
const [HTML_TAG, HTML_CHARACTER, DATE_PART, DATE_WORD, DATE_ZONE] = [40, 10, 200, 8_000, 20_000];

/** Those that read what stands under a path in each item of a list, and units for each character of it, for each item. */
const READS_PATH: ReadonlySet<string> = new Set(["map", "sort", "sum", "where"]);
const PATH_CHARACTER = 6;

/** A filter that pays, and neither takes nor gives a value that a template cannot use. */
function paid(name: string): FilterHandler {
  const [perCharacter, perItem, isDeep] = COSTS[name] ?? USUAL;
  const work = named(name);
  return function (value: unknown, ...args: unknown[]) {
    const budget = budgetOf(this);
    if ((value === null || value === undefined) && !TAKES_NOTHING.has(name)) throw new UnusableValue(NULL_VALUE);
    if (TEXT_FILTERS.has(name)) for (const one of [value, ...args]) oneText(name, one);
    for (const one of [value, ...args]) budget.useFor(one, perCharacter, perItem, isDeep);
    if (name === "json" && isHoled(value)) throw new UnusableValue(ABSENT);
    if (READS_PATH.has(name)) payForPath(budget, name, value, args[0]);
    const given = usable(work.call(this, value, ...args));
    budget.useFor(typeof given === "string" ? given : null, 0.5, 0);
    return given;
  };
}

/** Whether `map` found nothing in one of the items. */
export function isHoled(value: unknown): boolean {
  return Array.isArray(value) && value.includes(undefined);
}

/** Liquid takes the path apart for every item. */
function payForPath(budget: Budget, name: string, value: unknown, path: unknown): void {
  oneText(name, path);
  const count = Array.isArray(value) ? value.length : 1;
  budget.use(count * textIn(path).length * PATH_CHARACTER);
}

/** How often some signs stand in a text. A list of them would take as long as the filter. */
function countIn(text: string, signs: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) if (signs.includes(text.charAt(at))) count += 1;
  return count;
}

/** What Liquid's own filters pay into. */
function budgetOf({ context }: ThisParameterType<FilterHandler>): Budget {
  return context.memoryLimit as unknown as Budget;
}

function named(name: string): FilterHandler {
  const own = Object.hasOwn(OWN, name) ? OWN[name] : undefined;
  if (own)
    return function (value: unknown, ...args: unknown[]) {
      return own(budgetOf(this), value, ...args);
    };
  const whole = Object.hasOwn(OWN_BY_ITEM, name) ? OWN_BY_ITEM[name] : undefined;
  if (whole) return whole;
  const filter = filters[name];
  if (typeof filter !== "function") throw new Error(`Liquid has no filter "${name}"`);
  if (NUMBER_FILTERS.has(name))
    return function (value: unknown, ...args: unknown[]) {
      // `divided_by: 2, true` gives whole numbers.
      const isFlag = (one: unknown, index: number): boolean =>
        name === "divided_by" && index === 1 && typeof one === "boolean";
      const numbers = args.map((one, index) => (isFlag(one, index) ? one : numberIn(name, one)));
      return filter.call(this, numberIn(name, value), ...numbers);
    };
  if (name === "date")
    return function (value: unknown, format: unknown, zone: unknown = 0) {
      if (isClock(value)) throw new UnusableValue("a template cannot read the clock, use decision.decidedAt");
      if (!isZoneOrMinutes(zone)) throw new UnusableValue('"date" is given a time zone that there is not');
      const [parts, inWords] = [/%/g, /%[^a-z%]*[aAbBchxX]/gi].map((form) => textIn(format).match(form)?.length ?? 1);
      const work = (parts ?? 1) * DATE_PART + (inWords ?? 1) * DATE_WORD;
      budgetOf(this).use(work + (typeof zone === "string" ? DATE_ZONE : 0));
      return filter.call(this, dateOf(value), format, zone);
    };
  if (name === "escape")
    return function (value: unknown) {
      budgetOf(this).use(countIn(textIn(value), "&<>\"'") * HTML_CHARACTER);
      return filter.call(this, value);
    };
  if (name === "strip_html")
    return function (value: unknown) {
      budgetOf(this).use(countIn(textIn(value), "<") * HTML_TAG);
      return filter.call(this, value);
    };
  return filter;
}

/** Those that read characters; a text is never cut within one. */
const OWN: { readonly [name: string]: Own } = {
  capitalize: (budget, value) => {
    const [text, head] = [textIn(value), start(budget, textIn(value), 1)];
    return head.toUpperCase() + text.slice(head.length).toLowerCase();
  },
  first: (budget, value) => (typeof value === "string" ? start(budget, value, 1) : endOf(value, 0)),
  last: (budget, value) => (typeof value === "string" ? characterAt(budget, value, -1) : endOf(value, -1)),
  lstrip: (budget, value, of) => (of === undefined ? textIn(value).trimStart() : stripped(budget, value, of, "start")),
  rstrip: (budget, value, of) => (of === undefined ? textIn(value).trimEnd() : stripped(budget, value, of, "end")),
  strip: (budget, value, of) => (of === undefined ? textIn(value).trim() : stripped(budget, value, of, "both")),
  remove: (budget, value, part) => (part === "" ? value : pieces(budget, value, part).join("")),
  remove_first: (budget, value, part) => withFirst(budget, value, part, ""),
  replace: (budget, value, part, by) => {
    const found = pieces(budget, value, part);
    budget.use(found.length * textIn(by).length);
    return found.join(textIn(by));
  },
  replace_first: (budget, value, part, by) => withFirst(budget, value, part, textIn(by)),
  size: (budget, value) => {
    if (typeof value === "string") return characterCount(budget, value);
    return Array.isArray(value) ? value.length : 0;
  },
  slice: (budget, value, from, count = 1) => {
    const text = textIn(value);
    budget.use(text.length * 0.2);
    const isCut = Array.isArray(value) || isPlain(text);
    const characters = Array.isArray(value) ? (value as unknown[]) : isCut ? text : all(budget, text);
    const asked = Math.trunc(numberIn("slice", from));
    const begin = asked < 0 ? characters.length + asked : asked;
    const length = Math.trunc(numberIn("slice", count));
    const [first, end] = begin < 0 || length < 0 ? [0, 0] : [begin, begin + length];
    return isCut ? characters.slice(first, end) : cut(text, characters as readonly string[], first, end);
  },
  split: (budget, value, by) => {
    const found = value === "" ? [] : pieces(budget, value, by);
    while (found.at(-1) === "") found.pop();
    return found;
  },
  truncate: (budget, value, count = 50, end = "...") => {
    const most = Math.trunc(numberIn("truncate", count));
    const text = textIn(value);
    if (start(budget, text, most).length === text.length) return value;
    return start(budget, text, most - characterCount(budget, textIn(end))) + textIn(end);
  },
  truncatewords: (_, value, count = 15, end = "...") => {
    const most = Math.max(1, Math.trunc(numberIn("truncatewords", count)));
    const found = textIn(value).trimStart().split(/\s+/);
    return found.slice(0, most).join(" ") + (found.length >= most ? textIn(end) : "");
  },
};

/** Those that ask each item of a list in our way. */
const OWN_BY_ITEM: { readonly [name: string]: FilterHandler } = {
  join(value: unknown, by: unknown = " ") {
    oneText("join", by);
    const items: unknown[] = Array.isArray(value) ? value : [value];
    budgetOf(this).use(items.length * textIn(by).length * 0.5);
    return items.map((item) => itemText("join", item)).join(textIn(by));
  },
  *where(value: unknown, property: unknown, expected: unknown): Generator<unknown, unknown[], unknown> {
    const { context } = this;
    const equals = context.opts.operators["=="] as (left: unknown, right: unknown, of: typeof context) => unknown;
    const path = textIn(property).split(".");
    const kept: unknown[] = [];
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      // oxlint-disable-next-line no-underscore-dangle -- that is how Liquid calls it, and its own filters ask by it
      const found: unknown = yield context._getFromScope(item, path, false);
      const isThere = found !== undefined && found !== null && found !== false;
      if (expected === undefined ? isThere : yield equals(found, expected, context)) kept.push(item);
    }
    return kept;
  },
  *sum(value: unknown, property: unknown) {
    const map = filters["map"] as FilterHandler;
    const items: unknown = property === undefined ? value : yield map.call(this, value, property);
    let sum = 0;
    for (const item of Array.isArray(items) ? (items as unknown[]) : [items]) sum += numberIn("sum", item);
    return usable(sum);
  },
};

/** The filters that are Liquid's own: all that the bundled Liquid needs to have. */
export function liquidsOwn(): readonly string[] {
  return FILTER_NAMES.filter((name) => !Object.hasOwn(OWN, name) && !Object.hasOwn(OWN_BY_ITEM, name));
}

/** The filters by name. */
export const FILTERS: { readonly [name: string]: FilterHandler } = Object.fromEntries(
  FILTER_NAMES.map((name) => [name, paid(name)]),
);

/** The number of characters in a text, as `size` counts them. */
export function characterCount(budget: Budget, text: string): number {
  budget.use(text.length * 0.2);
  return isPlain(text) ? text.length : all(budget, text).length;
}

/** The character at a place of a text; `undefined`: there is none. */
export function characterAt(budget: Budget, text: string, index: number): string | undefined {
  budget.use(text.length * 0.2);
  return isPlain(text) ? text.at(index) : all(budget, text).at(index);
}

function all(budget: Budget, text: string): string[] {
  budget.use(text.length * (isPlain(text) ? PLAIN : SOUGHT));
  return charactersIn(text);
}

/** The beginning of a text, without reading further than needed. */
function start(budget: Budget, text: string, count: number): string {
  const kept = firstCharacters(text, count);
  budget.use(kept.length * SOUGHT + text.length * BEGUN);
  return kept;
}

function pieces(budget: Budget, value: unknown, part: unknown): string[] {
  const found = piecesOf(textIn(value), textIn(part), (text) => {
    budget.use(text.length * SOUGHT);
    return all(budget, text);
  });
  budget.use(found.length * PIECE);
  return found;
}

function withFirst(budget: Budget, value: unknown, part: unknown, by: string): string {
  if (textIn(part) === "") return by + textIn(value);
  const [head = "", ...rest] = pieces(budget, value, part);
  return rest.length === 0 ? head : head + by + rest.join(textIn(part));
}

function stripped(budget: Budget, value: unknown, of: unknown, end: "start" | "end" | "both"): string {
  budget.use((textIn(value).length + textIn(of).length) * STRIPPED);
  const [text, unwanted] = [textIn(value), new Set(all(budget, textIn(of)))];
  const characters = all(budget, text);
  const isKept = (character: string): boolean => !unwanted.has(character);
  const first = characters.findIndex(isKept);
  if (first === -1) return "";
  const last = characters.findLastIndex(isKept);
  return cut(text, characters, end === "end" ? 0 : first, end === "start" ? characters.length : last + 1);
}

/** A part of a text, by places among its characters. Joining them again takes ten times as long. */
function cut(text: string, characters: readonly string[], from: number, to: number): string {
  const lengthOf = (some: readonly string[]): number => some.reduce((sum, { length }) => sum + length, 0);
  const start = lengthOf(characters.slice(0, from));
  return text.slice(start, start + lengthOf(characters.slice(from, to)));
}

function endOf(value: unknown, index: 0 | -1): unknown {
  return Array.isArray(value) ? (value as unknown[]).at(index) : "";
}

/** A text, or a number or boolean as text; what is not given is empty. */
function textIn(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** Refuses a list or an object where one text is wanted. */
function oneText(name: string, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  throw new UnusableValue(`"${name}" takes a text, and is given ${Array.isArray(value) ? "a list" : "an object"}`);
}

/** An item of a list as text; absent, null, a list and an object have none. */
function itemText(name: string, item: unknown): string {
  if (item === undefined) throw new UnusableValue(ABSENT);
  if (item === null) throw new UnusableValue(NULL_VALUE);
  oneText(name, item);
  return textIn(item);
}

/** A number as people write it, or as JSON has it. */
function numberIn(name: string, value: unknown): number {
  const number = decimalOf(value);
  if (number === null) throw new UnusableValue(`"${name}" takes numbers, and is given something else`);
  return number;
}

/** The moment that a value is, as conditions read it, or in English words. */
function dateOf(value: unknown): Date {
  const at = dateMs(value);
  if (at === null) throw new UnusableValue('"date" takes a moment, and is given something else');
  return new Date(at);
}

/** Milliseconds since 1970, or `null` for what `date` does not take. */
export function dateMs(value: unknown): number | null {
  return momentMs(value) ?? (typeof value === "string" ? englishDateMs(value) : null);
}

/** Whether Liquid would read the clock for it. */
export function isClock(value: unknown): boolean {
  return typeof value === "string" && /^\s*(?:now|today)\s*$/i.test(value);
}

/** Refuses long lists, and what dividing by zero gives, which would be a word in a text and null in JSON. */
function usable(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new UnusableValue("the result is no number");
  if (Array.isArray(value) && value.length > MAX_LIST_ITEMS) throw new UnusableValue(TOO_MANY_ITEMS);
  return value;
}
