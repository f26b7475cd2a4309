// A text of JSON to change: CodeMirror in a shadow root. There its style sheets are constructed ones, which the page's
// CSP allows; in the page itself they would be a style element, which it refuses.
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

/** Something that is marked in a text, and said of it. */
export interface Mark extends Range {
  readonly severity: "error" | "warning";
  readonly message: string;
}

/** What one can tell an editor. */
export interface EditorHandle {
  /** Puts the cursor there, and the focus. */
  readonly show: (place: Range) => void;
}

/** A change that came from outside, which is told nobody. */
const fromOutside = Annotation.define<true>();

/**
 * An editor of JSON. It takes its text when it is made and with each other `revision`: what is typed is told, and comes
 * back later than the next keystroke. `schema`: what completion goes by; absent: there is none.
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
    // Escape lets go of Tab for a moment, so that the keyboard is not trapped.
    indentWithTab,
  ]),
];

/** The text may be another one by now than that which was checked. */
function within({ from, to, ...mark }: Mark, length: number): Diagnostic {
  return { ...mark, from: Math.min(from, length), to: Math.min(to, length) };
}

function show(view: EditorView, { from, to }: Range): void {
  const place = within({ from, to, severity: "error", message: "" }, view.state.doc.length);
  view.dispatch({ selection: { anchor: place.from, head: place.to }, scrollIntoView: true });
  view.focus();
}
