// Making a package leaner for the Worker's bundle, by its source: a bundler leaves out functions and classes that nobody uses,
// but no method of a class that somebody does. Each step throws if the package is written otherwise than it was.

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
  /^(?:(?:\t| {4})\/\*\*(?:(?!\*\/)[^])*\*\/\n)?(\t| {4})(?:static |get |set |async )*\*?([A-Za-z_$][\w$]*)\([^\n]*\) \{\n[^]*?^\1\}\n/gm;
const COMMENT = /\/\*[^]*?\*\/|\/\/[^\n]*/g;
const NAME = /[A-Za-z_$][\w$]*/g;
/** The language itself calls these, or they only look like methods. */
const NEVER_LEFT_OUT: ReadonlySet<string> = new Set("constructor toString if for while switch catch with".split(" "));

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

/** A class without some of its methods; one that is not there is missed. */
export function withoutMethods(whole: string, methods: readonly string[], otherForm: OtherForm): string {
  const found = new Set([...whole.matchAll(METHOD)].map(([, , name = ""]) => name));
  const missing = methods.filter((method) => !found.has(method));
  if (missing.length > 0) throw new Error(otherForm(`its methods ${missing.join(", ")}`));
  return whole.replaceAll(METHOD, (method, _, name: string) => (methods.includes(name) ? "" : method));
}

/** The source without methods whose name is nowhere else in it, nor in `called`; and so on, until there is none. */
export function withoutUncalled(source: string, called: readonly string[]): string {
  const kept = new Set([...NEVER_LEFT_OUT, ...called]);
  for (let text = source; ;) {
    const counts = new Map<string, number>();
    for (const [name] of text.replaceAll(COMMENT, "").matchAll(NAME)) counts.set(name, (counts.get(name) ?? 0) + 1);
    const defined = Map.groupBy(text.matchAll(METHOD), ([, , name = ""]) => name);
    const leaner = text.replaceAll(METHOD, (method, _, name: string) =>
      kept.has(name) || (counts.get(name) ?? 0) > (defined.get(name)?.length ?? 0) ? method : "",
    );
    if (leaner === text) return text;
    text = leaner;
  }
}
