// The Worker that `npm run demo` starts.
import { join } from "node:path";
import { ROOT } from "../local/project.ts";
import { buildProject } from "./build.ts";

const SOURCE = "src/local/worker/demo-worker.ts";

/** Builds rules, page and the demo's Worker as for a deploy; the folder that it is in. */
export async function demoBundle(): Promise<string> {
  const folder = join(ROOT, "dist/demo");
  const { lines, exitCode } = await buildProject({ developing: false, entry: SOURCE, folder });
  if (exitCode !== 0) throw new Error(lines.join("\n"));
  return folder;
}
