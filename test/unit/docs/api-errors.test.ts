import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../../src/local/project.ts";

interface Described {
  readonly components: {
    readonly schemas: { readonly Problem: { readonly properties: { readonly code: { readonly enum: string[] } } } };
  };
}

const { components } = JSON.parse(readFileSync(join(ROOT, "docs/openapi.json"), "utf8")) as Described;
const page = readFileSync(join(ROOT, "docs/api.md"), "utf8");
const [, section = ""] = /^## Errors$(.*?)^## /ms.exec(page) ?? [];
const told = new Set([...section.matchAll(/`([A-Z]+_[A-Z_]+|BUG)`/g)].map(([, code = ""]) => code));

it("docs/api.md says of every problem that docs/openapi.json has what to do", () => {
  const codes = components.schemas.Problem.properties.code.enum;
  expect(codes.filter((code) => !told.has(code))).toEqual([]);
});
