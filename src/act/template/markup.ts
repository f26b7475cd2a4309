// What can be said about a template without Liquid, so that the operator's page can use it, too.

const MARKUP = /\{\{|\{%/;

/** Whether a text holds any markup at all. */
export function hasMarkup(text: string): boolean {
  return MARKUP.test(text);
}

/** A text with `…` in place of each template output. */
export function withoutTemplates(text: string): string {
  return text.replaceAll(/\{%.*?%\}/gs, "").replaceAll(/\{\{.*?\}\}/gs, "…");
}
