// What an operator changes that is of no ledger, published rule sets and names of locations: the directory's audit log tells
// who asked, also if nobody heard what came of it.
import type { JsonObject } from "../kit/json.ts";
import type { Result } from "../kit/result.ts";
import type { AuditNote } from "../model/audit.ts";
import type { Failure } from "../model/failure.ts";
import type { RegistryChanges } from "../model/rpc.ts";
import { directoryOf, registryOf, type LedgerEnv } from "./durable-objects.ts";

/** What may be changed; each is noted before it is done. */
export function ruleChanges(env: LedgerEnv, note: AuditNote): RegistryChanges {
  const registry = registryOf(env);
  const noted = <Told>(
    work: () => Promise<Result<Told, Failure>>,
    summary: (told: Told) => JsonObject,
  ): Promise<Result<Told, Failure>> => notedIn(env, note, work, (done) => (done.ok ? summary(done.value) : null));
  // Whoever does not say who they are is named as they came in.
  const by = (said: string | null): string => said ?? note.by.name;
  return {
    publish: (publication) =>
      noted(
        () => registry.publish({ ...publication, author: by(publication.author) }),
        ({ version, ruleSet, rules }) => ({ version, ruleSet, rules }),
      ),
    activate: (version, activation, request) =>
      noted(
        () => registry.activate(version, activation, { ...request, by: by(request.by) }),
        ({ change }) => ({ change }),
      ),
    rollBack: (request) =>
      noted(
        () => registry.rollBack({ ...request, by: by(request.by) }),
        ({ change, live }) => ({ change, live }),
      ),
  };
}

/** Calls a location by a name that somebody gave it; `null`: by HighLevel's. */
export function callLocation(
  env: LedgerEnv,
  note: AuditNote,
  locationId: string,
  name: string | null,
): Promise<boolean> {
  const call = (): Promise<boolean> => directoryOf(env).callIt(locationId, name);
  return notedIn(env, note, call, (isThere) => (isThere ? { name } : null));
}

/** Does something of which the directory's audit log tells; a summary of `null`: it was refused. */
async function notedIn<Done>(
  env: LedgerEnv,
  note: AuditNote,
  work: () => Promise<Done>,
  summary: (done: Done) => JsonObject | null,
): Promise<Done> {
  const directory = directoryOf(env);
  const id = await directory.actionBegins(note);
  const done = await work();
  await directory.actionEnds(id, summary(done));
  return done;
}
