// `rules versions`: the rule sets that were published to a running Worker, which is in force for whom, and who changed that.
import { defineCommand } from "citty";
import { DEFAULT_WORKER_URL } from "../local/project.ts";
import { changeLines, stateLines, stateOf, versionLine, type PublishedState } from "./published.ts";
import { adminToken, workerUrl } from "./worker-url.ts";

const CHANGES_SHOWN = 10;

/** The state of a Worker's rule sets, in lines. */
export function versionsLines(state: PublishedState): string[] {
  const { versions, changes } = state;
  const list =
    versions.length === 0
      ? ["Nothing is published: npm run rules publish"]
      : ["Versions", ...versions.map(versionLine)];
  const last = changeLines(changes).slice(0, CHANGES_SHOWN);
  return [...stateLines(state), "", ...list, ...(last.length === 0 ? [] : ["", "Changes", ...last])];
}

export const versions = defineCommand({
  args: {
    worker: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
    json: { type: "boolean", description: "print the answer as JSON" },
  },
  async run({ args }) {
    const state = await stateOf({ url: workerUrl(args.worker), adminToken: adminToken(), fetch });
    if (args.json) console.log(JSON.stringify(state, null, 2));
    else for (const line of versionsLines(state)) console.log(line);
  },
});
