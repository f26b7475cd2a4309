// What people search for, in the page and in the API.

/** A text of at most 64 characters without control characters. Joiners belong to names, and what is copied has marks. */
export const SEARCHED = /^[^\p{Cc}]{1,64}$/u;

/** Marks of direction and the like, which come along with what is copied and are no part of it. */
const UNSEEN = /[\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A text without marks that nobody sees. */
export function seen(text: string): string {
  return text.replace(UNSEEN, "").trim();
}

/** A text without accents and marks on its letters. */
export function unaccented(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "");
}
