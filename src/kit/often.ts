// Functions of the runtime that the Worker calls often. Its sources call them by their own names; in the bundle these stand
// in their place, which can be shortened: docs/decisions/0079.
export const { stringify, parse } = JSON;
export const { assign, entries, fromEntries, hasOwn, keys, values } = Object;
export const { abs, ceil, floor, max, min } = Math;
export const { isArray } = Array;
export const { parse: parseDate } = Date;
