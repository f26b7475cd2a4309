// Keys for lists: `j` and `k`, or the arrows, move from row to row; a page defines further keys of its own.

const STEPS = new Map([
  ["j", 1],
  ["ArrowDown", 1],
  ["k", -1],
  ["ArrowUp", -1],
]);

/** Handles the keys of a list whose rows carry `data-row`. Use it as the list's `onKeyDown`. */
export function rowKeys(own: Readonly<Record<string, (row: HTMLElement) => void>> = {}) {
  return (event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void => {
    const { target, currentTarget, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !(target instanceof HTMLElement)) return;
    if (target.matches("input, textarea, select")) return;
    const rows = [...currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
    const row = target.closest<HTMLElement>("[data-row]");
    const at = row ? rows.indexOf(row) : -1;
    const step = STEPS.get(key);
    if (step !== undefined) {
      focusRow(rows[Math.max(0, Math.min(rows.length - 1, at + step))]);
      event.preventDefault();
    } else if (row && Object.hasOwn(own, key)) {
      // A key held down would go on to the row focused next: what cannot be undone happens once only.
      if (!event.repeat) own[key]?.(row);
      event.preventDefault();
    }
  };
}

/** While no list has the focus, `j` goes to the first row of the page. Attach it to the document. */
export function toFirstRow(event: KeyboardEvent): void {
  const { target, key } = event;
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
  if (key !== "j" || !isPlain || !(target instanceof HTMLElement)) return;
  // An editor is in a shadow root: here its host is the target of its keys.
  if (target.isContentEditable || target.shadowRoot || target.matches("input, textarea, select")) return;
  if (target.closest("[data-row], dialog")) return;
  focusRow(document.querySelector<HTMLElement>("main [data-row]") ?? undefined);
}

/** Focuses the row, or the first focusable element in it. */
function focusRow(row: HTMLElement | undefined): void {
  const target = row?.matches("a, button, [tabindex]") ? row : row?.querySelector<HTMLElement>("a, button, [tabindex]");
  target?.focus();
}
