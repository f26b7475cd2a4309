// `rules environment NAME`: writes an environment into wrangler.toml with all that the deployment at its top has.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineCommand } from "citty";
import { UsageError } from "../kit/usage-error.ts";
import { environmentsOf, environmentText, withEnvironment, workerNameIn } from "../local/deployment.ts";
import { ROOT, wranglerText } from "../local/project.ts";

/** It becomes a part of the Worker's name, which is a label of DNS. */
const NAME = /^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/;

export const environment = defineCommand({
  args: {
    name: { type: "positional", description: "Its name, such as staging", required: true },
    print: { type: "boolean", description: "print its lines, and write nothing" },
  },
  run({ args: { name, print } }) {
    if (!NAME.test(name)) throw new UsageError("Write a name of small letters, digits and dashes, such as staging");
    const file = join(ROOT, "wrangler.toml");
    const text = wranglerText();
    if (environmentsOf(text).includes(name))
      throw new UsageError(`wrangler.toml has an environment "${name}": npm run rules check says what it lacks`);
    if (print) return console.log(environmentText(text, name));
    const whole = withEnvironment(text, name);
    if (whole === null)
      throw new UsageError("wrangler.toml has its environments as env = { … }: write each under [env.NAME] first");
    writeFileSync(file, whole);
    console.log(`wrangler.toml has the environment "${name}": a Worker of its own, ${workerNameIn(text, name)}. What names a place is left empty there.

1. Set ALLOWED_LOCATIONS under [env.${name}.vars].
2. Give it secrets of its own:
   npx wrangler secret put ADMIN_TOKEN --env ${name}
   npx wrangler secret put WEBHOOK_SECRET --env ${name}
   npx wrangler secret put HIGHLEVEL_TOKEN_KEY --env ${name}
3. npm run deploy -- --env ${name}`);
  },
});
