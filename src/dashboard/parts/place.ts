// What every part of the page may need to know of where it stands.
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

/** The location that is shown, and by which clock. */
export interface Place {
  readonly locationId: string;
  /** IANA name: times are shown in it. */
  readonly zone: string;
}

export const PlaceContext = createContext<Place>({ locationId: "", zone: "UTC" });

export function usePlace(): Place {
  return useContext(PlaceContext);
}

const TICK_MS = 1_000;

/** The time, a second at a time: milliseconds since 1970. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
