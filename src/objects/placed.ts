// Where the objects of a deployment are: `JURISDICTION` binds them, with all that they keep, to a place.
// docs/decisions/0086-where-objects-are.md says what follows when it is changed.
import { configurationOf, JURISDICTIONS, type Jurisdiction, type Variables } from "../model/configuration.ts";
import { logError } from "../model/log-line.ts";

const NAMESPACES = ["LEDGER", "DIRECTORY", "AGENCY", "REGISTRY"] as const;
/** An object that is elsewhere looks again whether it still is. */
const LOOKS_AGAIN_MS = 3_600_000;
/** What workerd says on a machine of one's own, where there is no place but this. */
const NO_PLACES = /not implemented in workerd/;

/** A namespace of objects. */
interface Objects {
  jurisdiction(place: Jurisdiction): Objects;
}

/** The bindings of a deployment, as far as they have to do with places. */
export type Bound = Variables & { readonly [Name in (typeof NAMESPACES)[number]]: Objects };

/** As much as has to be known of an object. */
interface Placed {
  readonly id: { readonly jurisdiction?: string | undefined };
  readonly storage: { setAlarm(atMs: number): Promise<void> };
}

/** `JURISDICTION` is no place, so that nothing may be kept anywhere. */
export class UnknownJurisdiction extends Error {
  override name = "UnknownJurisdiction";
}

const known = new WeakMap<Bound, Bound>();
/** What they were made of. */
const madeOf = new WeakMap<Bound, Bound>();

/** The bindings, with the objects of the place that is set; throws an `UnknownJurisdiction`. */
export function placed<Env extends Bound>(env: Env): Env {
  const { jurisdiction } = configurationOf(env);
  if (jurisdiction === null) return env;
  if (jurisdiction === undefined) throw new UnknownJurisdiction();
  let there = known.get(env) as Env | undefined;
  if (!there) {
    there = objectsIn(env, jurisdiction) ?? { ...env, JURISDICTION: "" };
    known.set(env, there).set(there, there);
    madeOf.set(there, env);
  }
  return there;
}

/** The other places in which objects of a deployment may be, by name; those of no place in particular are `any`. */
export function otherPlaces<Env extends Bound>(
  env: Env,
): readonly { readonly name: Jurisdiction | "any"; readonly env: Env }[] {
  const { jurisdiction } = configurationOf(env);
  const given = madeOf.get(env) as Env | undefined;
  return [null, ...JURISDICTIONS]
    .filter((place) => place !== jurisdiction)
    .flatMap((place) => {
      const there = place === null ? given : objectsIn(given ?? env, place);
      return there ? [{ name: place ?? "any", env: there }] : [];
    });
}

/** `null` where there are no places. */
function objectsIn<Env extends Bound>(env: Env, place: Jurisdiction): Env | null {
  try {
    const objects = NAMESPACES.filter((name) => name in env).map((name) => [name, env[name].jurisdiction(place)]);
    return { ...env, ...(Object.fromEntries(objects) as Partial<Env>) };
  } catch (error) {
    if (NO_PLACES.test(String(error))) return null;
    throw error;
  }
}

/**
 * Rings an object's alarm, unless the object is elsewhere than what is set: who replies now is heard by another object, so
 * that this one would write to somebody who said stop. It keeps what it has, and rests until it is where it should be.
 */
export async function unlessElsewhere(
  { id, storage }: Placed,
  env: Variables,
  ring: () => Promise<void>,
): Promise<void> {
  if ((id.jurisdiction ?? null) === configurationOf(env).jurisdiction) return ring();
  logError("An object rests, since JURISDICTION was another when it was made", {});
  await storage.setAlarm(Date.now() + LOOKS_AGAIN_MS);
}
