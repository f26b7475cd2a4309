// Who sent a message: `source` and `userId`, and the sender that follows from them.
import { senderOf } from "../../events/derive.ts";
import type { Json, JsonObject } from "../../kit/json.ts";
import { FACTS } from "../../language/facts.ts";
import { comparisonOf } from "../../match/engine.ts";
import type { EventKind } from "../../model/event-kinds.ts";
import { constantsOf, EVERY_SHAPE, valueThat } from "../values/one.ts";
import { ListedGroup, type Samples } from "./classes.ts";
import { readIn, wantOf, type Atom, type Literal } from "./group.ts";

/** The fields of this group. */
export const WHO_FIELDS: readonly string[] = ["source", "userId"];

/** The group of these fields, on kinds that have a sender. */
export function whoGroup(kind: EventKind): ListedGroup<JsonObject> {
  return new ListedGroup<JsonObject>({
    name: "who sent it",
    list: samplesOf,
    test:
      ({ condition }) =>
      (payload) =>
        comparisonOf(condition.operator)?.(readIn(kind, payload, condition), condition.value) ?? false,
    part: (payload) => ({ payload }),
  });
}

const SPELT: readonly string[] = ["API", "api.", "Workflow", "workflow.", "App", "app.", "something-new"];

function samplesOf(atoms: readonly Atom[]): Samples<JsonObject> {
  const texts = (name: string): readonly string[] => {
    const own = atoms.filter((atom) => readsField(atom, name)).map((atom) => wantOf({ atom, isMet: true }));
    const constants = constantsOf(own).filter((one) => typeof one === "string");
    return [...constants, ...constants.flatMap(inOtherCases)];
  };
  const sources = [undefined, ...(FACTS["source"]?.values ?? []), ...texts("source"), ...SPELT];
  const users = [undefined, "a-user", ...texts("userId")];
  const given = (name: string, value: Json | undefined): JsonObject => (value === undefined ? {} : { [name]: value });
  const sourceSorts = new Map(
    sources
      .map(
        (source) =>
          [
            `${senderOf(given("source", source))} ${atoms
              .map(
                (atom) =>
                  readsField(atom, "source") &&
                  (comparisonOf(atom.condition.operator)?.(source, atom.condition.value) ?? false),
              )
              .join()}`,
            source,
          ] as const,
      )
      .toReversed(),
  );
  const kept = new Set(sourceSorts.values());
  const all = users.flatMap((userId) =>
    sources
      .filter((source) => kept.has(source))
      .map((source) => ({ ...given("source", source), ...given("userId", userId) })),
  );
  return { all: [...new Map(all.map((one) => [JSON.stringify(one), one])).values()], lacks: lackOf };
}

function inOtherCases(text: string): readonly string[] {
  return [text.charAt(0).toUpperCase() + text.slice(1), text.toUpperCase(), text.toLowerCase()];
}

function readsField({ condition: { fact, path } }: Atom, name: string): boolean {
  return fact === name || (fact === "payload" && path !== undefined && path.includes(name));
}

const WHOLE_WORDS: ReadonlySet<string> = new Set(["equal", "notEqual", "in", "notIn", "exists", "equalsIgnoreCase"]);

function lackOf(literals: readonly Literal[]): string | null {
  const odd = literals.filter(
    ({ atom }) => atom.condition.fact !== "sender" && !WHOLE_WORDS.has(atom.condition.operator),
  );
  if (odd.length === 0) return null;
  for (const name of WHO_FIELDS) {
    const wants = literals.filter(({ atom }) => readsField(atom, name)).map(wantOf);
    if (wants.length > 0 && valueThat(wants, { shapes: EVERY_SHAPE }).is === "never") return null;
  }
  return "conditions look into a word from which the sender follows";
}
