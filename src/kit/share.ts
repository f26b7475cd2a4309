// A share of names, the same ones each time: which of them are in depends on the name alone.

/** Where a name stands among all, from 0 up to 1. Spread evenly, also for names that differ in one character. */
export function placeOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  // The last characters have touched only the low bits: mix them into all.
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) / 2 ** 32;
}

/** Whether a name belongs to a share from 0 to 1. Whoever belongs to a smaller one belongs to each larger one. */
export function isInShare(name: string, share: number): boolean {
  return placeOf(name) < share;
}
