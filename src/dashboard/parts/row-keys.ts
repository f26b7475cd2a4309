// Lists by keyboard: `j` and `k`, or the arrows, go from row to row; a row's own keys do what its page says.

const STEPS = new Map([
  ["j", 1],
  ["ArrowDown", 1],
  ["k", -1],
  ["ArrowUp", -1],
]);

/** Handles keys of a list whose rows carry `data-row`. Attach as `onKeyDown` of the list. */
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
      // A key that is held down goes on with the row that has the focus next: what cannot be undone happens once.
      if (!event.repeat) own[key]?.(row);
      event.preventDefault();
    }
  };
}

/** `j` where no list has the focus goes to the first row of the page. Attach to the document. */
export function toFirstRow(event: KeyboardEvent): void {
  const { target, key } = event;
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.defaultPrevented;
  if (key !== "j" || !isPlain || !(target instanceof HTMLElement)) return;
  // An editor stands in a shadow root: what has the focus there is its host here.
  if (target.isContentEditable || target.shadowRoot || target.matches("input, textarea, select")) return;
  if (target.closest("[data-row], dialog")) return;
  focusRow(document.querySelector<HTMLElement>("main [data-row]") ?? undefined);
}

/** The row itself, or the first thing in it that takes the focus. */
function focusRow(row: HTMLElement | undefined): void {
  const target = row?.matches("a, button, [tabindex]") ? row : row?.querySelector<HTMLElement>("a, button, [tabindex]");
  target?.focus();
}
