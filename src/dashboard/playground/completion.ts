// What can be written at a place in a rule: keys, words and skeletons of whole parts, from the rule's JSON Schema and
// the words that each fact takes.
import { FACTS } from "../../language/facts.ts";
import { isOperator, OPERATORS, type ValueForm } from "../../language/operators.ts";
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import { cursorAt, type Cursor } from "./cursor.ts";
import { readJson, type JsonNode } from "./read-json.ts";
import { choicesFor, plain, schemasOf } from "./schema-words.ts";

/** One thing that can be written. */
export interface Candidate {
  /** What is shown and searched: a key or word without quotes. */
  readonly label: string;
  /** What it is for, as text. */
  readonly about: string;
  readonly kind: "key" | "word" | "part";
  /** What is inserted; `${}` is where the cursor goes. */
  readonly template: string;
}

/** What can be written, and the range that it replaces. */
export interface Completion {
  readonly from: number;
  readonly to: number;
  readonly candidates: readonly Candidate[];
}

/** What can be written at a position in a rule's text; `null`: nothing. */
export function completionAt(text: string, position: number, schema: JsonObject): Completion | null {
  const cursor = cursorAt(readJson(text).root, text, position);
  if (!cursor) return null;
  const token = text.slice(cursor.from, cursor.to);
  if (token.length > 1 && token.endsWith('"') && position === cursor.to) return null;
  const schemas = schemasAt(cursor, schema);
  const found = cursor.what === "key" ? keys(cursor, schemas, schema, text) : values(cursor, schemas, schema);
  const candidates = token.startsWith('"') ? found.filter(({ template }) => template.startsWith('"')) : found;
  return candidates.length === 0 ? null : { from: cursor.from, to: cursor.to, candidates };
}

/** The schemas of the object whose key is being written, or of the value being written. */
function schemasAt({ what, around }: Cursor, root: JsonObject): readonly JsonObject[] {
  let schemas = plain(root, root);
  for (const [depth, { node, member }] of around.entries()) {
    if (what === "key" && depth === around.length - 1) return choicesFor(node, schemas, member?.key);
    schemas =
      node.kind === "object"
        ? choicesFor(node, schemas, member?.key).flatMap((choice) => schemasOf(node, choice, member?.key ?? "", root))
        : schemas.flatMap(({ items }) => (isJsonObject(items) ? plain(items, root) : []));
  }
  return schemas;
}

function keys({ around, to }: Cursor, schemas: readonly JsonObject[], root: JsonObject, text: string): Candidate[] {
  const { node, member } = around.at(-1) ?? {};
  if (!node) return [];
  const taken = new Set(node.members.filter((one) => one !== member).map(({ key }) => key));
  const rest = text.slice(to).trimStart();
  const known = new Map<string, Candidate>();
  for (const schema of schemas)
    for (const [key, property] of Object.entries(objectOf(schema["properties"]))) {
      if (taken.has(key) || known.has(key) || !isJsonObject(property)) continue;
      const held = schemasOf(node, schema, key, root);
      if (held.length === 0) continue;
      const value = rest.startsWith(":") ? "" : `: ${beginning(held)}${rest.startsWith('"') ? "," : ""}`;
      const about = descriptionOf(property, root);
      known.set(key, { label: key, about, kind: "key", template: `${JSON.stringify(key)}${value}` });
    }
  return [...known.values()];
}

/** The brackets or quotes of a value that is always a list, an object or a text. */
function beginning(schemas: readonly JsonObject[]): string {
  const types = new Set(schemas.map(typeOf));
  const [type] = types;
  if (types.size !== 1) return "${}";
  return { array: "[${}]", object: "{ ${} }", string: '"${}"' }[type ?? ""] ?? "${}";
}

function typeOf({ type, const: constant, enum: words }: JsonObject): string {
  if (typeof type === "string") return type;
  return typeof (constant ?? (Array.isArray(words) ? words[0] : undefined)) === "string" ? "string" : "";
}

function values(cursor: Cursor, schemas: readonly JsonObject[], root: JsonObject): Candidate[] {
  const written = [...factWords(cursor), ...schemas.flatMap((schema) => wordsOf(schema, root))];
  const { node } = cursor.around.at(-1) ?? {};
  const taken = new Set(
    node?.kind === "array" ? node.items.filter(({ from }) => from !== cursor.from).map(({ value }) => value) : [],
  );
  const known = new Map(written.toReversed().map((one) => [one.template, one]));
  return [...new Set(written.map(({ template }) => template))]
    .map((template) => known.get(template))
    .filter((one) => one !== undefined)
    .filter(({ kind, label }) => kind === "part" || !taken.has(label));
}

function wordsOf(schema: JsonObject, root: JsonObject): Candidate[] {
  const { const: constant, enum: words, examples, type, properties } = schema;
  if (constant !== undefined) return [word(constant, textOf(schema["description"]))];
  if (Array.isArray(words)) return words.map((one) => word(one, ""));
  if (Array.isArray(examples)) return examples.map((one) => word(one, textOf(schema["description"])));
  if (type === "boolean") return [word(true, ""), word(false, "")];
  if (type === "array")
    return [{ label: "[ ]", about: textOf(schema["description"]), kind: "part", template: "[${}]" }];
  return isJsonObject(properties) ? [part(schema, properties, root)] : [];
}

function word(value: Json, about: string): Candidate {
  const template = JSON.stringify(value);
  return { label: typeof value === "string" ? value : template, about, kind: "word", template };
}

/** An object with its required keys. */
function part({ required }: JsonObject, properties: JsonObject, root: JsonObject): Candidate {
  const wanted = (Array.isArray(required) ? required : []).filter((key) => typeof key === "string");
  if (wanted.length === 0) return { label: "{ }", about: "", kind: "part", template: "{ ${} }" };
  const written = wanted.map((key) => {
    const held = plain(objectOf(properties[key]), root);
    const [only] = held;
    const fixed = held.length === 1 && typeof only?.["const"] === "string" ? JSON.stringify(only["const"]) : null;
    return { key, fixed, text: `${JSON.stringify(key)}: ${fixed ?? beginning(held)}` };
  });
  const label = `{ ${written.map(({ key, fixed }) => (fixed === null ? key : `${key}: ${fixed}`)).join(", ")} }`;
  const about = written.map(({ key }) => descriptionOf(objectOf(properties[key]), root)).find(Boolean) ?? "";
  return { label, about, kind: "part", template: `{ ${written.map(({ text }) => text).join(", ")} }` };
}

/** Whether a word of the fact can be the value, by the form that the operator requires. */
const MAY_BE_WORD: { readonly [Form in ValueForm]: (inList: boolean) => boolean } = {
  primitive: () => true,
  text: () => true,
  list: (inList) => inList,
  pattern: () => false,
  number: () => false,
  time: () => false,
  boolean: () => false,
};

/** The words that a fact takes, if the cursor is at the value it is compared with. */
function factWords({ around }: Cursor): Candidate[] {
  const comparison = around.findLast(({ node }) => node.kind === "object");
  if (comparison?.member?.key !== "value") return [];
  const fact = valueOf(comparison.node, "fact");
  if (typeof fact !== "string" || !Object.hasOwn(FACTS, fact)) return [];
  const inList = around.at(-1)?.node.kind === "array";
  const operator = valueOf(comparison.node, "operator");
  const form = typeof operator === "string" && isOperator(operator) ? OPERATORS[operator].value : null;
  if (form !== null && !MAY_BE_WORD[form](inList)) return [];
  const { type, values: words = [] } = FACTS[fact] ?? { type: "any" };
  return type === "boolean" ? [word(true, ""), word(false, "")] : words.map((one) => word(one, `a word of ${fact}`));
}

function valueOf({ members }: JsonNode, key: string): JsonNode["value"] {
  return members.findLast((member) => member.key === key)?.value?.value;
}

function descriptionOf(schema: JsonObject, root: JsonObject): string {
  const own = textOf(schema["description"]);
  if (own !== "" || typeof schema["$ref"] !== "string") return own;
  return (
    plain(schema, root)
      .map(({ description }) => textOf(description))
      .at(0) ?? ""
  );
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
