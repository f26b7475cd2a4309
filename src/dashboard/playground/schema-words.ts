// What the rule's JSON Schema allows at a place in a text. It knows the keywords of JSON Schema that ours uses:
// $ref, anyOf, allOf with if, then and else, properties, additionalProperties, items, const, enum and type.
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import type { JsonNode } from "./read-json.ts";

/** Follows references and choices until only plain schemas are left. */
export function plain(schema: JsonObject, root: JsonObject): readonly JsonObject[] {
  const { $ref, anyOf } = schema;
  if (typeof $ref === "string") {
    const target = $ref
      .split("/")
      .slice(1)
      .reduce<Json | undefined>((at, key) => (isJsonObject(at) ? at[key] : undefined), root);
    return isJsonObject(target) ? plain(target, root) : [];
  }
  return Array.isArray(anyOf) ? anyOf.filter(isJsonObject).flatMap((choice) => plain(choice, root)) : [schema];
}

/**
 * The alternatives that an object can still match: those that allow all of its keys and contradict none of its values,
 * not counting the key `but`. If there are none, all that describe an object.
 */
export function choicesFor(node: JsonNode, schemas: readonly JsonObject[], but?: string): readonly JsonObject[] {
  const objects = schemas.filter(({ properties }) => isJsonObject(properties));
  const fitting = objects.filter((schema) => fits(node, schema, but));
  return fitting.length > 0 ? fitting : objects;
}

function fits({ members }: JsonNode, { properties, additionalProperties }: JsonObject, but?: string): boolean {
  if (!isJsonObject(properties)) return false;
  return members.every(({ key, value }) => {
    if (key === but) return true;
    const property = properties[key];
    if (!isJsonObject(property)) return additionalProperties !== false;
    return property["const"] === undefined || value === null || value.value === property["const"];
  });
}

/** The schemas for a key of an object: the one in `schema`, and those that the object's other values bring in. */
export function schemasOf(node: JsonNode, schema: JsonObject, key: string, root: JsonObject): readonly JsonObject[] {
  const { properties, additionalProperties, allOf } = schema;
  const own = isJsonObject(properties) ? properties[key] : undefined;
  const conditional = (Array.isArray(allOf) ? allOf.filter(isJsonObject) : []).map((rule) => {
    const branch = rule[holds(node, rule["if"]) ? "then" : "else"];
    return isJsonObject(branch) && isJsonObject(branch["properties"]) ? branch["properties"][key] : undefined;
  });
  const found = [own ?? additionalProperties, ...conditional].filter(isJsonObject);
  // A schema that allows no properties means that the key must not be written at all.
  return found.some(({ maxProperties }) => maxProperties === 0) ? [] : found.flatMap((one) => plain(one, root));
}

/** Whether an `if` of the form `{ properties: { key: { enum } } }` holds. */
function holds({ members }: JsonNode, test: Json | undefined): boolean {
  if (!isJsonObject(test) || !isJsonObject(test["properties"])) return false;
  return Object.entries(test["properties"]).every(([key, wanted]) => {
    const value = members.findLast((member) => member.key === key)?.value?.value;
    return (
      value !== undefined && isJsonObject(wanted) && Array.isArray(wanted["enum"]) && wanted["enum"].includes(value)
    );
  });
}
