// The words with which people reply that they want no more messages, or want them again.
// Sources: the words that carriers and messaging providers in the US and Canada stop at; the FCC's list of 2025 (47 CFR
// 64.1200(a)(10): stop, quit, end, revoke, opt out, cancel, unsubscribe); the same in French, Spanish, German, Portuguese.

/** Without case, accents, punctuation. More than one word is one text. */
const STOP: ReadonlySet<string> = new Set([
  "STOP",
  "STOPALL",
  "STOP ALL",
  "UNSUBSCRIBE",
  "UNSUBSCRIBE ME",
  "UNSUB",
  "CANCEL",
  "CANCEL ALL",
  "END",
  "QUIT",
  "OPT OUT",
  "OPTOUT",
  "OPT ME OUT",
  "REVOKE",
  "REMOVE",
  "REMOVE ME",
  "TD",
  // French
  "ARRET",
  "ARRETER",
  "ARRETEZ",
  "DESABONNER",
  "DESABONNEMENT",
  "DESINSCRIRE",
  "DESINSCRIPTION",
  "ANNULER",
  // Spanish
  "ALTO",
  "BAJA",
  "DAR DE BAJA",
  "DARME DE BAJA",
  "DETENER",
  "CANCELAR",
  "DESUSCRIBIR",
  "DESUSCRIBIRME",
  // German
  "STOPP",
  "STOPPEN",
  "ABMELDEN",
  "ABMELDUNG",
  "ABBESTELLEN",
  "BEENDEN",
  "AUSTRAGEN",
  // Portuguese, and some in Spanish too
  "PARE",
  "PARAR",
  "SAIR",
  "REMOVER",
  "DESCADASTRAR",
  "DESINSCREVER",
]);
const START: ReadonlySet<string> = new Set(["START", "UNSTOP", "YES"]);

/** What people add out of politeness. */
const COURTESIES: readonly (readonly string[])[] = [
  "PLEASE",
  "PLS",
  "PLZ",
  "KINDLY",
  "THANK YOU",
  "THANKS",
  "THX",
  "POR FAVOR",
  "GRACIAS",
  "SIL VOUS PLAIT",
  "SIL TE PLAIT",
  "SVP",
  "MERCI",
  "BITTE",
  "DANKE",
  "OBRIGADO",
  "OBRIGADA",
].map((phrase) => phrase.split(" "));

const LONGEST_CHARACTERS = 40;
/** How far a signature is looked for. */
const LOOKED_THROUGH_CHARACTERS = 2_000;
/** How what a telephone or a mail program adds below begins, or the message that is answered. */
const ADDED_BELOW: readonly RegExp[] = [
  /^(?:[-_–—]{2,}|>)/u,
  /^(?:sent (?:from|via|with)|get outlook|envoy[ée] (?:de|depuis|avec)|enviado (?:desde|con|do|de|pelo))\s/iu,
  /^(?:gesendet (?:von|mit)|von meine[mr])\s/iu,
  /^(?:on|am|le|el|em)\s.*:$/iu,
];

/**
 * Which kind of word a text is, if it is nothing else: ignores case, accents, punctuation and symbols, and for a stop a
 * signature below, what is polite, and the word said again.
 */
export function stopWordOf(text: unknown): "stop" | "start" | null {
  if (typeof text !== "string") return null;
  const whole = text.trim().slice(0, LOOKED_THROUGH_CHARACTERS);
  if (START.has(wordsOf(whole).join(" "))) return "start";
  const said = saidOnce(withoutCourtesies(wordsOf(aboveSignature(whole))));
  return STOP.has(said.join(" ")) ? "stop" : null;
}

/** Words without case, accents, punctuation and symbols; none of a text that is longer than any that is looked for. */
function wordsOf(text: string): readonly string[] {
  if (text.length > LONGEST_CHARACTERS) return [];
  const plain = text
    .normalize("NFKD")
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}\s]/gu, "");
  return plain.split(/\s+/).filter((word) => word !== "");
}

/** The lines above what was added below them, or above an empty line that follows a word such as STOP. */
function aboveSignature(text: string): string {
  const [first = "", ...rest] = text.split(/\r\n|[\n\r\u2028\u2029]/u);
  const end = rest.findIndex((line) => line.trim() === "" || ADDED_BELOW.some((form) => form.test(line.trim())));
  return [first, ...(end === -1 ? rest : rest.slice(0, end))].join("\n").trim();
}

function withoutCourtesies(words: readonly string[]): readonly string[] {
  for (const courtesy of COURTESIES) {
    const starts = courtesy.every((word, index) => words[index] === word);
    if (starts) return withoutCourtesies(words.slice(courtesy.length));
    const ends = courtesy.every((word, index) => words[words.length - courtesy.length + index] === word);
    if (ends) return withoutCourtesies(words.slice(0, -courtesy.length));
  }
  return words;
}

/** `STOP STOP` is `STOP`. */
function saidOnce(words: readonly string[]): readonly string[] {
  const [first] = words;
  return first !== undefined && words.every((word) => word === first) ? [first] : words;
}
