// Published rule sets over the API: what is sent to publish, to activate and to roll back, read and passed on.
import {
  array,
  define,
  integer,
  max,
  min,
  nullable,
  optional,
  size,
  string,
  type Infer,
  type Struct,
} from "superstruct";
import { isLocationId } from "../events/structs.ts";
import { jsonPointer, type Json, type JsonObject, type Path } from "../kit/json.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import { anyStruct, failureInWords, strictObject } from "../kit/strict-object.ts";
import { failed } from "./query.ts";
import type { ApiPorts } from "./ports.ts";
import { named, withBody, type Answer, type ApiCall, type NoteOf } from "./route.ts";
import type { Failure, Issue } from "../model/failure.ts";
import type { Activation, ChangeRequest, Publication } from "../model/published.ts";

/** What a published folder may take, as sent. A Durable Object takes 32 MB in one call. */
export const MAX_PUBLICATION_BYTES = 10 * 1024 * 1024;
const MAX_FILES = 20_000;
const MAX_LOCATIONS = 1_000;
const MAX_MESSAGES = 1_000;

const line = (most: number) => size(string(), 0, most);
const files = array(strictObject({ file: size(string(), 1, 200), text: string() }));
const json = anyStruct(define<Json>("json", () => true));
const after = optional(nullable(min(integer(), 0)));

const publication = strictObject({
  files: strictObject({ rules: size(files, 0, MAX_FILES), conditions: optional(size(files, 0, MAX_FILES)) }),
  note: optional(line(2_000)),
  author: optional(nullable(line(200))),
  over: optional(min(integer(), 0)),
  replay: optional(json),
});

const whyAndAfter = { by: optional(nullable(line(200))), reason: optional(line(2_000)), after };
const location = define<string>("location", (value) => isLocationId(value) || "Expected the id of a location");
const share = define<number>(
  "share",
  (value) => (typeof value === "number" && value > 0 && value <= 1) || "Expected a number above 0, up to 1",
);
const canary = strictObject({
  locations: optional(size(array(location), 0, MAX_LOCATIONS)),
  share: optional(share),
  messagesPerHour: optional(nullable(max(min(integer(), 0), MAX_MESSAGES))),
});
const forWhom = define<"all" | "shadow" | "nobody" | Infer<typeof canary>>("for", (value, context) => {
  if (value === "all" || value === "shadow" || value === "nobody") return true;
  const [error] = canary.validate(value, {});
  if (!error)
    return isNarrowed(value as Infer<typeof canary>) || "A canary is for some: name locations, or a share below 1";
  const [first] = error.failures();
  return typeof value === "object" && first
    ? { message: first.message, path: [...context.path, ...first.path] }
    : 'Expected "all", "shadow", "nobody", or a canary such as { "share": 0.1 }';
});
const activation = strictObject({ for: forWhom, ...whyAndAfter });
const taking = strictObject(whyAndAfter);
const versionNumber = min(integer(), 1);

/** Publishes a folder as the next version. */
export function publish(call: ApiCall, { rules }: ApiPorts, note: NoteOf): Promise<Answer> {
  const then = async (publication: Publication): Promise<Answer> => {
    const { note: why, over } = publication;
    return named("version", await rules(note({ note: why, over })).publish(publication));
  };
  return withBody(call, publicationIn, then, MAX_PUBLICATION_BYTES);
}

/** Puts a version in force for somebody. */
export function activate(call: ApiCall, { rules }: ApiPorts, note: NoteOf): Promise<Answer> {
  const version = versionIn(call.parameter("v"));
  return withBody(call, activationIn, async ({ activation, request }) => {
    if (version === null) return fail({ code: "LEDGER_NOT_FOUND", what: "rule set" });
    const about = { version, ...activation, reason: request.reason } as JsonObject;
    return named("change", await rules(note(about)).activate(version, activation, request));
  });
}

/** Puts in force what was before. */
export function rollBack(call: ApiCall, { rules }: ApiPorts, note: NoteOf): Promise<Answer> {
  return withBody(call, rollBackIn, async (request) =>
    named("change", await rules(note({ reason: request.reason })).rollBack(request)),
  );
}

/** Reads a folder that is to be published. */
function publicationIn(body: Json): Result<Publication, Failure> {
  const read = readBody(body, publication);
  if (!read.ok) return read;
  const { files: sent, note = "", author = null, over = 0, replay = null } = read.value;
  const { rules, conditions = [] } = sent;
  return succeed({ files: { rules, conditions }, note, author, over, replay: replay as Json });
}

/** Reads for whom a version is to be in force, and who asks. */
function activationIn(
  body: Json,
): Result<{ readonly activation: Activation; readonly request: ChangeRequest }, Failure> {
  const read = readBody(body, activation);
  if (!read.ok) return read;
  const { for: whom } = read.value;
  return succeed({ activation: activationOf(whom), request: requestOf(read.value) });
}

/** Reads who asks for a roll-back. */
function rollBackIn(body: Json): Result<ChangeRequest, Failure> {
  const read = readBody(body, taking);
  return read.ok ? succeed(requestOf(read.value)) : read;
}

/** The number of a version in a path; `null`: it is none. */
export function versionIn(text: string): number | null {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return versionNumber.is(value) ? value : null;
}

function activationOf(whom: Infer<typeof forWhom>): Activation {
  if (typeof whom === "string") return { for: whom };
  const { locations = [], share: part = 1, messagesPerHour = null } = whom;
  return { for: "canary", locations, share: part, messagesPerHour };
}

function isNarrowed({ locations = [], share: part = 1 }: Infer<typeof canary>): boolean {
  return locations.length > 0 || part < 1;
}

function requestOf({ by = null, reason = "", after: seen = null }: Infer<typeof taking>): ChangeRequest {
  return { by, reason, after: seen };
}

function readBody<Shape, Schema>(body: Json, struct: Struct<Shape, Schema>): Result<Shape, Failure> {
  const [error, read] = struct.validate(body);
  if (!error) return succeed(read);
  const issues = error.failures().map((failure): Issue => ({
    pointer: jsonPointer(failure.path as Path),
    code: "API_RULE_SET",
    message: failureInWords(failure),
  }));
  return failed(issues);
}
