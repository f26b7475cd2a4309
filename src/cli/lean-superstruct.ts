// The package superstruct as the Worker is bundled with it: it checks values, and never makes others of them, nor asks what
// surrounds one. docs/decisions/0071.

/** What is left out, and what stands there instead. */
const STEPS: readonly (readonly [part: RegExp, instead: string])[] = [
  // Values are made of others by `coercer`, which only `create`, `mask` and an option ask for.
  [/^ {8}coercer\([^]*?^ {8}\},\n/gm, ""],
  [/, coercer = \(value\) => value/, ""],
  [/^ {8}this\.coercer = coercer;\n/m, ""],
  [/^ {4}if \(coerce\) \{[^]*?^ {4}\}\n/m, ""],
  [/^ {12}else if \(coerce\) \{[^]*?^ {12}\}\n/m, ""],
  [/, coerce = false, mask = false/, ""],
  [/, mask \};/, " };"],
  [/^ {12}coerce,\n {12}mask,\n {12}message: options\.message,\n/m, ""],
  [/^ {4}assert\(value, message\) \{[^]*?(?=^ {4}\/\*\*\n {5}\* Check if a value passes)/m, ""],
  [/^ {4}mask\(value, message\) \{[^]*?(?=^ {4}\/\*\*\n {5}\* Validate a value)/m, ""],
  [/, options = \{\}(?=\) \{\n {8}return validate)/, ""],
  [/this, options\)/, "this)"],
  [/(function validate\(value, struct), options = \{\}/, "$1"],
  [/run\(value, struct, options\)/, "run(value, struct)"],
  // What a kind is made of.
  [/^ {8}this\.schema = schema;\n/m, ""],
  [/ schema,(?= validator, refiner)/, ""],
  [/^ {8}schema: .*\n/gm, ""],
  [/^ {8}schema,\n/gm, ""],
  [/, schema: null/, ""],
  // What surrounds a value, its key, and another message: `path` and `message` tell what is wrong.
  [/, branch = \[value\]/, ""],
  [/ path, branch \};/, " path };"],
  [/^ {12}branch: .*\n/m, ""],
  [/\{ path, branch \} = context/, "{ path } = context"],
  [/^ {8}branch,\n/m, ""],
  [/^ {8}key: path.*\n/m, ""],
  [/^ +failure\.explanation = options\.message;\n/gm, ""],
  [/^ {8}const \{ message, explanation, [^]*?this\.name = .*\n/m, "        super(failure.message);\n"],
];

/** The package's source with only what the Worker asks of it. It throws if the package is written otherwise. */
export function leanSuperstruct(source: string): string {
  return STEPS.reduce(
    (text, [part, instead]) => {
      if (text.search(part) === -1)
        throw new Error(
          `superstruct has what ${part.source} finds in another form than src/cli/lean-superstruct.ts knows: see decision 71`,
        );
      return text.replace(part, instead);
    },
    source.replaceAll("\r\n", "\n"),
  );
}
