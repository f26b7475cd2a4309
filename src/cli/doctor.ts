// `rules doctor`: looks at a running Worker from outside, and says what is wrong with how it is set up, each with the fix.
import { amount } from "../kit/amount.ts";
import { defineCommand } from "citty";
import { DEFAULT_WORKER_URL, projectConfiguration, ROOT, RULES_FOLDER } from "../local/project.ts";
import { ruleSetOf } from "../rules/rule-set.ts";
import { diagnose, unanswered, type Diagnosis, type Folder } from "./doctor/diagnose.ts";
import { examine, type Patient } from "./doctor/examine.ts";
import { needsOf } from "./doctor/needs.ts";
import { versionName } from "./build.ts";
import { readRules } from "./rule-files.ts";
import { adminToken, workerUrl } from "./worker-url.ts";

/** This folder as it would be deployed. */
export async function thisFolder(): Promise<Folder> {
  const { admitted, findings } = readRules(RULES_FOLDER, ROOT, projectConfiguration(false));
  const rules = admitted.map(({ rule }) => rule);
  const isAdmitted = !findings.some(({ severity }) => severity === "error");
  return {
    version: versionName(),
    ruleSet: isAdmitted ? (await ruleSetOf(rules)).hash : null,
    needs: needsOf(rules),
  };
}

/** What is wrong with the Worker. */
export async function examinedBy(patient: Patient, folder: Folder): Promise<readonly Diagnosis[]> {
  const found = await examine(patient);
  return "kind" in found ? unanswered(patient.url, found) : diagnose(patient.url, found, folder);
}

const MARKS: { readonly [state in Diagnosis["state"]]: string } = { ok: "✔", look: "·", fault: "✘" };

/** Each thing as a line, and what to do about it as another. */
export function doctorLines(found: readonly Diagnosis[]): string[] {
  const width = Math.max(...found.map(({ check }) => check.length));
  return found.flatMap(({ check, state, message, fix }) => [
    `${MARKS[state]} ${check.padEnd(width)}  ${message}`,
    ...(fix === null ? [] : [`${" ".repeat(width + 4)}→ ${fix}`]),
  ]);
}

export const doctor = defineCommand({
  args: {
    worker: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
    json: { type: "boolean", description: "print { worker, faults, checks } as JSON" },
  },
  async run({ args }) {
    const url = workerUrl(args.worker);
    const found = await examinedBy({ url, adminToken: adminToken(), fetch, clock: Date.now }, await thisFolder());
    const faults = found.filter(({ state }) => state === "fault").length;
    process.exitCode = faults === 0 ? 0 : 1;
    if (args.json) return console.log(JSON.stringify({ worker: url, faults, checks: found }, null, 2));
    for (const line of doctorLines(found)) console.log(line);
    console.log(faults === 0 ? "Nothing to mend" : `${amount(faults, "fault")} to mend`);
  },
});
