// Counting the words of events in memory, and putting counts together. What is counted is bounded, whatever comes.
import type { Event } from "../model/event.ts";
import { groupOf, type DayCounts, type GroupCounts, type PlaceCounts } from "../model/drift.ts";
import { wordOf, type CountedPlace } from "./places.ts";

/** So many words of a place are told apart. */
const MAX_WORDS = 50;
/** So many kinds and channels are told apart. */
const MAX_GROUPS = 200;

/** What was seen at a place since it was last taken. */
interface Cell {
  present: number;
  others: number;
  readonly words: Map<string, number>;
  /** Most events have what the one before had: its word is looked up once. */
  last: unknown;
  again: number;
}

interface Group {
  readonly places: readonly CountedPlace[];
  readonly cells: readonly Cell[];
  events: number;
}

/** What was seen and is not on disk yet. */
export class Counting {
  #groups = new Map<string, Group>();

  /** Counts an event at places; an event more of a kind and channel beyond the bound is left out. */
  add(event: Event, channel: string | null, places: readonly CountedPlace[]): void {
    const name = groupOf(event.kind, channel);
    const group = this.#group(name, places);
    if (!group) return;
    group.events += 1;
    for (let index = 0; index < places.length; index += 1) {
      const [place, cell] = [places[index], group.cells[index]];
      if (place && cell) count(cell, place, place.read(event));
    }
  }

  /** What was counted, and forgets it. */
  take(): DayCounts {
    const taken = [...this.#groups].map(([name, group]) => [name, toldOf(group)] as const);
    this.#groups = new Map();
    return Object.fromEntries(taken);
  }

  #group(name: string, places: readonly CountedPlace[]): Group | null {
    const known = this.#groups.get(name);
    if (known?.places === places) return known;
    // After a change of rules other places are counted; what was counted within the last minutes is left out.
    if (!known && this.#groups.size >= MAX_GROUPS) return null;
    const cells = places.map((): Cell => ({ present: 0, others: 0, words: new Map(), last: undefined, again: 0 }));
    const made = { places, cells, events: 0 };
    this.#groups.set(name, made);
    return made;
  }
}

function count(cell: Cell, { words }: CountedPlace, value: unknown): void {
  if (value === undefined) return;
  cell.present += 1;
  if (value === cell.last) return void (cell.again += 1);
  settle(cell);
  const word = wordOf(value as never);
  if (word === null || (words && !words.has(word)) || (!cell.words.has(word) && cell.words.size >= MAX_WORDS))
    return void (cell.others += 1);
  cell.words.set(word, (cell.words.get(word) ?? 0) + 1);
  cell.last = value;
}

/** Adds the events that had what the one before had. */
function settle(cell: Cell): void {
  if (cell.again === 0) return;
  const word = wordOf(cell.last as never);
  if (word !== null) cell.words.set(word, (cell.words.get(word) ?? 0) + cell.again);
  cell.again = 0;
}

function toldOf({ places, cells, events }: Group): GroupCounts {
  const told: { [place: string]: PlaceCounts } = {};
  for (const [index, cell] of cells.entries()) {
    settle(cell);
    const { present, others } = cell;
    const { name, words: asked } = places[index] ?? {};
    // A word that was asked for and did not come is told with 0: so it is known that it was counted.
    const words = Object.fromEntries([...[...(asked ?? [])].map((word) => [word, 0] as const), ...cell.words]);
    if (name !== undefined) told[name] = { present, words, others };
  }
  return { events, places: told };
}

/** The sum of two counts. */
export function together(one: DayCounts, other: DayCounts): DayCounts {
  return merged(one, other, MAX_GROUPS, (a, b) => ({
    events: a.events + b.events,
    places: merged(a.places, b.places, Infinity, placesTogether),
  }));
}

/** The sum of what was seen at a place. */
export function placesTogether(a: PlaceCounts, b: PlaceCounts): PlaceCounts {
  const words: { [word: string]: number } = Object.assign(Object.create(null) as object, a.words);
  let others = a.others + b.others;
  for (const [word, times] of Object.entries(b.words)) {
    if (words[word] === undefined && Object.keys(words).length >= MAX_WORDS) others += times;
    else words[word] = (words[word] ?? 0) + times;
  }
  return { present: a.present + b.present, words, others };
}

/** What either has; what both have is put together, and of new ones so many are taken that there are no more than `most`. */
function merged<Value>(
  one: { readonly [name: string]: Value },
  other: { readonly [name: string]: Value },
  most: number,
  put: (a: Value, b: Value) => Value,
): { [name: string]: Value } {
  const sum: { [name: string]: Value } = Object.assign(Object.create(null) as object, one);
  let size = Object.keys(sum).length;
  for (const [name, value] of Object.entries(other)) {
    const known = sum[name];
    if (known !== undefined) sum[name] = put(known, value);
    else if (size < most) [sum[name], size] = [value, size + 1];
  }
  return sum;
}
