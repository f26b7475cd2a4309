// What no rule looks at: an outcome of a channel whose other outcomes rules look at.
import { either } from "../kit/either.ts";
import { CHANNELS, type Channel } from "../model/channels.ts";
import type { EventKind } from "../model/event-kinds.ts";
import type { Outcome } from "../model/event.ts";
import { WEIGHTS, type AnalysisFinding } from "./finding.ts";
import type { AnalysedSet, Spaces } from "./set.ts";
import type { Literal } from "./groups/group.ts";
import { joined, type Logic } from "./values/logic.ts";
import type { Witnesses } from "./witnesses.ts";

/** What becomes of messages on a channel, as far as somebody may want to act on it. */
const TELLING: { readonly [C in Channel]?: readonly Outcome[] } = {
  sms: ["delivered", "failed", "opted-out"],
  email: ["delivered", "failed", "opened", "clicked", "bounced", "complained", "unsubscribed"],
  call: ["answered", "voicemail", "no-answer", "busy", "failed"],
  voicemail: ["delivered", "failed"],
  whatsapp: ["delivered", "read", "failed"],
  rcs: ["delivered", "read", "failed"],
};
const KIND: EventKind = "OutboundMessage";

/** That a message is on a channel and had an outcome. */
interface Outcoming {
  readonly channel: Channel;
  readonly outcome: Outcome;
  readonly is: Logic<Literal>;
}

/** What is asked for gaps. It is made before anything is asked: groups list their samples anew for words that are new. */
export function gapQuestions(spaces: Spaces): readonly Outcoming[] {
  const space = spaces.of(KIND)?.space;
  if (!space) return [];
  const isEqual = (fact: string, value: string) => space.statement({ fact, operator: "equal", value });
  return CHANNELS.flatMap((channel) =>
    (TELLING[channel] ?? []).map((outcome) => ({
      channel,
      outcome,
      is: joined("all", [isEqual("channel", channel), isEqual("outcome", outcome)]),
    })),
  );
}

/** A finding for each channel of which rules look at some outcomes and not at others. */
export async function gapsOf(
  asked: readonly Outcoming[],
  set: AnalysedSet,
  spaces: Spaces,
  witnesses: Witnesses,
): Promise<readonly AnalysisFinding[]> {
  const rules = spaces.of(KIND);
  if (!rules) return [];
  const findings: AnalysisFinding[] = [];
  for (const [channel, own] of Map.groupBy(asked, (one) => one.channel)) {
    const missing = own.filter(({ is }) =>
      set.rules.every((rule) => !rule.on.includes(KIND) || rules.answer(rules.fires(rule), is).is === "never"),
    );
    if (missing.length === 0 || missing.length === own.length) continue;
    const [first] = missing;
    const answer = first && rules.answer(first.is);
    const witness =
      answer?.is === "met" ? await witnesses.whole(KIND, answer.value, (fired) => fired.size === 0) : null;
    findings.push({
      code: "GAP",
      weight: WEIGHTS.GAP,
      rules: [],
      message: `No rule looks at events of channel "${channel}" whose outcome is ${either(
        missing.map(({ outcome }) => outcome),
        "or",
      )}; others of that channel have rules`,
      ...(witness ? { witness } : {}),
    });
  }
  return findings;
}
