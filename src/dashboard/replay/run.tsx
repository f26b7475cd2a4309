// Runs a replay of this location's last month with other rules, and shows what came of it.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { textCounts, type Comparison } from "../../model/comparison.ts";
import type { Rule } from "../../model/rule.ts";
import { get } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { announce } from "../parts/announce.tsx";
import { counted } from "../parts/counted.ts";
import { ReplayResult } from "./result.tsx";
import { Enough, OfAPart, Underway } from "./underway.tsx";
import { REPLAYED_DAYS, useReplay, type ReplayState, type Sets } from "./use-replay.ts";

/** What the other rules can be put beside. */
const BESIDE = { was: "what was decided then", now: "the rules in force today" } as const;
type Beside = keyof typeof BESIDE;

/** The rules in force, for every location. */
export async function rulesInForce(): Promise<readonly Rule[]> {
  return (await get<{ rules: readonly Rule[] }>("/api/rules")).rules;
}

export function RunReplay({
  rules,
  about,
  otherSince,
  onDone,
  children,
}: {
  /** The rules that are to be tried, for every location; it rejects with a `Problem`. */
  readonly rules: () => Promise<readonly Rule[]>;
  /** Names what is tried; a result about something else is old. */
  readonly about: string;
  /** What is said of an old result. */
  readonly otherSince: string;
  /** Is told of what was found about `about`, and that it is gone again: `null`. */
  readonly onDone?: (found: { readonly compared: Comparison; readonly about: string } | null) => void;
  /** What is said before the first run. */
  readonly children: ComponentChildren;
}): JSX.Element {
  const { locationId } = usePlace();
  const { state, start, stop } = useReplay<string>(locationId);
  const [beside, setBeside] = useState<Beside>("was");
  const select = useId();
  const isBusy = state.at === "begins" || state.at === "reads";
  const sets = async (): Promise<Sets> => {
    const [after, before] = await Promise.all([rules(), beside === "was" ? null : rulesInForce()]);
    return { before, after };
  };
  useEffect(() => {
    if (state.at !== "done") return onDone?.(null);
    announce(inWords(state.compared));
    // A part of the log is no result to keep.
    onDone?.(state.isWhole ? { compared: state.compared, about: state.about } : null);
  }, [state]);
  return (
    <>
      <div class="replay-run">
        <label class="field" for={select}>
          Beside
          <select
            id={select}
            value={beside}
            disabled={isBusy}
            onChange={({ currentTarget }) => setBeside(currentTarget.value as Beside)}
          >
            {Object.entries(BESIDE).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="primary" disabled={isBusy} onClick={() => start(sets, about)}>
          {isBusy ? "Replaying…" : `Replay the last ${REPLAYED_DAYS} days`}
        </button>
        <Enough isBusy={isBusy} stop={stop} />
      </div>
      <Came state={state} about={about} otherSince={otherSince}>
        {children}
      </Came>
    </>
  );
}

function Came({
  state,
  about,
  otherSince,
  children,
}: {
  readonly state: ReplayState<string>;
  readonly about: string;
  readonly otherSince: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  if (state.at !== "done") return <Underway state={state}>{children}</Underway>;
  return (
    <div class={state.about === about ? undefined : "is-old"}>
      {state.about === about ? null : <p class="quiet-note">{otherSince}</p>}
      {state.isWhole ? null : <OfAPart />}
      <ReplayResult compared={state.compared} here />
    </div>
  );
}

function inWords(compared: Comparison): string {
  const { gained, lost, changed } = textCounts(compared);
  return `${counted(compared.events)} events replayed: ${counted(gained)} more, ${counted(lost)} fewer, ${counted(changed)} other texts`;
}
