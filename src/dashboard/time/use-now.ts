import { useEffect, useState } from "preact/hooks";
import { whileSeen } from "../ask/while-seen.ts";

const TICK_MS = 1_000;

/** One clock for all that shows the time, however many rows that are. It stands still while nobody looks. */
const listeners = new Set<() => void>();
let stop: (() => void) | null = null;

function onTick(listener: () => void): () => void {
  listeners.add(listener);
  stop ??= whileSeen(() => listeners.forEach((tell) => tell()), TICK_MS, document);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stop?.();
    stop = null;
  };
}

/** The time, a step at a time: the beginning of the step that runs, milliseconds since 1970. */
export function useNow(stepMs = TICK_MS): number {
  const [now, setNow] = useState(() => stepAt(stepMs));
  useEffect(() => onTick(() => setNow(stepAt(stepMs))), [stepMs]);
  return now;
}

function stepAt(stepMs: number): number {
  return Math.floor(Date.now() / stepMs) * stepMs;
}
