// The examples of docs/api.md: each curl call, and the answer under it where one is shown.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../src/local/project.ts";
import type { Json } from "../../src/kit/json.ts";
import type { Operation } from "./document.ts";

/** A call with the variables of a shell filled in. */
export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
}

export interface PageExample {
  /** As it stands on the page. */
  readonly command: string;
  readonly answer: Json | null;
}

const BLOCKS = /```sh\n(curl [\s\S]*?)```(?:\n\n```json\n([\s\S]*?)```)?/g;
const WORDS = /'([^']*)'|"([^"]*)"|(\S+)/g;

/** The examples in the order of the page. */
export function pageExamples(): PageExample[] {
  const text = readFileSync(join(ROOT, "docs/api.md"), "utf8");
  return [...text.matchAll(BLOCKS)].map(([, command = "", answer]) => ({
    command: command.replaceAll("\\\n", " ").trim(),
    answer: answer === undefined ? null : (JSON.parse(answer) as Json),
  }));
}

/** Reads a curl command with the options that the page uses; throws at any other. */
export function callOf(command: string, variables: { readonly [name: string]: string }): Call {
  const filled = (text: string): string =>
    text.replaceAll(/\$([A-Z]+)/g, (_, name: string) => {
      const value = variables[name];
      if (value === undefined) throw new Error(`docs/api.md does not say what $${name} is`);
      return value;
    });
  const [curl, ...words] = [...command.matchAll(WORDS)].map(
    ([, literal, quoted, bare]) => literal ?? filled(quoted ?? bare ?? ""),
  );
  if (curl !== "curl") throw new Error(`Not a call: ${command}`);
  const headers: { [name: string]: string } = {};
  let [method, url, body]: [string | null, string, string | null] = [null, "", null];
  while (words.length > 0) {
    const word = words.shift() ?? "";
    if (!word.startsWith("-")) url = word;
    else if (word === "-X") method = words.shift() ?? "";
    else if (word === "--json") body = words.shift() ?? "";
    else if (word === "-H") {
      const [name = "", value = ""] = (words.shift() ?? "").split(/: (.*)/s);
      headers[name.toLowerCase()] = value;
    } else throw new Error(`docs/api.md calls curl with ${word}`);
  }
  if (body !== null) headers["content-type"] = "application/json";
  return { method: method ?? (body === null ? "GET" : "POST"), url, headers, body };
}

/** Which operation a call asks for: of those whose path fits, the one with the most literal path. */
export function operationOf(operations: readonly Operation[], { method, url }: Call): Operation | undefined {
  const { pathname } = new URL(url);
  return operations
    .filter((operation) => operation.method === method && patternOf(operation.path).test(pathname))
    .toSorted((a, b) => parametersIn(a.path) - parametersIn(b.path))[0];
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}

function parametersIn(path: string): number {
  return path.split("{").length;
}
