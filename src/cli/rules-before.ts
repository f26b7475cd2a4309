// The rules that today's are put beside: those of a folder, or of a revision in git.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import type { Configuration } from "../model/configuration.ts";
import type { RuleSet } from "../model/rule.ts";
import { UsageError } from "../kit/usage-error.ts";
import { ROOT, RULES_FOLDER } from "../local/project.ts";
import { namedRules } from "./rules-argument.ts";

/** The rules that `--against` names. */
export async function rulesAgainst(named: string, configuration: Configuration): Promise<RuleSet> {
  if (existsSync(named)) return namedRules(named, configuration);
  const folder = mkdtempSync(join(tmpdir(), "afterbeep-rules-"));
  try {
    write(named, folder);
    return await namedRules(folder, configuration);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the rules of a revision into a folder, with their named conditions. */
function write(revision: string, folder: string): void {
  const rules = relative(ROOT, RULES_FOLDER);
  const commit = git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`])?.trim();
  if (!commit)
    throw new UsageError(
      `There is no folder ${revision}, and no revision of that name in git: fetch it, or name another`,
    );
  const files = git(["ls-tree", "-r", "-z", "--name-only", commit, "--", rules]) ?? "";
  // Without a folder of its own, the conditions in force today would be taken.
  mkdirSync(join(folder, "conditions"));
  for (const file of files.split("\0").filter((name) => name.endsWith(".json"))) {
    const target = join(folder, relative(rules, file));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, git(["show", `${commit}:${file}`]) ?? "");
  }
}

/** What git answers; `null`: it fails. */
function git(args: readonly string[]): string | null {
  try {
    return execFileSync("git", args, {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 1e9,
    });
  } catch {
    return null;
  }
}
