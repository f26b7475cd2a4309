// What the Worker calls of the runtime, and often, by a name that can be shortened.
import { join } from "node:path";
import type * as often from "../kit/often.ts";
import { ROOT } from "./project.ts";

/** What stands in the sources, by its name in the bundle. */
export const SAID_OFTEN: { readonly [Name in keyof typeof often]: string } = {
  stringify: "JSON.stringify",
  parse: "JSON.parse",
  assign: "Object.assign",
  entries: "Object.entries",
  fromEntries: "Object.fromEntries",
  hasOwn: "Object.hasOwn",
  keys: "Object.keys",
  values: "Object.values",
  abs: "Math.abs",
  ceil: "Math.ceil",
  floor: "Math.floor",
  max: "Math.max",
  min: "Math.min",
  isArray: "Array.isArray",
  parseDate: "Date.parse",
};

/** The same as a bundler takes it: what is called, and where its other name is from. */
export function namesForOften(): Record<string, [file: string, name: string]> {
  const file = join(ROOT, "src/kit/often.ts");
  return Object.fromEntries(Object.entries(SAID_OFTEN).map(([name, said]) => [said, [file, name]]));
}
