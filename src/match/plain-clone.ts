// Stands in for clone in the bundle: see docs/decisions/0024-leaner-dependencies.md.

/** Copies what a rule's result consists of: texts, numbers, lists, and objects with their prototypes; never cyclic. */
export default function clone(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(clone);
  const copy = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  // Not by assignment, which for "__proto__" would set the prototype.
  for (const [key, part] of Object.entries(value))
    Object.defineProperty(copy, key, { value: clone(part), writable: true, enumerable: true, configurable: true });
  return copy;
}
