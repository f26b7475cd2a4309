import type { JSX } from "preact";
import { announce } from "./announce.tsx";

/** Copies a text to the clipboard. */
export function CopyButton({ text, label }: { readonly text: () => string; readonly label: string }): JSX.Element {
  const copy = (): void => {
    navigator.clipboard.writeText(text()).then(
      () => announce("Copied"),
      () => announce("The browser does not allow copying here: select the text instead"),
    );
  };
  return (
    <button type="button" class="quiet" onClick={copy}>
      {label}
    </button>
  );
}
