// The moment of the decision, and when the event happened.
import { comparisonOf } from "../../match/engine.ts";
import { momentMs } from "../../kit/moment.ts";
import type { JsonObject } from "../../kit/json.ts";
import { KINDS, type EventKind } from "../../model/event-kinds.ts";
import { WEEKDAYS, type Weekday } from "../../model/window.ts";
import { sizesAround } from "../values/one.ts";
import { ListedGroup } from "./classes.ts";
import { readIn, wantOf, type Atom, type Group } from "./group.ts";

const MINUTES = 24 * 60;
/** When examples are decided unless they say otherwise: it is tried first. */
const USUAL_MINUTE = 15 * 60 + 30;
const USUAL_DAY: Weekday = "wednesday";

function clockAt(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

function reads(value: string): (atom: Atom) => boolean {
  return ({ condition }) =>
    comparisonOf(condition.operator)?.(condition.path === undefined ? value : undefined, condition.value) ?? false;
}

/** The time of day at which it is decided: every minute. */
export function localTimeGroup(): Group {
  const all = Array.from({ length: MINUTES }, (_, index) => clockAt((USUAL_MINUTE + index) % MINUTES));
  return new ListedGroup<string>({
    name: "the time of day",
    list: () => ({ all }),
    test: (atom) => (time) => reads(time)(atom),
    part: (localTime) => ({ localTime }),
  });
}

/** The day on which it is decided. */
export function weekdayGroup(): Group {
  return new ListedGroup<Weekday>({
    name: "the weekday",
    list: () => ({ all: [USUAL_DAY, ...WEEKDAYS.filter((day) => day !== USUAL_DAY)] }),
    test: (atom) => (day) => reads(day)(atom),
    part: (weekday) => ({ weekday }),
  });
}

interface Happened {
  readonly payload: JsonObject;
  /** ISO 8601. */
  readonly occurredAt: string;
}

const USUAL = "2026-03-04T15:29:00.000Z";

/** The fields that say when it happened. */
export function timeFields(kind: EventKind): readonly string[] {
  const { time } = KINDS[kind];
  return time === undefined ? ["timestamp"] : [time, "timestamp"];
}

/** When it happened: the fields that say so, and the fact that follows from them. */
export function timeGroup(kind: EventKind): Group {
  const [own = "timestamp", other = "timestamp"] = timeFields(kind);
  return new ListedGroup<Happened>({
    name: "when it happened",
    list(atoms) {
      const texts = [undefined, USUAL, ...sizesAround(atoms.map((atom) => wantOf({ atom, isMet: true }))), "some day"];
      const asksWhen = atoms.some(({ condition }) => condition.fact === "occurredAt");
      const all = texts.flatMap((text) =>
        (own === other ? [undefined] : texts).flatMap((second): readonly Happened[] => {
          const payload = {
            ...(text === undefined ? {} : { [own]: text }),
            ...(second === undefined ? {} : { [other]: second }),
          };
          const at = momentMs(text) ?? momentMs(second);
          // Without a time of its own an event happens when it is received, whenever that is.
          if (at === null) return asksWhen ? [] : [{ payload, occurredAt: "" }];
          return [{ payload, occurredAt: new Date(at).toISOString() }];
        }),
      );
      return {
        all,
        lacks: (literals) =>
          literals.every(({ atom }) => ORDERLY.has(atom.condition.operator))
            ? null
            : "conditions look into a time as a text",
      };
    },
    test:
      ({ condition }) =>
      ({ payload, occurredAt }) => {
        const read = condition.fact === "occurredAt" ? occurredAt : readIn(kind, payload, condition);
        return comparisonOf(condition.operator)?.(read, condition.value) ?? false;
      },
    part: ({ payload, occurredAt }) => ({
      payload,
      ...(occurredAt === "" ? {} : { notBeforeMs: Date.parse(occurredAt) }),
    }),
  });
}

const ORDERLY: ReadonlySet<string> = new Set(["before", "after", "equal", "notEqual", "in", "notIn", "exists"]);
