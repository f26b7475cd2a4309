// Numbers by texts that are only ever asked for again: of a text no more is kept than 96 bits, and the number. Texts of a
// million messages would not fit where their digests do. That two of a log's texts have the same 96 bits is not expected
// to happen.

/** Texts that are numbered as they come, from 1 on. */
export interface Digests {
  has(text: string): boolean;
  /** The number of a text; one that has none gets the next. */
  numberOf(text: string): number;
}

const LANES = 3;
/** A digest, and its number: 0 where nothing stands. */
const WIDTH = LANES + 1;
const FIRST_PLACES = 256;

export function digests(): Digests {
  let places = FIRST_PLACES;
  let table = new Uint32Array(places * WIDTH);
  let size = 0;

  /** Where the digest in `DIGEST` stands, or would. */
  const placeOf = (): number => {
    // Not taken apart as a list is: that asks an iterator for each part.
    const a = DIGEST[0] ?? 0;
    for (let place = a & (places - 1); ; place = (place + 1) & (places - 1)) {
      const at = place * WIDTH;
      if (table[at + LANES] === 0) return at;
      if (table[at] === a && table[at + 1] === DIGEST[1] && table[at + 2] === DIGEST[2]) return at;
    }
  };

  const grow = (): void => {
    const before = table;
    places *= 2;
    table = new Uint32Array(places * WIDTH);
    for (let from = 0; from < before.length; from += WIDTH) {
      if (before[from + LANES] === 0) continue;
      for (let lane = 0; lane < LANES; lane += 1) DIGEST[lane] = before[from + lane] ?? 0;
      const at = placeOf();
      for (let part = 0; part < WIDTH; part += 1) table[at + part] = before[from + part] ?? 0;
    }
  };

  return {
    has(text) {
      digest(text);
      return table[placeOf() + LANES] !== 0;
    },
    numberOf(text) {
      // Three quarters full: what is looked for in vain is not looked for long.
      if (size * 4 >= places * 3) grow();
      digest(text);
      const at = placeOf();
      if (table[at + LANES] === 0) {
        table.set(DIGEST, at);
        table[at + LANES] = size += 1;
      }
      return table[at + LANES] ?? 0;
    },
  };
}

/** The digest of the last text. */
const DIGEST = new Uint32Array(LANES);

/** Each lane goes on with what is left of its neighbour: a character reaches all of them at once. */
function digest(text: string): void {
  let [a, b, c] = [0x2545f491, 0x6c078965, 0x1b873593];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit ^ ((a << 13) | (a >>> 19)), 0x85ebca77);
    c = Math.imul(c ^ unit ^ ((b << 17) | (b >>> 15)), 0xc2b2ae3d);
    a ^= (c << 7) | (c >>> 25);
  }
  a = mixed(a ^ text.length);
  b = mixed(b ^ a);
  c = mixed(c ^ b);
  DIGEST[0] = a ^ c;
  DIGEST[1] = b;
  DIGEST[2] = c;
}

/** Every bit in every other. */
function mixed(lane: number): number {
  const once = Math.imul(lane ^ (lane >>> 16), 0x7feb352d);
  const twice = Math.imul(once ^ (once >>> 15), 0x846ca68b);
  return twice ^ (twice >>> 16);
}
