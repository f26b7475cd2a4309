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
  "UNSUBSCRIBE ALL",
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
/** Those that are no part of a sentence about anything else, so that what stands below an empty line is beside them. */
const CLEAR: ReadonlySet<string> = new Set(["STOPALL", "UNSUBSCRIBE", "UNSUBSCRIBE ME", "UNSUB", "OPT OUT", "OPTOUT"]);
const START: ReadonlySet<string> = new Set(["START", "UNSTOP", "YES"]);

/** What people add out of politeness; the longer before what it begins with. */
const COURTESY = new RegExp(
  `(?<= )(?:${[
    "PLEASE",
    "PLS",
    "PLZ",
    "KINDLY",
    "(?:MANY )?THANKS?(?: (?:YOU|U))?(?: VERY MUCH| SO MUCH| A LOT)?",
    "THX",
    "TY",
    "POR FAVOR",
    "(?:MUCHAS )?GRACIAS",
    "SIL (?:VOUS|TE) PLAIT",
    "SVP",
    "MERCI(?: BEAUCOUP)?",
    "BITTE",
    "(?:VIELEN )?DANK(?:E(?: SCHON| SEHR)?)?",
    "(?:MUITO )?OBRIGAD[OA]",
  ].join("|")})(?= )`,
  "g",
);

/** How far a text is read; one that goes on without a signature so far is none of these words. */
const LOOKED_THROUGH_CHARACTERS = 2_000;
/** The most words of one phrase. */
const LONGEST_WORDS = 3;
/** How what a telephone or a mail program adds below begins, or the message that is answered. */
const ADDED_BELOW: readonly RegExp[] = [
  /^(?:[-_–—]{2,}|>)/u,
  /^(?:sent (?:from|via|with|on)|get outlook|envoy[ée] (?:de|depuis|avec|à partir)|enviado (?:desde|con|do|de|pelo|a))\s/iu,
  /^(?:gesendet (?:von|mit)|von meine[mr]|diese nachricht wurde|yahoo mail:)\s/iu,
  /\boutlook (?:for|pour|para|für) (?:ios|android|mac)\b/iu,
  /^(?:on|am|le|el|em)\s.*:$/iu,
];
/** The same where it stands behind the words, in one line. */
const ADDED_BEHIND = /\s(?=(?:sent from my|get outlook for)\s)/giu;
/** Within a word; the sign of an accent, which is taken off its letter, is too. */
const WITHIN_WORDS = /['’‘ʼ`´]|[\p{M}\p{Cf}]/gu;
const NO_WORD = /[^\p{L}\p{N}\s]/gu;

/**
 * Which kind of word a text is, if it is nothing else: ignores case, accents, punctuation and symbols, and for a stop a
 * signature below, what is polite, and the word said again.
 */
export function stopWordOf(text: unknown): "stop" | "start" | null {
  if (typeof text !== "string") return null;
  const whole = text.trim().replaceAll(/\r\n?|[\u2028\u2029]/g, "\n");
  const read = whole.slice(0, LOOKED_THROUGH_CHARACTERS);
  const isAll = read.length === whole.length;
  if (isAll && readings(read).some((words) => START.has(words))) return "start";
  const { above, isCut } = aboveSignature(read);
  if ((isAll || isCut) && isStop(above)) return "stop";
  const [first = "", ...below] = read.split(/\n[^\S\n]*\n/);
  return below.length > 0 && readings(first).some((words) => CLEAR.has(saidOnce(words))) ? "stop" : null;
}

function isStop(text: string): boolean {
  return readings(text).some((words) => STOP.has(saidOnce(words)));
}

/** The words of a text without case and accents. Punctuation is a gap between them, or, as in `S.T.O.P`, nothing. */
function readings(text: string): readonly string[] {
  const plain = text.replaceAll(WITHIN_WORDS, "").normalize("NFKD").toUpperCase().replaceAll(WITHIN_WORDS, "");
  return [" ", ""].map((gap) => plain.replaceAll(NO_WORD, gap).split(/\s+/).filter(Boolean).join(" "));
}

/** The lines above what a program added below them, and whether there was any. */
function aboveSignature(text: string): { readonly above: string; readonly isCut: boolean } {
  const lines = text
    .normalize("NFC")
    .replaceAll(ADDED_BEHIND, "\n")
    .split("\n")
    .map((line) => line.trim());
  // A mail program may break the line that names who wrote what is answered.
  const end = lines.findIndex((line, at) => {
    const next = /^on\s/iu.test(line) ? `${line} ${lines[at + 1] ?? ""}` : line;
    return at > 0 && ADDED_BELOW.some((form) => form.test(line) || form.test(next));
  });
  return { above: (end === -1 ? lines : lines.slice(0, end)).join("\n"), isCut: end !== -1 };
}

/** `PLEASE STOP STOP` is `STOP`. */
function saidOnce(words: string): string {
  const said = ` ${words} `.replaceAll(COURTESY, "").split(" ").filter(Boolean);
  for (let size = 1; size <= LONGEST_WORDS && size <= said.length; size++)
    if (said.length % size === 0 && said.every((word, at) => word === said[at % size]))
      return said.slice(0, size).join(" ");
  return said.join(" ");
}
