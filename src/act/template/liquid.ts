// Liquid put together from its parts: what the texts of an action can use, without files, partials, layouts and loops.
// Its class `Liquid` refers to all of them, so a bundler could leave none of them out.
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

/** What a small Liquid is made from: filters by name; the other fields are Liquid's own options. */
export interface SmallLiquidOptions {
  readonly filters: Readonly<Liquid["filters"]>;
  readonly parseLimit: number;
  readonly memoryLimit: number;
  /** Turns a value into text when it is output within other text. */
  readonly outputEscape: (value: unknown) => string;
}

/** Each method throws a `LiquidError` if a template cannot be read or rendered. */
export interface SmallLiquid {
  /** What a template refers to outside itself, without duplicates: each a root and the keys under it. */
  namesIn(template: string): readonly (readonly unknown[])[];
  render(template: string, scope: object): string;
  /** The value of an expression with filters, such as `event.a | default: 1`, of whatever type. */
  evaluate(expression: string, scope: object): unknown;
}

type Renderer = Pick<Liquid["renderer"], "renderTemplates">;

/** No loops, whose time nothing bounds in a Worker; no variables, which would hide absence and let text double. */
const TAGS: Readonly<Liquid["tags"]> = {
  if: IfTag,
  unless: UnlessTag,
  case: CaseTag,
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
  // Everything that its parts need from a Liquid.
  const parts: Pick<Liquid, "options" | "filters" | "tags"> & { readonly renderer: Renderer } = {
    options,
    filters: Object.assign(Object.create(null) as Liquid["filters"], filters),
    tags: Object.assign(Object.create(null) as Liquid["tags"], TAGS),
    renderer,
  };
  const liquid = parts as Liquid;
  // A parser counts what it has read, so each template gets its own.
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
