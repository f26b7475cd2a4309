// Loaded before a command (`node --import`): writes the packages that it loaded to standard error when it ends.
import { registerHooks } from "node:module";

const packages = new Set<string>();
registerHooks({
  load(url, context, nextLoad) {
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
    if (name !== undefined || url.startsWith("node:sqlite")) packages.add(name ?? url);
    return nextLoad(url, context);
  },
});
process.once("exit", () => process.stderr.write(JSON.stringify([...packages].toSorted())));
