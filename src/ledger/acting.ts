// What an operator changes, with its row in the audit log: every change of `model/rpc.ts` comes through here.
import type { AuditNote } from "../model/audit.ts";
import type { ImportPart } from "../model/import.ts";
import type { Answering, ChangingCalls } from "../model/rpc.ts";
import { find } from "./deliveries/lists.ts";
import * as tasks from "./deliveries/tasks.ts";
import { acted, summary } from "./log/audit.ts";
import type { Importing } from "./importing.ts";
import type { Pausing } from "./pausing.ts";
import type { LedgerTokens } from "./highlevel/tokens.ts";
import type { Sql } from "./store/ports.ts";

type Args = readonly unknown[];

interface ActingParts {
  readonly pausing: Pausing;
  readonly tokens: LedgerTokens;
  readonly importing: Importing;
  /** Where alerts go, without the URL. */
  readonly alerts: () => unknown;
}

/** How what a call is about stands, before it; and whether it will change nothing: it only counts, or ends what is not there. */
interface Acted {
  readonly before?: (sql: Sql, parts: ActingParts, args: Args, nowMs: number) => unknown;
  readonly isIdle?: (args: Args, parts: ActingParts) => boolean;
}

const delivery: Acted = { before: (sql, _, [id], nowMs) => find(sql, String(id), nowMs) };
const token: Acted = { before: (_, { tokens: kept }) => kept.told() };
const many: Acted = { isIdle: ([, , isDryRun]) => isDryRun === true };

/** Complete, or it does not compile. */
const ACTED: { readonly [Call in keyof ChangingCalls]: Acted } = {
  retry: delivery,
  releaseDelivery: delivery,
  cancel: delivery,
  retryDead: many,
  cancelScheduled: many,
  releaseDeliveries: many,
  discardDeliveries: many,
  completeTask: { before: (sql, _, [id]) => tasks.find(sql, String(id)) },
  pause: { before: (_, { pausing }, [, rule]) => ({ pause: pausing.present(rule as string | null) }) },
  resume: {
    before: (_, { pausing }, [rule]) => ({ pause: pausing.present(rule as string | null) }),
    isIdle: ([rule], { pausing }) => !pausing.isPausedHere(rule as string | null),
  },
  storeToken: token,
  forgetToken: token,
  setAlerts: { before: (_, { alerts }) => alerts() },
  eraseContact: {},
  importRows: { isIdle: ([, part], { importing }) => importing.isBetween(part as ImportPart | null) },
};

/** Makes a change, and notes it; what changes nothing is not noted. */
export function act(
  { sql, parts, nowMs, ledger }: ActingWorld,
  note: AuditNote,
  call: keyof ChangingCalls,
  args: Args,
): unknown {
  const { before, isIdle } = ACTED[call];
  const run = (): unknown => Reflect.apply(ledger[call], ledger, args);
  if (isIdle?.(args, parts)) return run();
  const stood = before?.(sql, parts, args, nowMs);
  return acted(sql, note, nowMs, stood ? summary(stood) : null, run);
}

interface ActingWorld {
  readonly sql: Sql;
  readonly parts: ActingParts;
  readonly nowMs: number;
  readonly ledger: Answering<ChangingCalls>;
}
