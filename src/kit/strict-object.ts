// An object struct for files that people write: an unknown key is reported with a suggestion.
import { define, object, Struct, type Failure } from "superstruct";
import { isJsonObject } from "./json.ts";
import { didYouMean, nearest } from "./suggestion.ts";

/** Structs of any shape, as superstruct itself types a mixed bag of them. */
// oxlint-disable-next-line typescript/no-explicit-any -- Struct is invariant, so no narrower type holds two of them
export type AnyStruct = Struct<any, any>;

/** Gives structs of different shapes one type, for tables and `dynamic`, which only pass values through. */
export function anyStruct(struct: unknown): AnyStruct {
  return struct as AnyStruct;
}

type Schema = { readonly [key: string]: AnyStruct };

/** The failure type of a key that is not part of the language. */
export const UNKNOWN_KEY = "unknown-key";

/** A struct of an object with exactly these keys. */
export function strictObject<S extends Schema>(schema: S): ReturnType<typeof object<S>> {
  const known = Object.keys(schema);
  return new Struct({
    // Everything that makes up a struct is in its own properties.
    // oxlint-disable-next-line typescript/no-misused-spread
    ...object(schema),
    *entries(value: unknown) {
      if (!isJsonObject(value)) return;
      for (const key of known) yield [key, value[key], schema[key] as AnyStruct];
      for (const key of Object.keys(value)) {
        if (!Object.hasOwn(schema, key)) yield [key, value[key], unknownKey(key, known)];
      }
    },
  } as never);
}

function unknownKey(key: string, known: readonly string[]): Struct<unknown, null> {
  return define(
    UNKNOWN_KEY,
    () => `Key "${key}" is not known${didYouMean(key, known) || `, use one of ${known.join(", ")}`}`,
  );
}

/** What a failure says to whoever wrote the value, without the value: what is missing, what was expected, what was meant. */
export function failureInWords({ type, path, message, value }: Failure): string {
  if (type === UNKNOWN_KEY) return message;
  const said = plain(message);
  if (value === undefined && path.length > 0) return `Key "${String(path.at(-1))}" is missing: ${said}`;
  const meant = type === "enums" && typeof value === "string" ? nearest(value, wordsIn(said)) : null;
  return meant === null ? said : `The word is not known here, did you mean "${meant}"`;
}

/** superstruct's message without the value, with plain quotes, and with a list called one. */
function plain(message: string): string {
  const quote = (_: string, quoted: string): string =>
    quoted.includes('"') ? quoted.replaceAll(",", ", ") : `"${quoted}"`;
  return message
    .replace(/,? but received.*$/s, "")
    .replaceAll(/`([^`]*)`/g, quote)
    .replace("an array value", "a list, [ … ]");
}

function wordsIn(message: string): readonly string[] {
  return [...message.matchAll(/"([^"]+)"/g)].map(([, word = ""]) => word);
}
