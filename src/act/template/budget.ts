// What rendering costs, counted: all templates of one attempt pay into one budget. A Worker is held up for as long as
// one template runs, and with it every other delivery of the location.

/** Thrown for a value that a template cannot use; the message never contains the value. */
export class UnusableValue extends Error {}

/** What the templates of one attempt may take together, in units of about 20 ns: less than 50 ms. */
export const MAX_RENDERING_WORK = 2_500_000;
/** Units for reading and rendering an output or a tag, and for each of its filters, besides what the filters pay. */
const MARKUP_WORK = 1_500;
const FILTER_WORK = 300;
/** Units for each character of markup: in two of them there may be a step into a value, or an operator. */
const MARKUP_CHARACTER_WORK = 20;
const MARKUP = /\{[{%](?:"[^"]*"|'[^']*'|(?![%}]\})[\s\S])*/g;
const FILTER = /\|/g;
/** Units for each key of an object with many, whatever is done with what stands under it: V8 looks each of them up. */
const [KEY_WORK, MANY_KEYS] = [25, 100];

/** What is left for one attempt; `use` throws an `UnusableValue` once it is used up, and from then on. */
export class Budget {
  #left = MAX_RENDERING_WORK;

  use(units: number): void {
    if (units > 0) this.#left -= units;
    if (this.#left < 0) throw new UnusableValue("rendering takes too long, use fewer filters or shorter texts");
  }

  /** Liquid asks it for the time, which is not counted. */
  check(): void {
    // The clock would give another answer at each attempt.
  }

  /** Pays for each character of a text, or for each item of a list; if `isDeep`, for whatever they hold. */
  useFor(value: unknown, perCharacter: number, perItem: number, isDeep = false): void {
    if (typeof value === "string") this.use(value.length * perCharacter);
    else if (typeof value === "object" && value !== null && perItem > 0) {
      const items: unknown[] = Array.isArray(value) ? value : Object.values(value);
      const isMany = !Array.isArray(value) && items.length > MANY_KEYS;
      this.use(items.length * (perItem + (isMany ? KEY_WORK : 0)));
      if (isDeep) for (const item of items) if (item !== null) this.useFor(item, perCharacter, perItem, isDeep);
    }
  }

  /** Pays for reading a template, and for each output, tag and filter in it: none of them is rendered twice. */
  useForTemplate(text: string): void {
    const markup = text.match(MARKUP) ?? [];
    const characters = markup.reduce((sum, { length }) => sum + length, 0);
    const filters = text.match(FILTER)?.length ?? 0;
    this.use(text.length + characters * MARKUP_CHARACTER_WORK + markup.length * MARKUP_WORK + filters * FILTER_WORK);
  }
}
