// `rules schema`: writes the JSON Schema of rule files, which editors use to complete and underline, and the actions of
// the OpenAPI document.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { defineCommand } from "citty";
import { ruleSchema } from "../rules/schema.ts";
import { ROOT } from "../local/project.ts";
import { OPENAPI_FILE, withActionComponents } from "./openapi.ts";

/** The path of the schema; rule files point to it. */
export const SCHEMA_FILE = join(ROOT, "schema/rule.schema.json");

/** The schema as the text of the file. */
export function schemaText(): string {
  return `${JSON.stringify(ruleSchema, null, 2)}\n`;
}

export const schema = defineCommand({
  run() {
    mkdirSync(dirname(SCHEMA_FILE), { recursive: true });
    writeFileSync(SCHEMA_FILE, schemaText());
    writeFileSync(OPENAPI_FILE, withActionComponents(readFileSync(OPENAPI_FILE, "utf8")));
    console.log("Wrote schema/rule.schema.json and the actions of docs/openapi.json");
  },
});
