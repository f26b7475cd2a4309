import { cpSync, mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../src/local/project.ts";

/** A copy of this project with the same packages, whose rules a test may change. Who makes it removes it. */
export function aCheckout(name: string): string {
  const checkout = mkdtempSync(join(tmpdir(), `afterbeep-${name}-`));
  for (const part of ["src", "rules", "schema", "wrangler.toml", "package.json", "tsconfig.json"]) {
    cpSync(join(ROOT, part), join(checkout, part), { recursive: true });
  }
  mkdirSync(join(checkout, "dist"));
  symlinkSync(join(ROOT, "node_modules"), join(checkout, "node_modules"));
  return checkout;
}
