// The words of a message: HighLevel's type, its status and the status of a call, and what follows from them together, the
// channel and the outcome. Words that nothing tells apart are one sort; of each sort there is one sample.
import { derivedWord, channelOf, isInternal, outcomeOf, outcomeSpellings } from "../../events/derive.ts";
import { typesOf } from "../../events/kind-of.ts";
import type { JsonObject } from "../../kit/json.ts";
import { FACTS } from "../../language/facts.ts";
import { OUTCOMES, type Outcome } from "../../model/event.ts";
import { CHANNELS, MESSAGE_TYPE_STRINGS, MESSAGE_TYPE_WORDS, type Channel } from "../../model/channels.ts";
import { KINDS, type EventKind } from "../../model/event-kinds.ts";
import { comparisonOf } from "../../match/engine.ts";
import { constantsOf, valueThat } from "../values/one.ts";
import { pathSteps } from "../../language/path.ts";
import { ListedGroup, type Samples } from "./classes.ts";
import { readIn, wantOf, type Atom, type Literal } from "./group.ts";

/** The name of what a rule without `includeInternal` wants of a message. */
export const INTERNAL = "internal comment";

interface WordSample {
  readonly payload: JsonObject;
  readonly channel: Channel;
  readonly outcome: Outcome;
}

type Word = string | undefined;

/** The fields whose words give channel and outcome. */
export function wordFields(kind: EventKind): readonly string[] {
  const { message, hasOutcome } = KINDS[kind];
  if (message === undefined && hasOutcome === undefined) return [];
  return [message?.channel ?? "messageType", "messageTypeString", "status", "callStatus"];
}

/** The group of these fields. */
export function wordsGroup(kind: EventKind): ListedGroup<WordSample> {
  return new ListedGroup<WordSample>({
    name: "the words of the message",
    list: (atoms) => samplesOf(kind, atoms),
    test: (atom) => testOf(kind, atom),
    part: ({ payload }) => ({ payload }),
  });
}

/** Whether an atom holds on samples: told once for each word, or derived word, that it reads. */
function testOf(kind: EventKind, atom: Atom): (sample: WordSample) => boolean {
  const { fact, operator, value } = atom.condition;
  if (fact === INTERNAL) return ({ payload }) => isInternal(payload);
  const field = fieldOf(atom);
  const known = new Map<unknown, boolean>();
  return ({ payload, channel, outcome }) => {
    const derived = fact === "channel" ? channel : outcome;
    const source = field === null ? derived : payload[field];
    let isMet = known.get(source);
    if (isMet === undefined) {
      const read = field === null ? derived : readIn(kind, payload, atom.condition);
      known.set(source, (isMet = comparisonOf(operator)?.(read, value) ?? false));
    }
    return isMet;
  };
}

/** The field that an atom reads as it is; `null`: what it reads is derived from several. */
function fieldOf({ condition: { fact, path } }: Atom): string | null {
  if (fact === "payload") {
    const [first] = path === undefined ? [] : (pathSteps(path) ?? []);
    return typeof first === "string" ? first : null;
  }
  return ["channel", "outcome", INTERNAL].includes(fact) ? null : fact;
}

function samplesOf(kind: EventKind, atoms: readonly Atom[]): Samples<WordSample> {
  const fields = wordFields(kind);
  const [typeField = "messageType", stringField = "messageTypeString"] = fields;
  const ofField = (name: string): readonly Atom[] => atoms.filter((atom) => fieldOf(atom) === name);
  const wordsIn = (name: string, known: readonly Word[], meaning: (word: Word) => string): readonly Word[] => {
    const own = ofField(name);
    const constants = constantsOf(own.map((atom) => wantOf({ atom, isMet: true }))).filter(
      (one) => typeof one === "string",
    );
    const all = [...known, ...constants, ...[...known, ...constants].flatMap(spellingsOf)];
    return oneOfEach(
      all,
      (word) => `${meaning(word)} ${truths(own, (atom) => isMetBy(kind, atom, { ...payloadOf(name, word) }))}`,
    );
  };
  const { message, route } = KINDS[kind];
  const isMessage = message !== undefined;
  const types = wordsIn(
    typeField,
    typeField === "type"
      ? typesOf(kind)
      : isMessage
        ? [...MESSAGE_TYPE_WORDS, ...MESSAGE_TYPE_STRINGS, undefined, UNKNOWN]
        : [undefined],
    (word) => meaningOfType(kind, payloadOf(typeField, word)),
  ).filter((word) => typeField !== "type" || typesOf(kind).includes(word ?? ""));
  const strings = wordsIn(
    stringField,
    isMessage && route === "events" ? [undefined, ...MESSAGE_TYPE_STRINGS, UNKNOWN] : [undefined],
    (word) => meaningOfType(kind, payloadOf(stringField, word)),
  );
  const ofTypes = atoms.filter(
    (atom) =>
      [typeField, stringField].includes(fieldOf(atom) ?? "") || ["channel", INTERNAL].includes(atom.condition.fact),
  );
  const pairs = oneOfEach(
    [undefined, ...strings.filter((word) => word !== undefined)].flatMap((string) =>
      types.map((type) => ({ ...payloadOf(typeField, type), ...payloadOf(stringField, string) })),
    ),
    (payload) =>
      `${meaningOfType(kind, payload)} ${truths(ofTypes, (atom) => (atom.condition.fact === INTERNAL ? isInternal(payload) : isMetBy(kind, atom, payload)))}`,
  );
  const states = [undefined, ...(FACTS["status"]?.values ?? []), ...outcomeSpellings(), UNKNOWN];
  const calls = isMessage
    ? [undefined, ...(FACTS["callStatus"]?.values ?? []), ...outcomeSpellings(), UNKNOWN]
    : [undefined];
  const statuses = wordsIn("status", states, (word) => meaningOfState("status", word));
  const callStatuses = wordsIn("callStatus", calls, (word) => meaningOfState("callStatus", word));
  const truthsOf = (name: string) => (word: Word) =>
    truths(ofField(name), (atom) => isMetBy(kind, atom, payloadOf(name, word)));
  const ofStatus = numbered(statuses, truthsOf("status"));
  const ofCall = numbered(callStatuses, truthsOf("callStatus"));
  const meanings = numbered(pairs, (payload) => meaningOfType(kind, payload));
  const outcomes = new Map<number, Outcome>();
  const seen = new Set<number>();
  const all: WordSample[] = [];
  for (const [pair, payload] of pairs.entries()) {
    const channel = channelOf(kind, payload);
    const take = (status: number, call: number): void => {
      const whole = (): JsonObject => ({
        ...payload,
        ...payloadOf("status", statuses[status]),
        ...payloadOf("callStatus", callStatuses[call]),
      });
      // The outcome depends on what the types mean, not on how they are written.
      const means = ((meanings[pair] ?? 0) * statuses.length + status) * callStatuses.length + call;
      let outcome = outcomes.get(means);
      if (outcome === undefined) outcomes.set(means, (outcome = outcomeOf(channel, whole())));
      const words = (pair * statuses.length + (ofStatus[status] ?? 0)) * callStatuses.length + (ofCall[call] ?? 0);
      const sort = words * OUTCOMES.length + OUTCOMES.indexOf(outcome);
      if (seen.has(sort)) return;
      seen.add(sort);
      all.push({ payload: whole(), channel, outcome });
    };
    // A call says what became of it in its own field, anything else in its status.
    if (channel === "call")
      for (const status of statuses.keys()) for (const call of callStatuses.keys()) take(status, call);
    else for (const call of callStatuses.keys()) for (const status of statuses.keys()) take(status, call);
  }
  return { all, lacks: (literals) => lackOf(literals) };
}

/** A number for each item, the same for those of one sort. */
function numbered<Item>(items: readonly Item[], sortOf: (item: Item) => string): readonly number[] {
  const numbers = new Map<string, number>();
  return items.map((item) => {
    const sort = sortOf(item);
    const number = numbers.get(sort) ?? numbers.size;
    numbers.set(sort, number);
    return number;
  });
}

/** A word that nobody knows. */
const UNKNOWN = "something-new";

function payloadOf(name: string, word: Word): JsonObject {
  return word === undefined ? {} : { [name]: word };
}

/** Other spellings of a word that mean the same, for rules against the usual one. */
function spellingsOf(word: Word): readonly string[] {
  if (word === undefined || word === "") return [];
  return [word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase(), word.toLowerCase(), `${word}.`];
}

function isMetBy(kind: EventKind, { condition }: Atom, payload: JsonObject): boolean {
  return comparisonOf(condition.operator)?.(readIn(kind, payload, condition), condition.value) ?? false;
}

function truths(atoms: readonly Atom[], isMet: (atom: Atom) => boolean): string {
  return atoms.map((atom) => (isMet(atom) ? "1" : "0")).join("");
}

function oneOfEach<Item>(items: readonly Item[], sortOf: (item: Item) => string): readonly Item[] {
  const first = new Map<string, Item>();
  for (const item of items) {
    const sort = sortOf(item);
    if (!first.has(sort)) first.set(sort, item);
  }
  return [...first.values()];
}

/** What a type means to channel and outcome: two with the same are one sort. */
function meaningOfType(kind: EventKind, payload: JsonObject): string {
  const answered = outcomeOf("call", { ...payload, callStatus: "completed" });
  return `${channelOf(kind, payload)} ${String(isInternal(payload))} ${answered} ${channelOf(kind, { ...payload, messageTypeString: "TYPE_SMS" })}`;
}

/** What a status means to the outcome, in whatever circumstances. */
function meaningOfState(name: string, word: Word): string {
  const payload = payloadOf(name, word);
  const others = [{}, { status: "sent" }, { callStatus: "sent" }, { messageType: "Call" }].map((other) => ({
    ...other,
    ...payload,
  }));
  const outcomes = CHANNELS.slice(0, 4).flatMap((channel) => others.map((other) => outcomeOf(channel, other)));
  return [...outcomes, word === undefined ? "" : derivedWord("outcome", word)].join(" ");
}

/** Operators of which the listed words show every sort. */
const WHOLE_WORDS: ReadonlySet<string> = new Set(["equal", "notEqual", "in", "notIn", "exists", "equalsIgnoreCase"]);

/** What cannot be told of literals that no sample meets. */
function lackOf(literals: readonly Literal[]): string | null {
  const odd = literals.filter(({ atom }) => fieldOf(atom) !== null && !WHOLE_WORDS.has(atom.condition.operator));
  if (odd.length === 0) return null;
  for (const name of new Set(odd.map(({ atom }) => fieldOf(atom)))) {
    const wants = literals.filter(({ atom }) => fieldOf(atom) === name).map(wantOf);
    if (valueThat(wants, { shapes: ["absent", "text"] }).is === "never") return null;
  }
  return "conditions look into a word from which the channel or the outcome follows";
}
