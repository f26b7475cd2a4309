import { syntaxTree } from "@codemirror/language";
import { RangeSetBuilder, type Extension } from "@codemirror/state";
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from "@codemirror/view";

/** The JSON grammar's nodes that have a colour; the theme has one for each class. */
const MARKS = new Map(
  ["PropertyName", "String", "Number", "True", "False", "Null"].map((name) => [
    name,
    Decoration.mark({ class: `json-${name}` }),
  ]),
);

/** Colours JSON, only what is in view. */
export const jsonColours: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = coloured(view);
    }

    update({ view, docChanged, viewportChanged, startState, state }: ViewUpdate): void {
      if (docChanged || viewportChanged || syntaxTree(startState) !== syntaxTree(state))
        this.decorations = coloured(view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function coloured({ state, visibleRanges }: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of visibleRanges)
    syntaxTree(state).iterate({
      from,
      to,
      enter: (node) => {
        const mark = MARKS.get(node.name);
        if (mark) builder.add(node.from, node.to, mark);
      },
    });
  return builder.finish();
}
