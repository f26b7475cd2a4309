// The words with which people reply that they want no more texts, or want them again.

const STOP: ReadonlySet<string> = new Set([
  "STOP",
  "STOPALL",
  "STOP ALL",
  "UNSUBSCRIBE",
  "CANCEL",
  "END",
  "QUIT",
  "OPT OUT",
  "OPTOUT",
  "REVOKE",
  "ARRET",
  "ARRÊT",
]);
const START: ReadonlySet<string> = new Set(["START", "UNSTOP", "YES"]);
const LONGEST_CHARACTERS = 40;

/** Which kind of word a text is, if it is nothing else: ignores case, punctuation and symbols. */
export function stopWordOf(text: unknown): "stop" | "start" | null {
  if (typeof text !== "string") return null;
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_CHARACTERS) return null;
  const plain = trimmed
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}\s]/gu, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  return STOP.has(plain) ? "stop" : START.has(plain) ? "start" : null;
}
