// What a route is: a path, and who answers it. One that may change something names its action in the audit log, and its
// handler alone is given what changes; all others have what reads. A new route that forgets it does not compile.
import type { Json, JsonObject } from "../kit/json.ts";
import { succeed, type Result } from "../kit/result.ts";
import type { AuditAction, AuditNote } from "../model/audit.ts";
import type { Failure } from "../model/failure.ts";
import type { ApiPorts, ReadPorts } from "./ports.ts";

export type Answer = Result<unknown, Failure>;

/** One authorised request, its path parameters decoded. */
export interface ApiCall {
  readonly url: URL;
  /** Of a route of a location. */
  readonly locationId: string;
  readonly parameter: (name: string) => string;
  /** The body as JSON, within the bounds of the hooks' bodies unless others are given, in bytes. */
  readonly body: (maxBytes?: number) => Promise<Result<Json, Failure>>;
}

/** What is noted of an action: whose it is, and what it is about, with the contact that it names. */
export type NoteOf = (about: JsonObject, contactId?: string) => AuditNote;

/** A route that changes nothing, whatever its method. */
export type ReadRoute = readonly [
  method: "get" | "post",
  path: string,
  handler: (call: ApiCall, ports: ReadPorts) => Promise<Answer>,
  does?: undefined,
];

/** A route that changes something, with its name in the audit log. */
export type ChangeRoute = readonly [
  method: "post" | "put" | "delete",
  path: string,
  handler: (call: ApiCall, ports: ApiPorts, note: NoteOf) => Promise<Answer>,
  does: AuditAction,
];

/** An answer under its name. */
export function named<Value>(name: string, result: Result<Value, Failure>): Answer {
  return result.ok ? succeed({ [name]: result.value }) : result;
}

/** Goes on with what a body says, or tells why it cannot be used. */
export async function withBody<Value>(
  { body: read }: Pick<ApiCall, "body">,
  reader: (body: Json) => Result<Value, Failure>,
  next: (value: Value) => Promise<Answer>,
  maxBytes?: number,
): Promise<Answer> {
  const body = await read(maxBytes);
  const value = body.ok ? reader(body.value) : body;
  return value.ok ? next(value.value) : value;
}
