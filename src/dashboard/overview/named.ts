/** What the API takes at most, in characters. */
export const MOST_CHARACTERS = 100;

/** The name that was typed, as the API takes it; `null`: none. */
export function nameOf(typed: string): string | null {
  const characters = Array.from(typed.toWellFormed().replaceAll(/\p{C}/gu, "").trim());
  const name = characters.slice(0, MOST_CHARACTERS).join("").trim();
  return name === "" ? null : name;
}
