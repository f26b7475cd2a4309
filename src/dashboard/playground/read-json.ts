// JSON while it is being typed: a tree with the place of everything, whatever is missing or broken.

/** One value, and where it is. `to` is exclusive; if the value is never closed, it is where the value's text ends. */
export interface JsonNode {
  readonly kind: "object" | "array" | "scalar";
  readonly from: number;
  to: number;
  isClosed: boolean;
  /** Of an object, in the order of the text; a repeated key is in it twice. */
  readonly members: Member[];
  /** Of an array. */
  readonly items: JsonNode[];
  /** Of a scalar; `undefined` if it is not valid JSON. */
  readonly value: string | number | boolean | null | undefined;
}

/** A key of an object, from `from` to `to` with its quotes, and its value. */
export interface Member {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** Where its colon is; `null` if it has none. */
  colonAt: number | null;
  value: JsonNode | null;
}

/** What was read from a text. */
export interface ReadJson {
  readonly root: JsonNode | null;
  /** Where the text stops being valid JSON; `null` if it is valid. */
  readonly brokenAt: number | null;
}

interface Open {
  readonly node: JsonNode;
  expects: "first" | "next" | "colon" | "value" | "comma";
}

const TOKEN = /[ \t\n\r]+|"(?:[^"\\\n\r]|\\[^\n\r])*"?|[{}[\],:]|[^ \t\n\r{}[\],:"]+/g;
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** Reads any text. `brokenAt` is `null` exactly if `JSON.parse` accepts it. */
export function readJson(text: string): ReadJson {
  const open: Open[] = [];
  let root: JsonNode | null = null;
  let brokenAt: number | null = null;
  const breaks = (at: number): void => void (brokenAt ??= at);

  /** Puts a value where it belongs; one that belongs nowhere is still read, so that brackets stay paired. */
  const put = (node: JsonNode): void => {
    const inside = open.at(-1);
    if (!inside) {
      if (root) breaks(node.from);
      root ??= node;
    } else if (inside.node.kind === "array") {
      if (inside.expects === "comma") breaks(node.from);
      inside.node.items.push(node);
      inside.expects = "comma";
    } else {
      const member = inside.node.members.at(-1);
      if (inside.expects !== "value") breaks(node.from);
      if (member && member.value === null && (inside.expects === "value" || inside.expects === "colon"))
        member.value = node;
      if (inside.expects !== "first" && inside.expects !== "next") inside.expects = "comma";
    }
    if (node.kind !== "scalar") open.push({ node, expects: "first" });
  };
  const close = (kind: JsonNode["kind"], from: number): void => {
    const at = open.findLastIndex(({ node }) => node.kind === kind);
    if (at !== open.length - 1 || at < 0) breaks(from);
    if (at < 0) return;
    const { expects } = open[at] ?? {};
    if (expects !== "first" && expects !== "comma") breaks(from);
    for (const { node } of open.splice(at + 1)) node.to = from;
    const closed = open.pop()?.node;
    if (!closed) return;
    closed.to = from + 1;
    closed.isClosed = true;
  };

  for (const { 0: token, index: from } of text.matchAll(TOKEN)) {
    const inside = open.at(-1);
    switch (token.charAt(0)) {
      case " ":
      case "\t":
      case "\n":
      case "\r":
        break;
      case "{":
      case "[":
        put(aNode(token === "{" ? "object" : "array", from, text.length));
        break;
      case "}":
      case "]":
        close(token === "}" ? "object" : "array", from);
        break;
      case ",":
        if (inside?.expects !== "comma") breaks(from);
        if (inside) inside.expects = "next";
        break;
      case ":":
        if (inside?.expects !== "colon") breaks(from);
        else {
          const member = inside.node.members.at(-1);
          if (member) member.colonAt = from;
          inside.expects = "value";
        }
        break;
      default: {
        const value = scalarOf(token);
        if (value === undefined) breaks(from);
        if (typeof value !== "string" && !token.startsWith('"')) {
          put(aNode("scalar", from, from + token.length, value));
        } else if (inside?.node.kind === "object" && inside.expects !== "value") {
          if (inside.expects === "comma" || inside.expects === "colon") breaks(from);
          const key = typeof value === "string" ? value : token.replaceAll('"', "");
          inside.node.members.push({ key, from, to: from + token.length, colonAt: null, value: null });
          inside.expects = "colon";
        } else put(aNode("scalar", from, from + token.length, value ?? token.replaceAll('"', "")));
      }
    }
  }
  if (open.length > 0 || root === null) breaks(text.length);
  return { root, brokenAt };
}

function aNode(kind: JsonNode["kind"], from: number, to: number, value?: JsonNode["value"]): JsonNode {
  return { kind, from, to, isClosed: kind === "scalar", members: [], items: [], value };
}

function scalarOf(token: string): JsonNode["value"] {
  if (!token.startsWith('"') && !SCALAR.test(token)) return undefined;
  try {
    return JSON.parse(token) as JsonNode["value"];
  } catch {
    return undefined;
  }
}
