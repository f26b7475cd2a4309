// A destination may send back what it was sent, in any form: no secret is kept with its answer.
import { expect, it } from "vitest";
import { shortAnswer } from "../../../src/act/outbound/answer.ts";

const SECRET = 'k3y"/with\nline+&<é>%\\end';
const WITHOUT_SIGNS = "sk_live_51Habcdefghijk";
const inHex = (text: string): string => Buffer.from(text).toString("hex");
const inBase64 = (text: string): string => Buffer.from(text).toString("base64");
const html = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const each = (text: string, form: (code: number) => string): string =>
  Array.from(text, (character) => form(character.codePointAt(0) ?? 0)).join("");

const FORMS: { readonly [what: string]: (secret: string) => string } = {
  "as it is": (secret) => secret,
  "in JSON": (secret) => JSON.stringify({ secret }),
  "in JSON with escaped slashes": (secret) => JSON.stringify({ secret }).replaceAll("/", "\\/"),
  "in JSON that has no letters beyond ASCII": (secret) => JSON.stringify(secret).replaceAll("é", "\\u00E9"),
  "in JSON as code points": (secret) => each(secret, (code) => `\\u${code.toString(16).padStart(4, "0")}`),
  "in JSON within JSON": (secret) => JSON.stringify(JSON.stringify({ secret })),
  "in a URL": encodeURIComponent,
  "in a URL with small letters": (secret) => encodeURIComponent(secret).replaceAll(/%../g, (hex) => hex.toLowerCase()),
  "in a URL, twice": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "in a form": (secret) => new URLSearchParams({ secret }).toString(),
  "in a URL with everything escaped": (secret) => inHex(secret).replaceAll(/../g, (hex) => `%${hex}`),
  "in HTML": html,
  "in HTML as numbers": (secret) => each(secret, (code) => `&#${code};`),
  "in HTML as hex numbers": (secret) => each(secret, (code) => `&#x${code.toString(16).toUpperCase()};`),
  "in HTML within HTML": (secret) => html(html(secret)),
  "in JSON within HTML": (secret) => html(JSON.stringify({ secret })),
  "in hex": inHex,
  "in hex with capitals": (secret) => inHex(secret).toUpperCase(),
  "in base64": inBase64,
  "in base64 for URLs": (secret) => Buffer.from(secret).toString("base64url"),
  "in base64 in a URL": (secret) => encodeURIComponent(inBase64(secret)),
  "in base64 behind one letter": (secret) => inBase64(`:${secret}`),
  "in base64 behind two": (secret) => inBase64(`u:${secret}`),
  "in base64 amid others": (secret) => inBase64(`user:${secret}, and more`),
};

const kept = (text: string, secrets: readonly string[]): Promise<string> => shortAnswer(new Response(text), secrets);

it.each(
  Object.entries(FORMS).flatMap(([what, form]) =>
    [SECRET, WITHOUT_SIGNS].map((secret) => [what, form, secret] as const),
  ),
)("a secret %s is struck out", async (_, form, secret) => {
  const echoed = form(secret);
  const answer = await kept(`<p>${echoed}</p>`, [secret]);
  expect(answer).toContain("[secret]");
  expect(answer.length).toBeLessThanOrEqual("<p></p>[secret]".length + form("").length + 16);
  // Across the cut, too.
  const late = await kept(`${"-".repeat(995)}${echoed}</p>`, [secret]);
  expect(late.slice(0, 994)).toBe("-".repeat(994));
  expect(`--${answer.slice("<p>".length)}`).toContain(late.slice(994).replace(/^-*/, ""));
});

it("what is no secret stays as it is", async () => {
  const text = JSON.stringify({
    error: "k3y is wrong",
    path: "/a/b?c=%2F",
    html: "&quot;sk_live&quot;",
    id: inBase64("sk_live_"),
  });
  expect(await kept(text, [SECRET, WITHOUT_SIGNS])).toBe(text);
});

it("a long secret is looked for in a moment, whatever is sent back", async () => {
  const text = "a".repeat(10_000);
  expect(await kept(text, [`${"a".repeat(64)}!`])).toBe("a".repeat(1_000));
});
