// The draft among the rules in force, tried on this location's last month: all of the log decided again, with its state.
import type { JSX } from "preact";
import type { CheckedDraft } from "../../model/playground.ts";
import { byPriority, type Rule } from "../../model/rule.ts";
import type { Comparison } from "../../model/comparison.ts";
import { post, Problem } from "../ask/api.ts";
import { rulesInForce, RunReplay } from "../replay/run.tsx";

/** A draft's replay, and the draft that it is of. */
export interface TriedDraft {
  readonly compared: Comparison;
  readonly about: string;
}

/** Names a draft: another text or name is another one. */
export function draftNamed(name: string, text: string): string {
  return JSON.stringify([name, text]);
}

export function Try({
  name,
  text,
  onTried,
}: {
  readonly name: string;
  readonly text: string;
  readonly onTried: (tried: TriedDraft | null) => void;
}): JSX.Element {
  return (
    <section class="panel try" aria-labelledby="try">
      <h2 id="try">On what this location has seen</h2>
      <RunReplay
        rules={() => withDraft(name, text)}
        about={draftNamed(name, text)}
        otherSince="The rule has changed since: replay it again."
        onDone={onTried}
      >
        The whole log is decided again with the draft among the rules in force, in the place of the rule of its name:
        with limits, waits, replies and windows. Nothing is sent, and nothing recorded.
      </RunReplay>
    </section>
  );
}

/** The rules in force with the draft among them; it rejects if the draft is refused. */
async function withDraft(name: string, text: string): Promise<readonly Rule[]> {
  const [{ rule, findings }, inForce] = await Promise.all([
    post<CheckedDraft>("/api/check", { name, text }),
    rulesInForce(),
  ]);
  if (rule === null) {
    const issues = findings.filter(({ severity }) => severity === "error");
    throw new Problem(0, "DRAFT", "The rule has findings that refuse it", "Mend them first", issues);
  }
  return [...inForce.filter((one) => one.name !== rule.name), rule].toSorted(byPriority);
}
