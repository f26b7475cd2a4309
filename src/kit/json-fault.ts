// Where a text stops being JSON, what was expected there, and what to do: one sentence for each thing that people write.
// It reads a text once from left to right, however deep it nests, and takes for JSON exactly what `JSON.parse` takes.
// The sentences hold no values: a file may hold what nobody else should read.

/** Why a text is no JSON. */
export interface JsonFault {
  /** The place in the text, in UTF-16 units. */
  readonly offset: number;
  /** A sentence: what is there, what was expected, what to do. */
  readonly message: string;
}

type Expects = "value" | "first item" | "item" | "first key" | "key" | "colon" | "comma" | "nothing";

interface Open {
  readonly bracket: "{" | "[";
  readonly at: number;
}

const CLOSING = { "{": "}", "[": "]" } as const;
const WHITE_SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y;
const WORD = /[^\s{}[\],:"'/]+/y;
const PLAIN_KEY = /^[\w$-]{1,40}$/;

/** Words of other languages for JSON's own. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ...["True", "TRUE"].map((word) => [word, "Write true in lower case"] as const),
  ...["False", "FALSE"].map((word) => [word, "Write false in lower case"] as const),
  ...["None", "Null", "NULL", "nil", "undefined"].map((word) => [word, "Write null, or leave the key out"] as const),
  ...["NaN", "Infinity", "-Infinity"].map((word) => [word, `JSON has no ${word}, write a number`] as const),
]);

/** What begins something that JSON does not have, wherever it stands. */
const FOREIGN: readonly (readonly [begins: RegExp, message: string])[] = [
  [/\/[/*]|#|<!--/y, 'JSON has no comments, take it out; a rule says what it is for under "description"'],
  [/'|`/y, "Texts and keys stand in double quotes, not in these"],
  [/[\u2018-\u201f\u00ab\u00bb]/y, "This is a typographic quote; write a plain double quote"],
  [/\ufeff/y, "A byte order mark stands here, save the file as UTF-8 without one"],
  [/[^\S \t\n\r]/y, "A special space stands here, write a plain one"],
  [/;/y, "JSON has no semicolons, take it out or write a comma"],
];

/** Numbers as other languages write them. */
const OTHER_NUMBERS: readonly (readonly [form: RegExp, message: string])[] = [
  [/^\+/, "A number has no plus before it, take it out"],
  [/^-?0\d/, "A number has no zeros before it; put an id in double quotes"],
  [/^-?0[xXoObB]/, "Write the number in decimal digits"],
  [/^-?\.\d/, "Write a zero before the point"],
  [/^-?\d+\.(?!\d)/, "Write a digit after the point"],
  [/^-?\d+_/, "A number has digits alone, take the _ out"],
  [/^-?\d/, "This is no number of JSON; put a text in double quotes"],
];

/** Where a text breaks, and why; `null` if it is JSON. */
export function jsonFault(text: string): JsonFault | null {
  return new Reader(text).read();
}

/** The sentence for a text that `JSON.parse` refuses. */
export function notJson(text: string): string {
  const message = jsonFault(text)?.message ?? "it cannot be read";
  return `The file is not JSON: ${message.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase())}`;
}

class Reader {
  readonly #text: string;
  readonly #open: Open[] = [];
  #at = 0;
  #expects: Expects = "value";
  /** Where the last token ended, and where the last comma stood. */
  #end = 0;
  #commaAt = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonFault | null {
    for (;;) {
      this.#at += this.#match(WHITE_SPACE)?.length ?? 0;
      if (this.#at >= this.#text.length) return this.#expects === "nothing" ? null : this.#endsEarly();
      const fault = this.#token(this.#text.charAt(this.#at));
      if (fault !== null) return fault;
      this.#end = this.#at;
    }
  }

  #token(letter: string): JsonFault | null {
    if (letter === "," || letter === ":") return this.#separator(letter);
    if (letter === "}" || letter === "]") return this.#close(letter);
    for (const [begins, message] of FOREIGN) if (this.#match(begins) !== null) return this.#fault(message);
    const misplaced = this.#misplaced(letter);
    if (misplaced !== null) return misplaced;
    if (letter === "{" || letter === "[") {
      this.#open.push({ bracket: letter, at: this.#at });
      this.#at += 1;
      this.#expects = letter === "{" ? "first key" : "first item";
      return null;
    }
    const isKey = this.#expects === "first key" || this.#expects === "key";
    const fault = letter === '"' ? this.#quoted() : this.#bare();
    this.#expects = isKey ? "colon" : this.#afterValue();
    return fault;
  }

  /** Something begins where nothing may, or a key is none. */
  #misplaced(letter: string): JsonFault | null {
    switch (this.#expects) {
      case "nothing":
        return this.#fault(
          "The file goes on after its end: it holds one value, take out what follows, or a bracket before it that is one too many",
        );
      case "comma":
        return this.#fault("A comma is missing after this", this.#end);
      case "colon":
        return this.#fault(
          letter === "=" ? "Write a colon, not an equals sign" : "A colon is missing after this key",
          letter === "=" ? this.#at : this.#end,
        );
      case "first key":
      case "key": {
        if (letter === '"') return null;
        const word = this.#match(WORD) ?? "";
        return this.#fault(
          PLAIN_KEY.test(word) ? `Keys stand in double quotes, write "${word}"` : "Expected a key in double quotes",
        );
      }
      case "value":
      case "first item":
      case "item":
        return null;
    }
  }

  #separator(letter: "," | ":"): JsonFault | null {
    const expected = this.#expects;
    if ((letter === ",") === (expected === "comma") && (letter === ":") === (expected === "colon")) {
      if (letter === ",") this.#commaAt = this.#at;
      this.#expects = letter === ":" ? "value" : this.#open.at(-1)?.bracket === "{" ? "key" : "item";
      this.#at += 1;
      return null;
    }
    if (expected === "nothing")
      return this.#fault(
        `Nothing follows the file's value, take the ${letter === "," ? "comma" : "colon"} out, or a bracket before it that is one too many`,
      );
    if (letter === ",") {
      if (expected === "key" || expected === "item") return this.#fault("Two commas follow each other, remove one");
      if (expected === "colon") return this.#fault("A key has no value: write a colon and the value after it");
      return this.#fault(
        expected === "value" ? "A value is missing before the comma" : "The comma has nothing before it, remove it",
      );
    }
    if (this.#open.at(-1)?.bracket === "[")
      return this.#fault("A list has no keys: put { and } around the key and its value");
    return this.#fault(
      expected === "comma"
        ? "A colon follows a value, where a comma was expected"
        : "A key is missing before the colon",
    );
  }

  #close(letter: "}" | "]"): JsonFault | null {
    const inside = this.#open.at(-1);
    if (!inside)
      return this.#fault(
        this.#expects === "nothing"
          ? `There is one "${letter}" too many, remove it`
          : `Expected a value, and there is a "${letter}"`,
      );
    const closes = CLOSING[inside.bracket];
    if (this.#expects === "key" || this.#expects === "item")
      return this.#fault(`The comma before "${letter}" has nothing after it, remove the comma`, this.#commaAt);
    if (this.#expects === "colon" || this.#expects === "value")
      return this.#fault("A key has no value: write a colon and the value after it");
    if (letter !== closes)
      return this.#fault(
        `Expected "${closes}", which closes the "${inside.bracket}" of ${this.#place(inside.at)}, and there is a "${letter}"`,
      );
    this.#open.pop();
    this.#at += 1;
    this.#expects = this.#afterValue();
    return null;
  }

  #afterValue(): Expects {
    return this.#open.length === 0 ? "nothing" : "comma";
  }

  #bare(): JsonFault | null {
    const number = this.#match(NUMBER);
    const word = number ?? this.#match(WORD) ?? this.#text.charAt(this.#at);
    if (number === null && !["true", "false", "null"].includes(word)) {
      const known = OTHER_WORDS.get(word) ?? OTHER_NUMBERS.find(([form]) => form.test(word))?.[1];
      return this.#fault(
        known ??
          (this.#open.length === 0
            ? "Expected a value, such as an object { … }"
            : "A text needs double quotes around it"),
      );
    }
    this.#at += word.length;
    return null;
  }

  #quoted(): JsonFault | null {
    const start = this.#at;
    for (let at = start + 1; at < this.#text.length; at++) {
      const letter = this.#text.charAt(at);
      if (letter === '"') {
        this.#at = at + 1;
        return null;
      }
      if (letter === "\\") {
        if (!/["\\/bfnrtu]/.test(this.#text.charAt(at + 1)))
          return this.#fault("A backslash begins an escape, and this is none: write \\\\ for a backslash", at);
        if (this.#text.charAt(at + 1) === "u" && !/^[\da-fA-F]{4}$/.test(this.#text.slice(at + 2, at + 6)))
          return this.#fault("Four hexadecimal digits follow \\u", at);
        at += 1;
      } else if (letter === "\n" || letter === "\r")
        return this.#fault(
          "The text that begins here does not end on its line: a double quote is missing, or a line end in it has to be written \\n",
          start,
        );
      else if (letter < " ")
        return this.#fault(
          letter === "\t"
            ? "A tab in a text is written \\t"
            : "A control character in a text is written as an escape, such as \\u0007",
          at,
        );
    }
    return this.#fault("The text that begins here never ends, a double quote is missing", start);
  }

  #endsEarly(): JsonFault {
    const inside = this.#open.at(-1);
    if (!inside) return { offset: 0, message: "The file is empty: write an object, { … }" };
    if (this.#expects === "key" || this.#expects === "item")
      return this.#fault(
        `The file ends after a comma: remove it, and write the "${CLOSING[inside.bracket]}" that closes the "${inside.bracket}" of ${this.#place(inside.at)}`,
        this.#commaAt,
      );
    const missing =
      this.#expects === "colon" || this.#expects === "value" ? "before the value of a key, and" : "before";
    return this.#fault(
      `The file ends ${missing} the "${inside.bracket}" of ${this.#place(inside.at)} is closed: write "${CLOSING[inside.bracket]}"`,
      this.#end,
    );
  }

  #match(form: RegExp): string | null {
    form.lastIndex = this.#at;
    return form.exec(this.#text)?.[0] ?? null;
  }

  #place(offset: number): string {
    return `line ${placeIn(this.#text, offset).line}`;
  }

  #fault(message: string, offset = this.#at): JsonFault {
    return { offset, message };
  }
}

/** Line and column of a place in a text, from 1. */
export function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
