import { RangeSetBuilder, type Extension } from "@codemirror/state";
import { Decoration, ViewPlugin, type DecorationSet, type EditorView } from "@codemirror/view";

/** As in CodeMirror's own styles. */
const PADDING = "6px";
const MAX_INDENT = 20;

/** Indents the wrapped part of a long line a little deeper than its first line. */
export const hangingIndent: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = indented(view);
    }

    update({
      view,
      docChanged,
      viewportChanged,
    }: {
      view: EditorView;
      docChanged: boolean;
      viewportChanged: boolean;
    }): void {
      if (docChanged || viewportChanged) this.decorations = indented(view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

const INDENTS = Array.from({ length: MAX_INDENT + 1 }, (_, spaces) =>
  Decoration.line({
    attributes: { style: `text-indent: -${spaces + 2}ch; padding-left: calc(${spaces + 2}ch + ${PADDING})` },
  }),
);

function indented({ state, visibleRanges }: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of visibleRanges)
    for (let line = state.doc.lineAt(from); ; line = state.doc.line(line.number + 1)) {
      const spaces = Math.min(line.text.search(/[^ ]|$/), MAX_INDENT);
      const indent = INDENTS[spaces];
      if (indent) builder.add(line.from, line.from, indent);
      if (line.to >= to || line.number === state.doc.lines) break;
    }
  return builder.finish();
}
