// The line of a place in a text, for people to look at.

/** Line and column from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** How much of a line is shown on either side of a place, and how much is looked at for secrets. */
const SHOWN_BESIDE = 60;
const READ_BESIDE = 2_000;
/** What a shown line strikes out, behind the part that stays: values under a key that says so, and those of a known form. */
const SECRETS: readonly RegExp[] = [
  /([\w-]*(?:token|secret|passw|authorization|api-?_?key|cookie|signature)[\w-]*["']?\s*[:=]\s*)(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,{}[\]]+)/gi,
  /\b(Bearer |Basic |pit-|whsec_|eyJ)[^\s"',}\]]+/g,
];

/** The line of a place, with its number, and a mark below the column. Secrets in it are struck out, letter by letter. */
export function shownLine(text: string, { line, column }: Place, secrets: readonly string[] = []): string {
  const whole = text.split("\n", line)[line - 1] ?? "";
  const start = Math.max(0, column - 1 - READ_BESIDE);
  const read = withoutSecrets(whole.slice(start, column - 1 + READ_BESIDE), secrets);
  const from = Math.max(0, column - 1 - start - SHOWN_BESIDE);
  const to = column - 1 - start + SHOWN_BESIDE;
  const head = `  ${line} | ${start + from > 0 ? "…" : ""}`;
  const shown = printable(read.slice(from, to)).trimEnd();
  return `${head}${shown}${read.length > to ? "…" : ""}\n${" ".repeat(head.length + column - 1 - start - from)}^`;
}

function withoutSecrets(line: string, secrets: readonly string[]): string {
  const stars = (found: string, kept = ""): string => `${kept}${"*".repeat(found.length - kept.length)}`;
  const known = secrets
    .filter((secret) => secret.length >= 6)
    .reduce((read, secret) => read.replaceAll(secret, stars(secret)), line);
  return SECRETS.reduce((read, form) => read.replaceAll(form, (found, kept: string) => stars(found, kept)), known);
}

/** A tab as one space, so that the mark stands below its column; no other control characters, which a terminal obeys, and no ends of lines. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, " ");
}
