import { expect, it } from "vitest";
import * as often from "../../../src/kit/often.ts";
import { SAID_OFTEN } from "../../../src/local/said-often.ts";

it.each(Object.entries(SAID_OFTEN))("%s stands for %s, and for nothing else", (name, said) => {
  const [owner = "", method = ""] = said.split(".");
  const there: unknown = Reflect.get(Reflect.get(globalThis, owner) as object, method);
  expect(typeof there).toBe("function");
  expect(new Map<string, unknown>(Object.entries(often)).get(name)).toBe(there);
});
