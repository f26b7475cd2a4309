import { useEffect, useState } from "preact/hooks";
import { whileSeen } from "../ask/while-seen.ts";

const TICK_MS = 1_000;

/** One clock for everything that shows the time, however many rows that is. It stops while the page is not visible. */
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

/** The time rounded down to `stepMs`, in milliseconds since 1970; it renders again with each step. */
export function useNow(stepMs = TICK_MS): number {
  const [now, setNow] = useState(() => stepAt(stepMs));
  useEffect(() => onTick(() => setNow(stepAt(stepMs))), [stepMs]);
  return now;
}

function stepAt(stepMs: number): number {
  return Math.floor(Date.now() / stepMs) * stepMs;
}
