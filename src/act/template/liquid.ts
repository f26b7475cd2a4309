// Liquid put together from its parts: what the texts of an action can use, without files, partials, layouts and loops.
// Its class `Liquid` refers to all of them, so a bundler could leave none of them out.
// See docs/decisions/0024-leaner-dependencies.md.
import {
  CaseTag,
  CommentTag,
  Context,
  defaultOperators,
  defaultOptions,
  type Emitter,
  evalToken,
  IfTag,
  InlineCommentTag,
  type Liquid,
  LiquidError,
  Output,
  Parser,
  RawTag,
  RenderError,
  type Template,
  toValue,
  toValueSync,
  UnlessTag,
  Value,
} from "liquidjs";
import { chainsIn, type Chain } from "./chains.ts";
import { replaceRanges, replaceRangesIn, type RangeMaker } from "./ranges.ts";

type BinaryOperatorHandler = (left: unknown, right: unknown, context: Context) => unknown;

/** A filter as Liquid calls it: `this.context` is that of the rendering. */
export type FilterHandler = Extract<Liquid["filters"][string], (...args: never[]) => unknown>;

/** What a small Liquid is made from: filters by name; the other fields are Liquid's own options. */
export interface SmallLiquidOptions {
  readonly filters: Readonly<Liquid["filters"]>;
  readonly parseLimit: number;
  readonly operators?: Liquid["options"]["operators"];
  /** Turns a value into text when it is output within other text; a filter like the others. */
  readonly outputEscape: FilterHandler;
  /** Whether a filter is left out, by its place among the names of all filters of an output. */
  readonly isNeedless?: (names: readonly string[], index: number) => boolean;
  /** How the list of a range is made; absent: as Liquid does, without bounds. */
  readonly range?: RangeMaker;
  /** A property that is read in another way than Liquid does; `undefined`: as Liquid does. */
  readonly property?: (value: unknown, key: unknown, limit: Limit) => { readonly value: unknown } | undefined;
}

/** What rendering pays into: it throws once too much was used. */
export interface Limit {
  use(count: number): void;
  check(count: number): void;
}

/** Each method throws a `LiquidError` if a template cannot be read or rendered. */
export interface SmallLiquid {
  /** Every output, and everything that a tag looks at. */
  chainsIn(template: string): readonly Chain[];
  render(template: string, scope: object, limit: Limit): string;
  /** The value of an expression with filters, such as `event.a | default: 1`, of whatever type. */
  evaluate(expression: string, scope: object, limit: Limit): unknown;
}

type Renderer = Pick<Liquid["renderer"], "renderTemplates">;

/** Compares as `==` does, which pays for it. */
class ComparingCase extends CaseTag {
  override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    const { lenientIf, operators } = context.opts;
    const target: unknown = toValue(yield this.value.value(context, lenientIf));
    const equals = operators["=="] as BinaryOperatorHandler;
    let isMet = false;
    for (const { values, templates } of this.branches)
      for (const token of values) {
        const value = yield evalToken(token, context, lenientIf);
        if (!(yield equals(target, value, context))) continue;
        yield this.liquid.renderer.renderTemplates(templates, context, emitter);
        isMet = true;
        break;
      }
    if (!isMet) yield this.liquid.renderer.renderTemplates(this.elseTemplates, context, emitter);
  }
}

/** No loops, whose time nothing bounds in a Worker; no variables, which would hide absence and let text double. */
const TAGS: Readonly<Liquid["tags"]> = {
  if: IfTag,
  unless: UnlessTag,
  case: ComparingCase,
  comment: CommentTag,
  raw: RawTag,
  "#": InlineCommentTag,
};

/** None of the tags above reads a file. */
const NO_FILES: (typeof defaultOptions)["fs"] = {
  exists: () => Promise.resolve(false),
  existsSync: () => false,
  readFile: () => Promise.reject(new Error("Templates have no files")),
  readFileSync: () => {
    throw new Error("Templates have no files");
  },
  resolve: (_, file) => file,
};

class TextEmitter implements Emitter {
  buffer = "";
  write(text: string): void {
    this.buffer += text;
  }
}

/** Liquid's own renderer without streams, loops and a time limit. */
const renderer: Renderer = {
  *renderTemplates(
    templates: Template[],
    context: Context,
    emitter: Emitter = new TextEmitter(),
  ): IterableIterator<unknown> {
    for (const template of templates) {
      try {
        const text: unknown = yield template.render(context, emitter);
        if (text) emitter.write(text);
      } catch (error) {
        throw LiquidError.is(error) ? error : new RenderError(error as Error, template);
      }
    }
    return emitter.buffer;
  },
};

/** A Liquid with strict variables and filters that sees own properties only; `if` and `default` allow for absence. */
export function smallLiquid({
  filters,
  operators,
  isNeedless,
  property,
  range,
  ...given
}: SmallLiquidOptions): SmallLiquid {
  const options: Liquid["options"] = {
    ...defaultOptions,
    ...given,
    operators: operators ?? defaultOperators,
    fs: NO_FILES,
    relativeReference: false,
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // `{{ event.userId | default: "nobody" }}` and `{% if event.userId %}` are how an author allows for absence.
    lenientIf: true,
    timezoneOffset: 0,
    locale: "en-US",
  };
  // Everything that its parts need from a Liquid.
  const parts: Pick<Liquid, "options" | "filters" | "tags"> & { readonly renderer: Renderer } = {
    options,
    filters: Object.assign(Object.create(null) as Liquid["filters"], filters),
    tags: Object.assign(Object.create(null) as Liquid["tags"], TAGS),
    renderer,
  };
  const liquid = parts as Liquid;
  class OwnContext extends Context {
    override readProperty(...[value, key]: Parameters<Context["readProperty"]>): unknown {
      const read = property?.(value, key, this.memoryLimit);
      return read ? read.value : super.readProperty(value, key);
    }
  }
  const contextOf = (scope: object, limit: Limit): Context =>
    // Liquid's own limit is a class with private fields; it uses these two methods alone.
    new OwnContext(scope, options, { sync: true }, { liquid, memoryLimit: limit as Context["memoryLimit"] });
  // A parser counts what it has read, so each template gets its own.
  const parse = (template: string): Template[] => new Parser(liquid).parse(template);
  const withoutNeedless = (templates: readonly Template[]): void => {
    for (const template of templates) {
      if (template instanceof Output) {
        const { filters: used } = template.value;
        const names = used.map(({ name }) => name);
        const kept = used.filter((_, index) => !isNeedless?.(names, index));
        used.splice(0, used.length, ...kept);
      }
      const children = (template as Template).children?.(false, true);
      if (children) withoutNeedless(toValueSync<Template[]>(children));
    }
  };
  return {
    chainsIn: (template) => chainsIn(parse(template)),
    render(template, scope, limit) {
      const templates = parse(template);
      if (range) replaceRanges(templates, range);
      if (isNeedless) withoutNeedless(templates);
      return String(toValueSync(renderer.renderTemplates(templates, contextOf(scope, limit))));
    },
    evaluate(expression, scope, limit) {
      const value = new Value(expression, liquid);
      if (range) replaceRangesIn(value, range);
      return toValueSync(value.value(contextOf(scope, limit)));
    },
  };
}
