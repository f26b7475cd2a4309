// What can be told of a template without Liquid: the operator's page reads texts by it, too.

const MARKUP = /\{\{|\{%/;

/** Whether a text holds any markup at all. */
export function hasMarkup(text: string): boolean {
  return MARKUP.test(text);
}

/** A text with `…` where a template puts something. */
export function withoutTemplates(text: string): string {
  return text.replaceAll(/\{%.*?%\}/gs, "").replaceAll(/\{\{.*?\}\}/gs, "…");
}
