// Making a package leaner for the Worker's bundle, by its source: a bundler leaves out functions and classes that nobody uses,
// but no method of a class that somebody does, and keeps each property's name. Each step throws if the package is written
// otherwise than it was.
import { runInNewContext } from "node:vm";
import { buildSync, transformSync } from "esbuild";

/** What a step says if it does not find its place. */
export type OtherForm = (what: string) => string;

/** The source with one part replaced. */
export function replaced(text: string, part: RegExp, by: (whole: string) => string, otherForm: OtherForm): string {
  const whole = part.exec(text)?.[0];
  if (whole === undefined) throw new Error(otherForm(`what ${part.source} finds`));
  return text.replace(part, () => by(whole));
}

/** A method of a class: its comment, its name, its lines. It ends where its indentation does. */
const METHOD =
  /^(?:(?:\t| {2}| {4})\/\*\*(?:(?!\*\/)[^])*\*\/\n)?(\t| {2}| {4})(?:static |get |set |async )*\*?([A-Za-z_$][\w$]*)\([^\n]*\) \{\n(?:[^]*?^\1)?\}\n/gm;
const COMMENT = /\/\*[^]*?\*\/|\/\/[^\n]*/g;
const NAME = /[A-Za-z_$][\w$]*/g;
/** The language itself calls these, or they only look like methods. */
const NEVER_LEFT_OUT: ReadonlySet<string> = new Set("constructor if for while switch catch with".split(" "));

/** A class without methods but those named; one that is not there is not left out but missed. */
export function onlyMethods(whole: string, methods: readonly string[], otherForm: OtherForm): string {
  const found = new Set<string>();
  const text = whole.replaceAll(METHOD, (method, _, name: string) => {
    found.add(name);
    return methods.includes(name) ? method : "";
  });
  const missing = methods.filter((method) => !found.has(method));
  if (missing.length > 0) throw new Error(otherForm(`its methods ${missing.join(", ")}`));
  return text;
}

/** The source without the methods named, in whichever class they are. */
export function withoutMethods(whole: string, methods: readonly string[], otherForm: OtherForm): string {
  const found = new Set<string>();
  const text = whole.replaceAll(METHOD, (method, _, name: string) => {
    found.add(name);
    return methods.includes(name) ? "" : method;
  });
  const missing = methods.filter((method) => !found.has(method));
  if (missing.length > 0) throw new Error(otherForm(`its methods ${missing.join(", ")}`));
  return text;
}

/**
 * The source with only what its exports reach: without the functions and classes that a bundler leaves out, without
 * methods whose name is nowhere else in it, nor in `called`, and so on, until there are none.
 */
export function reached(source: string, called: readonly string[]): string {
  for (let text = source; ;) {
    const leaner = withoutUncalled(shaken(text), called);
    if (leaner === text) return text;
    text = leaner;
  }
}

function shaken(source: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents: source, loader: "js" },
    bundle: true,
    external: ["*.ts"],
    format: "esm",
    target: "es2024",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

function withoutUncalled(source: string, called: readonly string[]): string {
  const kept = new Set([...NEVER_LEFT_OUT, ...called]);
  for (let text = source; ;) {
    const counts = countsOf(text);
    const defined = Map.groupBy(text.matchAll(METHOD), ([, , name = ""]) => name);
    // A method that only itself calls is not called.
    const inside = (name: string): number =>
      (defined.get(name) ?? []).reduce((sum, [method]) => sum + (countsOf(method).get(name) ?? 0), 0);
    const leaner = text.replaceAll(METHOD, (method, _, name: string) =>
      kept.has(name) || (counts.get(name) ?? 0) > inside(name) ? method : "",
    );
    if (leaner === text) return text;
    text = leaner;
  }
}

function countsOf(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [name] of text.replaceAll(COMMENT, "").matchAll(NAME)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** A class, and a field of it that is one number or one text for ever. */
const CLASS = /^var (\w+) = class[^{]*\{[^]*?^\};\n/gm;
const CONSTANT = /^\tstatic (\w+) = (-?\d+(?:e\d+)?(?: \| \d+)*|"[^"\n]*");\n/gm;

/** The source with the constants of its classes where they are asked for: a bundler keeps them, and their long names. */
export function withConstants(source: string): string {
  let text = source;
  for (const [whole, owner = ""] of source.matchAll(CLASS))
    for (const [field, name = "", value = ""] of whole.matchAll(CONSTANT)) {
      const asked = new RegExp(`(?<![\\w.])${owner}\\.${name}(?!\\w|\\s*=[^=])`, "g");
      const put = text.replaceAll(asked, () => (value.includes("|") ? `(${value})` : value));
      // Somebody asks in another way, or for another class's of that name.
      if (!new RegExp(`\\.${name}(?!\\w)`).test(put)) text = put.replace(field, "");
    }
  return text === source ? text : withConstants(text);
}

/** What the language and the platform read or give by name, beside what stands in their prototypes. */
const OF_PLATFORM =
  "done value get set enumerable configurable writable index input groups raw month weekday timeZone encode performance isBuffer";

/**
 * The source with short names for properties. Those that others know keep theirs: what the language has, what is in
 * `kept`, and whatever stands in a text or is too short to gain by it, so that it may be looked up by that text.
 */
export function renamed(source: string, kept: Iterable<string>): string {
  const texts = [...source.matchAll(/"([^"\n\\]*)"/g)].map(([, text = ""]) => text);
  const staying = new Set([...namesOfLanguage(), ...OF_PLATFORM.split(" "), ...kept, ...texts]);
  const names = new Set([...source.replaceAll(COMMENT, "").matchAll(NAME)].map(([name]) => name));
  const short = [...names].filter((name) => name.length > 2 && !staying.has(name));
  const mangleProps = new RegExp(`^(?:${short.map((name) => name.replaceAll("$", "\\$")).join("|")})$`);
  return transformSync(source, { loader: "js", format: "esm", target: "es2024", mangleProps }).code;
}

/** Every name of a property of what the language has. */
function namesOfLanguage(): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<unknown>();
  const look = (owner: unknown): void => {
    if (owner === null || (typeof owner !== "object" && typeof owner !== "function") || seen.has(owner)) return;
    seen.add(owner);
    look(Object.getPrototypeOf(owner));
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      names.add(name);
      look(value);
    }
  };
  // A place of its own: what a test or a tool has added here is no part of the language.
  look(runInNewContext("[globalThis, (function* () {})(), [][Symbol.iterator]()]"));
  return names;
}
