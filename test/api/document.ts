// docs/openapi.json as the tests read it: its operations, its references followed, and a validator for each schema.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { ROOT } from "../../src/local/project.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/kit/json.ts";

const METHODS = ["get", "post", "put", "patch", "delete"];

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly schema: JsonObject;
}

/** One status that an operation answers with. */
interface Answer {
  readonly contentType: string;
  readonly schema: JsonObject;
  /** Names of the headers that it always has. */
  readonly headers: readonly string[];
}

/** One method of one path. */
export interface Operation {
  /** Such as `GET /api/locations/{locationId}/events`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: JsonObject | null;
  readonly answers: ReadonlyMap<number, Answer>;
}

/** The document as it is written. */
export function readDocument(): JsonObject {
  return JSON.parse(readFileSync(join(ROOT, "docs/openapi.json"), "utf8")) as JsonObject;
}

/** Every place of the document, as a JSON pointer of raw keys, with what stands there. */
export function* places(value: Json, pointer = "#"): Generator<readonly [pointer: string, value: Json]> {
  yield [pointer, value];
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* places(inner, `${pointer}/${escaped(key)}`);
}

/** What a reference such as `#/components/schemas/Task` stands for; throws where it leads nowhere. */
export function objectAt(document: JsonObject, reference: string): JsonObject {
  let found: Json | undefined = document;
  for (const key of reference.split("/").slice(1)) {
    found = isJsonObject(found) ? found[key.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  }
  if (!isJsonObject(found)) throw new Error(`docs/openapi.json has nothing at ${reference}`);
  return found;
}

/** The operations of a document. */
export function operationsOf(document: JsonObject): Operation[] {
  return Object.entries(objectAt(document, "#/paths")).flatMap(([path, item]) =>
    METHODS.filter((method) => isJsonObject(item) && method in item).map((method) =>
      operationAt(document, path, method),
    ),
  );
}

/** Compiles schemas of a document, each once. Strict: a keyword that JSON Schema does not have throws. */
export function validatorOf(document: JsonObject): (schema: JsonObject) => ValidateFunction {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
  ajv.addSchema({ $id: "schemas", $defs: basedOn(objectAt(document, "#/components/schemas")) });
  const compiled = new Map<string, ValidateFunction>();
  return (schema) => {
    const text = JSON.stringify(schema);
    const known = compiled.get(text);
    if (known) return known;
    const made = ajv.compile(basedOn(schema));
    compiled.set(text, made);
    return made;
  };
}

/** What does not fit, each with its place; empty where all does. */
export function misfits(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function operationAt(document: JsonObject, path: string, method: string): Operation {
  const operation = objectAt(document, `#/paths/${escaped(path)}/${method}`);
  const parameters = Array.isArray(operation["parameters"]) ? operation["parameters"] : [];
  const responses = objectAt(operation, "#/responses");
  return {
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    parameters: parameters.map((given) => parameterOf(document, given)),
    body: "requestBody" in operation ? objectAt(operation, "#/requestBody/content/application~1json/schema") : null,
    answers: new Map(Object.entries(responses).map(([status, given]) => [Number(status), answerOf(document, given)])),
  };
}

function parameterOf(document: JsonObject, given: Json): Parameter {
  const { name, in: place, required, schema } = followed(document, given);
  if (typeof name !== "string" || (place !== "path" && place !== "query") || schema === undefined)
    throw new Error(`A parameter of docs/openapi.json lacks its name, place or schema: ${JSON.stringify(given)}`);
  return { name, in: place, required: required === true, schema: followed(document, schema) };
}

function answerOf(document: JsonObject, given: Json): Answer {
  const response = followed(document, given);
  const [[contentType, media] = []] = Object.entries(objectAt(response, "#/content"));
  if (contentType === undefined || !isJsonObject(media)) throw new Error(`No content: ${JSON.stringify(given)}`);
  const headers = "headers" in response ? Object.keys(objectAt(response, "#/headers")) : [];
  return { contentType, schema: objectAt(media, "#/schema"), headers };
}

/** A reference followed; anything else is itself. */
function followed(document: JsonObject, given: Json): JsonObject {
  if (!isJsonObject(given)) throw new Error(`Expected an object: ${JSON.stringify(given)}`);
  return typeof given["$ref"] === "string" ? objectAt(document, given["$ref"]) : given;
}

/** A schema whose references lead to the named schemas from wherever it stands. */
function basedOn(schema: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"schemas#/$defs/')) as JsonObject;
}

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
