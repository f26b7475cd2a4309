// HighLevel as a location or an agency calls it: base URL, version, token, time limit, and HighLevel's limits on calls. A token that HighLevel
// refuses is refreshed once.
import type { ActionPorts } from "../../act/contract/action-kind.ts";
import { withoutSecrets } from "../../act/outbound/strike.ts";
import { answerText } from "../../highlevel/answer-text.ts";
import { lacksScope } from "../../highlevel/scopes.ts";
import type { HighLevelAccount, HighLevelAnswer, HighLevelRequest, Leaves, Tokens } from "../../highlevel/account.ts";
import { outgoing } from "../../highlevel/outgoing.ts";
import type { HighLevelSettings } from "../../model/configuration.ts";
import type { HighLevelClock } from "./clock.ts";
import type { HighLevelLimits } from "./limits.ts";

const TIMEOUT_MS = 20_000;
const UNAUTHORIZED = 401;
/** Whoever waits for its turn looks so often, and rests in between. */
const TURNS = 12;
const TURN_MS = 250;
/** More than is ever shown of an answer. */
const SHOWN_CHARACTERS = 16_384;

/** The part of the limits that a call uses. */
export type CallLimits = Pick<HighLevelLimits, "mayLeave" | "leaves">;

export class LedgerAccount implements HighLevelAccount {
  readonly #highlevel: Pick<HighLevelSettings, "api" | "apiVersion">;
  readonly #ports: Pick<ActionPorts, "fetch" | "timeLimit">;
  readonly #tokens: Tokens;
  readonly #limits: CallLimits;
  readonly #time: HighLevelClock | null;

  /** `time` learns from what is answered. */
  constructor(
    highlevel: Pick<HighLevelSettings, "api" | "apiVersion">,
    ports: Pick<ActionPorts, "fetch" | "timeLimit">,
    tokens: Tokens,
    limits: CallLimits,
    time: HighLevelClock | null = null,
  ) {
    this.#time = time;
    this.#highlevel = highlevel;
    this.#ports = ports;
    this.#tokens = tokens;
    this.#limits = limits;
  }

  async call(request: HighLevelRequest, leaves: Leaves = () => true): Promise<HighLevelAnswer> {
    const token = await this.#tokens.current();
    if (!token.ok) return token.failure;
    const answer = await this.#send(request, token.value, leaves);
    if (answer.kind !== "answer" || answer.status !== UNAUTHORIZED || lacksScope(answer)) return answer;
    // It was refused, so nothing was done: try once more with another token, if there is one.
    const other = await this.#tokens.insteadOf(token.value);
    if (other === null) return answer;
    return other.ok ? this.#send(request, other.value, leaves) : other.failure;
  }

  async #send(asked: HighLevelRequest, token: string, leaves: Leaves): Promise<HighLevelAnswer> {
    const answer = await this.#answered(asked, token, leaves);
    if (answer.kind === "answer") this.#tokens.heard?.(token, asked, answer);
    return answer;
  }

  async #answered(asked: HighLevelRequest, token: string, leaves: Leaves): Promise<HighLevelAnswer> {
    const { url, body, ...sent } = outgoing(this.#highlevel, asked, token);
    const request = new Request(url, {
      ...sent,
      ...(body === null ? {} : { body }),
      redirect: "manual",
      signal: this.#ports.timeLimit(TIMEOUT_MS),
    });
    if (!this.#limits.mayLeave()) return { kind: "no-room" };
    if (!leaves(outgoing(this.#highlevel, asked))) return { kind: "stopped" };
    const counted = this.#limits.leaves();
    const heard = this.#time?.asked();
    try {
      const response = await this.#ports.fetch(request);
      counted.answered(response);
      heard?.(response.headers);
      // Answers are kept and shown, so a token that is quoted in one is replaced.
      return {
        kind: "answer",
        status: response.status,
        body: withoutToken(await answerText(response), token),
      };
    } catch (error) {
      counted.ended();
      return { kind: error instanceof Error && error.name === "TimeoutError" ? "timeout" : "broken" };
    }
  }
}

/**
 * An account for what a person waits for: where there is no room, and another call is under way, it waits for its turn.
 * Limits that are used up leave no room for longer than a person waits.
 */
export function inTurn(
  account: HighLevelAccount,
  limits: Pick<HighLevelLimits, "isCalling">,
  timer: (ms: number) => Promise<void>,
): HighLevelAccount {
  return {
    async call(request, leaves) {
      for (let turns = 0; ; turns += 1) {
        const wasCalling = limits.isCalling();
        const answer = await account.call(request, leaves);
        const isTaken = wasCalling || limits.isCalling();
        if (answer.kind !== "no-room" || !isTaken || turns === TURNS) return answer;
        await timer(TURN_MS);
      }
    },
  };
}

/** No more than the beginning is kept: there a token is found in any form. */
function withoutToken(body: string, token: string): string {
  const beginning = withoutSecrets(body.slice(0, SHOWN_CHARACTERS), [token], "[token]");
  return beginning + body.slice(SHOWN_CHARACTERS).replaceAll(token, "[token]");
}
