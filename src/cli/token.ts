// `rules token`: a new token for the operator's API, and the configuration line that admits it.
import { randomBytes } from "node:crypto";
import { defineCommand } from "citty";
import { hex, sha256 } from "../kit/hash.ts";
import { UsageError } from "../kit/usage-error.ts";

/** A hash of fewer random bits could be guessed from the configuration. */
const TOKEN_BYTES = 32;
/** Shows whoever finds a token what it is for. */
const PREFIX = "ab_";
const NAME = /^[\w.@-]{1,64}$/;

export const token = defineCommand({
  args: {
    name: { type: "positional", description: "Who or what will use it", default: "operator", required: false },
  },
  async run({ args: { name } }) {
    if (!NAME.test(name)) throw new UsageError("Write a name of letters, digits, dots, dashes and @");
    const made = PREFIX + randomBytes(TOKEN_BYTES).toString("base64url");
    console.log(`Token, shown only now:
  ${made}

Entry for the list ADMIN_TOKEN_HASHES in wrangler.toml, commas between entries; in force after a deploy:
  ${name}:${hex(await sha256(made))}

To replace a token: add the new entry and deploy, move its clients over, remove the old entry and deploy.`);
  },
});
