import { useEffect } from "preact/hooks";
import { useQueryAt, type Asked } from "../ask/use-query.ts";
import { whileSeen } from "../ask/while-seen.ts";
import type { PublishedState } from "./in-words.ts";

const REST_MS = 5_000;
/** While not every location knows of the last change. */
const SOON_MS = 1_000;
const VERSIONS = 20;

/** What is in force, and a page of the versions, asked again every few seconds while the page is seen. */
export function usePublished(cursor: string | null): Asked<PublishedState> {
  const asked = useQueryAt<PublishedState>("", "/api/rule-sets", { limit: VERSIONS, cursor });
  const { answer, askAgain } = asked;
  const restMs = answer && answer.told < answer.locations ? SOON_MS : REST_MS;
  useEffect(() => {
    // The question itself asks at once.
    let isFirst = true;
    const again = (): void => {
      if (!isFirst) askAgain();
      isFirst = false;
    };
    return whileSeen(again, restMs, document);
  }, [restMs, askAgain]);
  return asked;
}
