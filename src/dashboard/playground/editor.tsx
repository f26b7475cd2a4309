// A JSON editor: CodeMirror in a shadow root, where it uses constructed style sheets, which the page's CSP allows. In
// the page itself it would add a style element, which the CSP refuses.
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { nextDiagnostic, previousDiagnostic, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Annotation, type Extension } from "@codemirror/state";
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder as placeholderOf,
} from "@codemirror/view";
import type { JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { JsonObject } from "../../kit/json.ts";
import { complete } from "./complete.ts";
import { editorTheme } from "./editor-theme.ts";
import { hangingIndent } from "./hanging-indent.ts";
import { jsonColours } from "./json-colours.ts";
import type { Range } from "./places.ts";

/** A marked range of a text, and what is said about it. */
export interface Mark extends Range {
  readonly severity: "error" | "warning";
  readonly message: string;
}

/** What an editor can be told to do. */
export interface EditorHandle {
  /** Moves the cursor and the focus there. */
  readonly show: (place: Range) => void;
}

/** Marks a change that came from outside, which `onText` is not told. */
const fromOutside = Annotation.define<true>();

/**
 * A JSON editor. It takes `text` only at first and whenever `revision` changes: otherwise what was typed, which comes
 * back after the next keystroke, would undo it. `schema`: what completion goes by; absent: no completion.
 */
export function Editor({
  text,
  revision,
  onText,
  label,
  placeholder,
  schema,
  marks,
  handle,
}: {
  readonly text: string;
  readonly revision: number;
  readonly onText: (text: string) => void;
  readonly label: string;
  readonly placeholder: string;
  readonly schema?: JsonObject;
  readonly marks: readonly Mark[];
  readonly handle: RefObject<EditorHandle | null>;
}): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const told = useRef(onText);
  told.current = onText;
  useEffect(() => {
    if (!host.current) return undefined;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const view = new EditorView({
      root,
      parent: root,
      doc: text,
      extensions: [
        ...EXTENSIONS,
        ...(schema ? [complete(schema)] : []),
        placeholderOf(placeholder),
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        EditorView.updateListener.of(({ docChanged, state, transactions }) => {
          if (docChanged && !transactions.some((one) => one.annotation(fromOutside)))
            told.current(state.doc.toString());
        }),
      ],
    });
    editor.current = view;
    handle.current = { show: (place) => show(view, place) };
    return () => {
      view.destroy();
      handle.current = null;
    };
  }, []);
  useEffect(() => {
    const view = editor.current;
    if (!view || view.state.doc.toString() === text) return;
    const { length } = view.state.doc;
    view.dispatch({ changes: { from: 0, to: length, insert: text }, annotations: fromOutside.of(true) });
  }, [revision]);
  useEffect(() => {
    const view = editor.current;
    if (view)
      view.dispatch(
        setDiagnostics(
          view.state,
          marks.map((mark) => within(mark, view.state.doc.length)),
        ),
      );
  }, [marks]);
  return <div class="editor" ref={host} />;
}

const EXTENSIONS: readonly Extension[] = [
  lineNumbers(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  history(),
  json(),
  jsonColours,
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  hangingIndent,
  EditorView.lineWrapping,
  editorTheme,
  keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...defaultKeymap,
    ...historyKeymap,
    { key: "F8", run: nextDiagnostic },
    { key: "Shift-F8", run: previousDiagnostic },
    // Escape releases Tab for a moment, so that the focus is not trapped.
    indentWithTab,
  ]),
];

/** The text may have changed since it was checked. */
function within({ from, to, ...mark }: Mark, length: number): Diagnostic {
  return { ...mark, from: Math.min(from, length), to: Math.min(to, length) };
}

function show(view: EditorView, { from, to }: Range): void {
  const place = within({ from, to, severity: "error", message: "" }, view.state.doc.length);
  view.dispatch({ selection: { anchor: place.from, head: place.to }, scrollIntoView: true });
  view.focus();
}
