// Liquid put together from its parts: what a text of an action can use, without files, partials, layouts and loops.
// Its class `Liquid` holds all of them, so that nothing of it could be left out of a bundle.
// See docs/decisions/0024-leaner-dependencies.md.
import {
  analyzeSync,
  CaseTag,
  CommentTag,
  Context,
  defaultOptions,
  type Emitter,
  IfTag,
  InlineCommentTag,
  type Liquid,
  LiquidError,
  Parser,
  RawTag,
  RenderError,
  type Template,
  toValueSync,
  UnlessTag,
  Value,
} from "liquidjs";

/** What a small Liquid is made with: filters by name, and the rest as Liquid's own options. */
export interface SmallLiquidOptions {
  readonly filters: Readonly<Liquid["filters"]>;
  readonly parseLimit: number;
  readonly memoryLimit: number;
  /** Makes a text of a value that stands among other text. */
  readonly outputEscape: (value: unknown) => string;
}

/** Each throws a `LiquidError` when a template cannot be read or rendered. */
export interface SmallLiquid {
  /** What a template names from outside, each as its root and the keys under it, once. */
  namesIn(template: string): readonly (readonly unknown[])[];
  render(template: string, scope: object): string;
  /** The value of an expression with filters, such as `event.a | default: 1`, of whatever type. */
  evaluate(expression: string, scope: object): unknown;
}

type Renderer = Pick<Liquid["renderer"], "renderTemplates">;

/** No loops, whose time nothing bounds in a Worker; no variables, which would let absence through and text double. */
const TAGS: Readonly<Liquid["tags"]> = {
  if: IfTag,
  unless: UnlessTag,
  case: CaseTag,
  comment: CommentTag,
  raw: RawTag,
  "#": InlineCommentTag,
};

/** No tag above reads a file. */
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

/** What Liquid's own renderer does without streams, loops and a limit of time. */
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

/** A Liquid with strict variables and filters, which sees own properties only; `if` and `default` allow for absence. */
export function smallLiquid({ filters, ...given }: SmallLiquidOptions): SmallLiquid {
  const options: Liquid["options"] = {
    ...defaultOptions,
    ...given,
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
  // All that its parts ask of a Liquid.
  const parts: Pick<Liquid, "options" | "filters" | "tags"> & { readonly renderer: Renderer } = {
    options,
    filters: Object.assign(Object.create(null) as Liquid["filters"], filters),
    tags: Object.assign(Object.create(null) as Liquid["tags"], TAGS),
    renderer,
  };
  const liquid = parts as Liquid;
  // A parser counts what it has read, so each text has its own.
  const parse = (template: string): Template[] => new Parser(liquid).parse(template);
  const contextOf = (scope: object): Context => new Context(scope, options, { sync: true }, { liquid });
  return {
    namesIn(template) {
      const named = Object.values(analyzeSync(parse(template)).globals).flat();
      const segments = named.map((variable) => variable.toArray());
      return [...new Map(segments.map((keys) => [JSON.stringify(keys), keys])).values()];
    },
    render: (template, scope) => String(toValueSync(renderer.renderTemplates(parse(template), contextOf(scope)))),
    evaluate: (expression, scope) => toValueSync(new Value(expression, liquid).value(contextOf(scope))),
  };
}
