// Secrets by their names: what stands in their place wherever a request is kept or shown.
import type { ActionPorts } from "../contract/action-kind.ts";
import type { Budget } from "../template/budget.ts";
import { renderText, type TemplateRoots } from "../template/template.ts";
import { LONGEST_FORM, withoutWords, wordsOf, type Word } from "./strike.ts";

/** The secrets that an attempt knows: those that headers may refer to, and the one that signs. */
export type KnownSecrets = Pick<ActionPorts, "secrets" | "webhookSecret">;

/** Shorter values are words rather than secrets, and naming them would tear holes in texts. */
export const MIN_SECRET_CHARACTERS = 6;
const REFERENCE = /\bsecret(?:\.|\[\s*\\?['"])([\w-]+)/g;

/** What a template would have to be, to come out as the secret of a name. */
function nameOf(name: string): string {
  return `{{ secret.${name} }}`;
}

/** The secrets that a template refers to, each with its name for a value. */
export function namedSecrets(template: string): { readonly [name: string]: string } {
  return Object.fromEntries([...template.matchAll(REFERENCE)].map(([, name = ""]) => [name, nameOf(name)]));
}

/** How many characters of a text have to be read so that the first `count` are without secrets. */
export function readFor(count: number, known: KnownSecrets): number {
  return count + (readySecrets(known).secrets[0]?.characters ?? 0) * LONGEST_FORM;
}

/** A text with each secret in it, in whatever form, replaced by its name. */
export function withNames(text: string, known: KnownSecrets, minCharacters = MIN_SECRET_CHARACTERS): string {
  return readySecrets(known)
    .secrets.filter(({ characters }) => characters >= minCharacters)
    .reduce((rest, { mark, words }) => withoutWords(rest, words, mark), text);
}

/**
 * What is shown of a header whose template refers to secrets: the text with their names, or the template as it was written
 * if something was made of a secret that its name does not say. `null`: it refers to none.
 */
export function namedHeader(
  template: string,
  value: string,
  { roots, known, budget }: { readonly roots: TemplateRoots; readonly known: KnownSecrets; readonly budget: Budget },
): string | null {
  if (!/\bsecret\b/.test(template)) return null;
  const named = renderText(template, { ...roots, secret: namedSecrets(template) }, budget);
  return named.ok && named.value === withNames(value, known, 1) ? named.value : template;
}

/** Secrets that can be looked for, the longest first. */
interface ReadySecrets {
  readonly webhookSecret: string | null;
  readonly secrets: readonly { readonly characters: number; readonly mark: string; readonly words: readonly Word[] }[];
}

/** They are the same from one attempt to the next. */
const ready = new WeakMap<KnownSecrets["secrets"], ReadySecrets>();

function readySecrets({ secrets, webhookSecret }: KnownSecrets): ReadySecrets {
  const known = ready.get(secrets);
  if (known && known.webhookSecret === webhookSecret) return known;
  const signing = (webhookSecret ?? "").split(/[\s,]+/).map((value) => ["WEBHOOK_SECRET", value] as const);
  const made = [...Object.entries(secrets), ...signing]
    .filter(([, value]) => value !== "")
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([name, value]) => ({ characters: value.length, mark: nameOf(name), words: wordsOf(value) }));
  const all = { webhookSecret, secrets: made };
  ready.set(secrets, all);
  return all;
}
