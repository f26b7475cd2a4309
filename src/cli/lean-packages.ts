// The packages that the Worker is bundled with in a leaner form. wrangler.toml, [alias], says where each stands.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../local/project.ts";
import { leanLiquid } from "./lean-liquid.ts";
import { leanRe2js } from "./lean-re2js.ts";

/** As the folder `dist` of a checkout sees it. */
const RANGES = "../src/language/unicode-ranges.ts";

const PACKAGES: readonly { readonly file: string; readonly from: string; readonly lean: (source: string) => string }[] =
  [
    { file: "re2js.js", from: "node_modules/re2js/build/index.js", lean: (source) => leanRe2js(source, RANGES) },
    { file: "liquid.js", from: "node_modules/liquidjs/dist/liquid.browser.mjs", lean: leanLiquid },
  ];

/** Writes them where the bundler finds them, if they are not there yet. */
export function writeLeanPackages(folder = join(ROOT, "dist")): void {
  mkdirSync(folder, { recursive: true });
  for (const { file, from, lean } of PACKAGES) {
    const [path, text] = [join(folder, file), lean(readFileSync(join(ROOT, from), "utf8"))];
    if (textAt(path) !== text) writeFileSync(path, text);
  }
}

function textAt(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
