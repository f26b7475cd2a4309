// The parts of json-rules-engine as the Worker is bundled with them: its modules are compiled for browsers without modules
// and classes, and are put back into these, so that a bundler leaves out what nobody calls. docs/decisions/0071.
import { readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../local/project.ts";
import { reached, replaced } from "./lean-package.ts";

const MODULES = /[\\/]json-rules-engine[\\/]dist[\\/][\w-]+\.js$/;
/** What it imports beside its own modules, and what stands there instead: decisions 23 and 24. */
const INSTEAD = { clone: "src/match/plain-clone.ts", eventemitter2: "src/match/no-emitter.ts" };

/** Steps from what Babel wrote to what it read. */
const STEPS: readonly (readonly [part: RegExp, instead: string])[] = [
  [/^'use strict';\n/, ""],
  [/^Object\.defineProperty\(exports, "__esModule", \{\n {2}value: true\n\}\);\n/m, ""],
  [/^var (\w+) = require\('([^']+)'\);\n\nvar (\w+) = _interopRequireDefault\(\1\);$/gm, "import $3 from '$2';"],
  [/\(0, (_\w+2)\.default\)/g, "$1"],
  [/\b(_\w+2)\.default\b/g, "$1"],
  [/^exports\.default = /m, "export default "],
  // A class with a base calls `super`; its constructor has `_this` for `this`.
  [/^var (\w+) = function \((_\w+)\) \{\n {2}_inherits\(\1, \2\);\n([^]*?)^\}\((\w+)\);\n/gm, "var $1 = function () {\n$3}($4);\n"],
  [/_possibleConstructorReturn\(this, .*\)\);$/gm, "(super(), this);"],
  [/^var (\w+) = function \(\) \{\n([^]*?)\n {2}return \1;\n\}\((\w*)\);$/gm, "class $1 extends ($3) {\n$2\n}"],
  [/ extends \(\) \{$/gm, " {"],
  [/^ {2}function [A-Z]\w+\(/gm, "  constructor("],
  [/^ {4}_classCallCheck\(this, \w+\);\n/gm, ""],
  [/(key: '\w+',)\n+ {4}\/\*\*[^]*?\*\/(?=\n {4}value: )/g, "$1"],
  [/^ {2}\}\], \[\{\n {4}key: '(\w+)',\n {4}value: function \w+\(/gm, "  static $1("],
  [/^ {2}(?:_createClass\(\w+, \[\{|\}, \{)\n {4}key: '(\w+)',\n {4}value: function \w+\(/gm, "  $1("],
  [/^var _(?:createClass|slicedToArray) = .*\n/gm, ""],
  [/\b_slicedToArray\((\w+), \d+\)/g, "$1"],
  [/^ {2}\}\]\);\n/gm, ""],
]; // prettier-ignore

/** What `match/engine.ts` never gives, nor has: a rule as text, listeners, events with facts in them, a name of nothing. */
const NEVER_GIVEN: readonly RegExp[] = [
  /^ +if \(typeof options === "string"\) \{\n.*\n +\}\n/m,
  /^ +if \(options && options\.onSuccess\) \{\n.*\n +\}\n/m,
  /^ +if \(options && options\.onFailure\) \{\n.*\n +\}\n/m,
  /^ +if \(_this3\.engine\.replaceFactsInEventParams\) \{\n.*\n +\}\n/m,
  /^ +if \(!name && name !== 0\) \{\n.*\n +\}\n/m,
  /^ +if \(priority <= 0\) throw .*\n/m,
  /^ +if \(!event\) throw [^]*?^ {4}\}\n/m,
  /^ +if \(!name\) throw .*\n +if \(typeof cb .*\n/gm,
  /^ +if \(!almanac\) return .*\n +if \(!operatorMap\) return .*\n +if \(this\.isBooleanOperator\(\)\) \{\n.*\n +\}\n/m,
];

/** A module of the package with imports and classes. It throws if the package is written otherwise. */
export function modern(source: string, name: string): string {
  const text = STEPS.reduce((before, [part, instead]) => before.replaceAll(new RegExp(part, part.flags.replace("g", "") + "g"), instead), source); // prettier-ignore
  const left = /\b(?:require\(|exports\.|_createClass\(|_inherits\(\w+, _|_classCallCheck\(this)/.exec(text);
  if (left !== null) throw new Error(otherForm(name));
  return text;
}

/** What `match/engine-parts.ts` exports, with only what is called of it; `asked` are the names that it is asked for. */
export async function leanEngine(asked: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["src/match/engine-parts.ts"],
    alias: Object.fromEntries(Object.entries(INSTEAD).map(([name, file]) => [name, join(ROOT, file)])),
    bundle: true,
    format: "esm",
    target: "es2024",
    write: false,
    logLevel: "silent",
    plugins: [
      {
        name: "modern",
        setup: (bundling) =>
          bundling.onLoad({ filter: MODULES }, ({ path }) => ({
            contents: contentsOf(path, path.split(sep).at(-1) ?? ""),
            loader: "js",
          })),
      },
    ],
  });
  const given = NEVER_GIVEN.reduce(
    (text, part) => replaced(text, part, () => "", otherForm),
    outputFiles[0]?.text ?? "",
  );
  return reached(given, asked);
}

/** What it would write to the console with `DEBUG` in the environment: a Worker has none. */
function contentsOf(path: string, name: string): string {
  return name === "debug.js"
    ? "export default function debug() {}"
    : modern(readFileSync(path, "utf8").replaceAll("\r\n", "\n"), name);
}

function otherForm(what: string): string {
  return `json-rules-engine has ${what} in another form than src/cli/lean-engine.ts knows: see decision 71`;
}
