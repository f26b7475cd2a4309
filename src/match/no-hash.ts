// Stands in for hash-it in the bundle: see docs/decisions/0024-leaner-dependencies.md.

/** json-rules-engine asks for it when an almanac remembers a fact, which `EventAlmanac` reads each time instead. */
export default function hash(): never {
  throw new Error("A fact was made for the engine to remember");
}
