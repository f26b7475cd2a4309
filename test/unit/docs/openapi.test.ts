import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ROUTES } from "../../../src/api/api.ts";
import { OPENAPI_FILE, withActionComponents } from "../../../src/cli/openapi.ts";
import { problemOf, type Failure, type FailureCode } from "../../../src/model/failure.ts";
import { DELIVERY_STATES } from "../../../src/model/delivery.ts";
import { CHANNELS } from "../../../src/model/channels.ts";
import { OUTCOMES } from "../../../src/model/event.ts";
import { EVENT_KINDS } from "../../../src/model/event-kinds.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { misfits, objectAt, operationsOf, places, readDocument, validatorOf } from "../../api/document.ts";
import { callOf, operationOf, pageExamples } from "../../api/page.ts";

const document = readDocument();
const operations = operationsOf(document);
const validator = validatorOf(document);

/** What the entry serves beside `ROUTES`. */
const ENTRY = ["GET /healthz", "POST /hooks/highlevel", "POST /hooks/highlevel/provider", "POST /hooks/gateway"];
const SERVED = [...ROUTES.map(([method, path]) => `${method.toUpperCase()} ${path}`), ...ENTRY];
/** A route without the names of its parameters, which are short in the code and speak on the page. */
const nameless = (route: string): string => route.replaceAll(/:\w+|\{\w+\}/g, "{}");

describe("the operations of docs/openapi.json", () => {
  it("are the routes that are served", () => {
    expect(operations.map(({ name }) => nameless(name)).toSorted()).toEqual(SERVED.map(nameless).toSorted());
  });

  it("have an id of their own, and a sentence", () => {
    const ids = operations.map(({ path, method }) => {
      const operation = objectAt(objectAt(objectAt(document, "#/paths"), pointerTo(path)), `#/${method.toLowerCase()}`);
      expect(operation["summary"], path).toMatch(/^[A-Z].*[^.]$/);
      return operation["operationId"];
    });
    expect(new Set(ids).size).toBe(operations.length);
  });

  it.each(operations.map((operation) => [operation.name, operation] as const))(
    "%s declares the parameters of its path, each once, and required",
    (_, { path, parameters }) => {
      const inPath = parameters.filter((parameter) => parameter.in === "path");
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.filter(({ required }) => !required)).toEqual([]);
      expect(new Set(parameters.map((parameter) => `${parameter.in} ${parameter.name}`)).size).toBe(parameters.length);
    },
  );

  it.each(operations.map((operation) => [operation.name, operation] as const))(
    "%s has one success, and tells the problems that every call of its kind has",
    (_, { path, answers }) => {
      const statuses = [...answers.keys()];
      expect(statuses.filter((status) => status < 400)).toHaveLength(1);
      const always = path.startsWith("/api") ? [401, 429, 500] : [500];
      expect(statuses).toEqual(expect.arrayContaining(path.includes("{locationId}") ? [...always, 404] : always));
    },
  );
});

describe("the schemas of docs/openapi.json", () => {
  const named = Object.entries(objectAt(document, "#/components/schemas")) as [string, JsonObject][];

  it.each(named)("%s is valid JSON Schema 2020-12", (_, schema) => {
    expect(() => validator(schema)).not.toThrow();
  });

  it("of parameters, bodies and answers are valid too", () => {
    for (const { name, parameters, body, answers } of operations) {
      const schemas = [...parameters, ...answers.values()].map(({ schema }) => schema);
      for (const schema of body ? [...schemas, body] : schemas) expect(() => validator(schema), name).not.toThrow();
    }
  });

  it("and all other references lead somewhere, and every component is referred to", () => {
    const references = [...places(document)].flatMap(([pointer, value]) =>
      pointer.endsWith("/$ref") && typeof value === "string" ? [value] : [],
    );
    for (const reference of references) expect(() => objectAt(document, reference), reference).not.toThrow();
    const components = ["schemas", "parameters", "responses"].flatMap((kind) =>
      Object.keys(objectAt(document, `#/components/${kind}`)).map((name) => `#/components/${kind}/${name}`),
    );
    expect(components.filter((component) => !references.includes(component))).toEqual([]);
  });

  it("have the actions that the tables make: if not, run npm run rules schema", () => {
    const text = readFileSync(OPENAPI_FILE, "utf8");
    expect(withActionComponents(text)).toBe(text);
  });

  it("have the words of the model", () => {
    const words = (name: string): unknown => objectAt(document, `#/components/schemas/${name}`)["enum"];
    expect(words("EventKind")).toEqual([...EVENT_KINDS]);
    expect(words("Channel")).toEqual([...CHANNELS]);
    expect(words("Outcome")).toEqual([...OUTCOMES]);
    expect(words("DeliveryState")).toEqual([...DELIVERY_STATES]);
  });

  it("refuse a field that is not described", () => {
    const task = validator({ $ref: "#/components/schemas/Task" });
    expect(misfits(task, { surprise: 1 }).join()).toContain('"additionalProperty":"surprise"');
  });
});

/** One of each. */
const FAILURES: { readonly [Code in FailureCode]: Extract<Failure, { code: Code }> } = {
  REQUEST_NOT_FOUND: { code: "REQUEST_NOT_FOUND" },
  REQUEST_METHOD: { code: "REQUEST_METHOD", allow: "POST" },
  REQUEST_MEDIA_TYPE: { code: "REQUEST_MEDIA_TYPE" },
  REQUEST_TOO_LARGE: { code: "REQUEST_TOO_LARGE", maxBytes: 1 },
  REQUEST_NOT_JSON: { code: "REQUEST_NOT_JSON" },
  REQUEST_PARAMETER: { code: "REQUEST_PARAMETER", issues: [{ pointer: "/limit", code: "API_LIMIT", message: "m" }] },
  EVENT_SIGNATURE: { code: "EVENT_SIGNATURE" },
  EVENT_NOT_ALLOWED: { code: "EVENT_NOT_ALLOWED" },
  EVENT_UNUSABLE: { code: "EVENT_UNUSABLE", issues: [{ pointer: "", code: "EVENT_TYPE", message: "m" }] },
  CONFIGURATION_KEYS: { code: "CONFIGURATION_KEYS" },
  CONFIGURATION_PLACE: { code: "CONFIGURATION_PLACE" },
  HOOK_CLOSED: { code: "HOOK_CLOSED" },
  CONFIGURATION_TOKEN_KEY: { code: "CONFIGURATION_TOKEN_KEY", what: "HIGHLEVEL_TOKEN_KEY is not set" },
  LEDGER_UNAVAILABLE: { code: "LEDGER_UNAVAILABLE", retryAfterSeconds: 5 },
  LEDGER_OVER_BUDGET: { code: "LEDGER_OVER_BUDGET", retryAfterSeconds: 5 },
  LEDGER_NOT_FOUND: { code: "LEDGER_NOT_FOUND", what: "task" },
  RULES_REFUSED: { code: "RULES_REFUSED", issues: [{ pointer: "/a.json#", code: "RULE_JSON", message: "m" }] },
  RULES_OVERWRITES: { code: "RULES_OVERWRITES", version: 4, told: "version 4 by ana" },
  RULES_CHANGED: { code: "RULES_CHANGED", change: 9, told: "activate by ana" },
  RULES_FROM_DEPLOY: { code: "RULES_FROM_DEPLOY" },
  RULES_NOTHING_BEFORE: { code: "RULES_NOTHING_BEFORE" },
  LEDGER_DELIVERY_STATE: { code: "LEDGER_DELIVERY_STATE", state: "sent" },
  LEDGER_PAUSES: { code: "LEDGER_PAUSES" },
  LEDGER_IMPORT: { code: "LEDGER_IMPORT", why: "The location has a log" },
  LEDGER_EXPORT: { code: "LEDGER_EXPORT", why: "RECONCILE is off" },
  ALERT_NOWHERE: { code: "ALERT_NOWHERE" },
  ALERT_FAILED: { code: "ALERT_FAILED", why: "The destination answered 500" },
  API_CLOSED: { code: "API_CLOSED" },
  API_TOKEN: { code: "API_TOKEN" },
  BUG: { code: "BUG" },
};

describe("the problems of docs/openapi.json", () => {
  const problems = operations.flatMap(({ name, answers }) =>
    [...answers].flatMap(([status, answer]) => (status < 400 ? [] : [{ name, status, ...answer }])),
  );

  it("have the codes of the failures that there are", () => {
    const { properties } = objectAt(document, "#/components/schemas/Problem") as { properties: JsonObject };
    expect(objectAt(properties, "#/code")["enum"]).toEqual(Object.keys(FAILURES));
  });

  it.each(Object.values(FAILURES).map((failure) => [failure.code, failure] as const))(
    "%s is told by at least one call, wherever its status stands, with its headers",
    (code, failure) => {
      const { status, headers, body } = problemOf(failure);
      const telling = problems.filter(({ schema }) => misfits(validator(schema), body).length === 0);
      expect(telling.length, code).toBeGreaterThan(0);
      for (const told of telling) {
        expect([told.name, told.status]).toEqual([told.name, status]);
        expect(told.contentType).toBe(headers["content-type"]);
        const more = Object.keys(headers).filter((name) => name !== "content-type");
        expect(told.headers.map((name) => name.toLowerCase())).toEqual(more);
      }
    },
  );
});

describe("docs/api.md", () => {
  const values =
    "WORKER LOCATION EMPTY COMPANY CONTACT EVENT DELIVERY TASK BODY USER AUTH SIGNATURE ID SECONDS PAYLOAD".split(" ");
  const variables = {
    ...Object.fromEntries(values.map((name) => [name, `${name}: x`])),
    WORKER: "https://worker.example",
  };
  const examples = pageExamples().map((example) => ({ ...example, call: callOf(example.command, variables) }));

  it("has an example of every operation", () => {
    const shown = examples.map(({ call, command }) => operationOf(operations, call)?.name ?? `none: ${command}`);
    expect([...new Set(shown)].toSorted()).toEqual(operations.map(({ name }) => name).toSorted());
  });

  it.each(examples)("shows answers and bodies as they are described: $command", ({ call, answer }) => {
    const operation = operationOf(operations, call);
    const [success] = [...(operation?.answers ?? [])].filter(([status]) => status < 400).map(([, told]) => told);
    if (!operation || !success) throw new Error("No such operation");
    if (answer !== null) expect(misfits(validator(success.schema), answer)).toEqual([]);
    if (call.body !== null && !call.body.startsWith("PAYLOAD"))
      expect(misfits(validator(operation.body ?? {}), JSON.parse(call.body))).toEqual([]);
    const declared = operation.parameters.filter((parameter) => parameter.in === "query");
    const given = new URL(call.url).searchParams;
    expect(declared.map(({ name }) => name)).toEqual(expect.arrayContaining([...given.keys()]));
    for (const { name, required } of declared) if (required) expect(given.has(name), name).toBe(true);
  });
});

function pointerTo(path: string): string {
  return `#/${path.replaceAll("/", "~1")}`;
}
