/** What everything inherits from: nothing that comes in may add to it, take from it or replace in it. */
const PROTOTYPES = [Object, Array, String, Number, Boolean, Function, Map, Set, Date, RegExp, Error, Promise].map(
  (constructor): object => constructor.prototype as object,
);

type Member = readonly [owner: object, key: PropertyKey, descriptor: PropertyDescriptor];

function members(): Member[] {
  return PROTOTYPES.flatMap((owner) =>
    Reflect.ownKeys(owner).map((key): Member => [owner, key, Object.getOwnPropertyDescriptor(owner, key) ?? {}]),
  );
}

function isSame([owner, key, before]: Member): boolean {
  const now = Object.getOwnPropertyDescriptor(owner, key);
  return (
    now !== undefined &&
    Object.is(now.value, before.value) &&
    now.get === before.get &&
    now.set === before.set &&
    now.writable === before.writable &&
    now.enumerable === before.enumerable &&
    now.configurable === before.configurable
  );
}

/** Takes note of the prototypes; what it gives says whether they are as they were. */
export function prototypesAsTheyAre(): () => boolean {
  const before = members();
  const parents = PROTOTYPES.map((prototype): unknown => Object.getPrototypeOf(prototype));
  return () =>
    PROTOTYPES.every((prototype, index) => Object.getPrototypeOf(prototype) === parents[index]) &&
    PROTOTYPES.reduce((count, prototype) => count + Reflect.ownKeys(prototype).length, 0) === before.length &&
    before.every(isSame);
}
