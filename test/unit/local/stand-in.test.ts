import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { published, OPERATION_NAMES, type OperationName } from "../../../src/local/stand-in/published.ts";
import type { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import { isJsonObject, type JsonObject } from "../../../src/kit/json.ts";
import {
  aHighLevel,
  type Changes,
  type HandClock,
  LOCATION,
  type Named,
  NAMES,
  requestFor,
  RIGHT,
  TOKEN,
} from "./stand-in-requests.ts";

/** HighLevel's public API description, 19 June 2026; of a message it also lists `subType` and `status` (published.ts). */
const REQUIRED: { readonly [name in OperationName]: readonly string[] } = {
  "send-message": ["type", "contactId"],
  "update-message-status": ["status"],
  "export-messages": ["locationId"],
  "add-tags": ["tags"],
  "remove-tags": ["tags"],
  "create-task": ["title", "dueDate", "completed"],
  "create-note": ["body"],
  "add-to-workflow": [],
  "remove-from-workflow": [],
  "update-opportunity-status": ["status"],
  "update-contact": [],
  "create-opportunity": ["pipelineId", "locationId", "name", "status", "contactId"],
  "update-opportunity": [],
  "get-contact": [],
  "get-custom-fields": [],
  "get-user": [],
  "get-location": [],
  "installed-locations": ["companyId", "appId"],
  "location-token": ["companyId", "locationId"],
  token: ["client_id", "client_secret", "grant_type"],
};

let highLevel: HighLevelStandIn;
let clock: HandClock;

beforeEach(() => {
  ({ highLevel, clock } = aHighLevel());
});

async function answerTo(
  name: Named,
  changes?: Changes,
): Promise<{ status: number; body: JsonObject; headers: Headers }> {
  const response = await highLevel.answer(requestFor(name, changes));
  return { status: response.status, body: jsonOf(await response.text()), headers: response.headers };
}

function jsonOf(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  return isJsonObject(value) ? value : {};
}

async function expectMistake(name: Named, changes: Changes, status: number, told: string): Promise<void> {
  const answer = await answerTo(name, changes);
  expect(answer.status).toBe(status);
  expect(answer.body["message"]).toEqual(status === 422 ? [told] : told);
  const { method } = published(name);
  expect(highLevel.violations).toEqual([`${method} ${changes.path ?? RIGHT[name].path}: ${told}`]);
}

const without = (values: JsonObject | undefined, field: string): JsonObject =>
  Object.fromEntries(Object.entries(values ?? {}).filter(([name]) => name !== field));

describe("the stand-in's table of operations", () => {
  it("requires what is published", () => {
    const table = OPERATION_NAMES.map((name) => [
      name,
      (published(name).body ?? published(name).query)?.required ?? [],
    ]);
    expect(Object.fromEntries(table)).toEqual(REQUIRED);
  });
});

describe("the stand-in's files", () => {
  const folder = join(import.meta.dirname, "../../../src/local/stand-in");

  it.each(readdirSync(folder))("%s knows only the words of JSON, and Node.js only in the server", (file) => {
    const imports = [...readFileSync(join(folder, file), "utf8").matchAll(/ from "([^"]+)"/g)].map(([, from]) => from);
    const outside = imports.filter((from) => !from?.startsWith("./") && from !== "../../kit/json.ts");
    expect(outside.length).toBe(file === "server.ts" ? 2 : 0);
  });
});

describe.each(NAMES)("%s", (name) => {
  const { values, status } = RIGHT[name];
  const form = published(name).body ?? published(name).query;
  const enums = Object.entries(form?.fields ?? {}).flatMap(([field, kind]) =>
    Array.isArray(kind) ? [{ field, words: kind.join(", ") }] : [],
  );
  const typed = Object.entries(form?.fields ?? {}).filter(([, kind]) => !Array.isArray(kind) && !published(name).query);

  it("answers a right request, and finds nothing wrong with it", async () => {
    expect((await answerTo(name)).status).toBe(status[0]);
    expect(highLevel.violations).toEqual([]);
    const body = published(name).body ? values : null;
    expect(highLevel.requests).toMatchObject([{ at: clock.nowMs, status: status[0], locationId: LOCATION, body }]);
  });

  it.each(REQUIRED[name])("refuses a request without %s", async (field) => {
    await expectMistake(name, { values: without(values, field) }, status[1], `${field} should not be empty`);
  });

  it.each(enums)("refuses another word for $field", async ({ field, words }) => {
    const told = `${field} must be one of the following values: ${words}`;
    await expectMistake(name, { values: { ...values, [field]: "never" } }, status[1], told);
  });

  it.each(typed)("refuses %s of another type", async (field) => {
    expect((await answerTo(name, { values: { ...values, [field]: [1] } })).status).toBe(status[1]);
    expect(highLevel.violations.join()).toMatch(new RegExp(`${field}(\\.0)? must be `));
  });

  it("refuses a field that is not published", async () => {
    const told = "property extra should not exist";
    const path = form ? RIGHT[name].path : `${RIGHT[name].path}?extra=x`;
    expect((await answerTo(name, { path, values: { ...values, extra: "x" } })).status).toBe(status[1]);
    expect(highLevel.violations).toEqual([`${published(name).method} ${RIGHT[name].path}: ${told}`]);
  });

  it("refuses another version, and none", async () => {
    const told = `version must be ${String(published(name).version)}`;
    await expectMistake(name, { headers: { Version: "2020-01-01" } }, 400, told);
    expect((await answerTo(name, { headers: { Version: "" } })).status).toBe(400);
    expect(highLevel.violations).toHaveLength(2);
  });

  it("refuses a body that is not announced as published", async () => {
    if (published(name).body) {
      const told = "content-type must be application/json";
      await expectMistake(name, { headers: { "Content-Type": "text/plain" } }, 400, told);
    } else {
      await expect(answerTo(name, { headers: { "Content-Type": "text/plain" } })).resolves.toMatchObject({
        status: 200,
      });
    }
  });

  it("refuses a token that is not known, one without the scope, and one of another location", async () => {
    const as = (token: string): Changes => ({ headers: { Authorization: `Bearer ${token}` } });
    expect(await answerTo(name, as("stolen"))).toMatchObject({ status: 401, body: { error: "Unauthorized" } });
    highLevel.addToken("pit-narrow", LOCATION, ["nothing.readonly"]);
    expect((await answerTo(name, as("pit-narrow"))).body).toEqual({
      statusCode: 401,
      message: "The token is not authorized for this scope.",
    });
    expect(highLevel.violations).toEqual([]);
    expect((await answerTo(name, as("pit-elsewhere"))).status).toBe(403);
    expect(highLevel.violations).toHaveLength(1);
    expect((await answerTo(name, { headers: { Authorization: TOKEN } })).status).toBe(401);
    expect(highLevel.violations).toHaveLength(2);
  });
});
