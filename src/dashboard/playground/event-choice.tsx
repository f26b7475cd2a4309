import type { JSX } from "preact";
import { SAMPLES } from "../../events/samples.ts";
import type { LogEntry } from "../../model/ledger.ts";
import { locationPath } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { timeInWords } from "../time/time.ts";
import { useQuery } from "../ask/use-query.ts";

const NEWEST = 20;

/** Where an event can be taken from: a sample, or the location's log. */
export type EventSource =
  | { readonly from: "sample"; readonly name: string }
  | { readonly from: "log"; readonly key: string; readonly contactId: string };

/** The text in which a draft remembers where its event came from. */
export function sourceWord(source: EventSource): string {
  return source.from === "sample" ? `sample ${source.name}` : `log ${source.contactId} ${source.key}`;
}

/** A choice of the samples and of the location's newest events. */
export function EventChoice({
  chosen,
  onChoose,
}: {
  readonly chosen: string;
  readonly onChoose: (source: EventSource) => void;
}): JSX.Element {
  const { locationId, zone } = usePlace();
  const { answer } = useQuery<{ events: readonly LogEntry[] }>(locationPath(locationId, "events"), { limit: NEWEST });
  const recorded = (answer?.events ?? []).map((entry): Option => {
    const source: EventSource = { from: "log", key: entry.eventKey, contactId: entry.contactId };
    const what = [entry.kind === "OutboundMessage" ? null : entry.kind, entry.channel, entry.outcome].filter(Boolean);
    const words = `${timeInWords(entry.receivedAt, zone, Date.now())} ${what.join(" ")}, ${entry.contactId}`;
    return { source, word: sourceWord(source), words };
  });
  const isListed = [...SAMPLE_OPTIONS, ...recorded].some(({ word }) => word === chosen);
  const choose = (word: string): void => {
    const option = [...SAMPLE_OPTIONS, ...recorded].find((one) => one.word === word);
    if (option) onChoose(option.source);
  };
  return (
    <label class="field">
      Taken from
      <select value={isListed ? chosen : ""} onChange={(event) => choose(event.currentTarget.value)}>
        {isListed ? null : <option value="">{chosen === "" ? "as it is typed" : "a recorded event"}</option>}
        <optgroup label="Samples">{SAMPLE_OPTIONS.map(shown)}</optgroup>
        {recorded.length === 0 ? null : <optgroup label="Recorded here, newest first">{recorded.map(shown)}</optgroup>}
      </select>
    </label>
  );
}

interface Option {
  readonly source: EventSource;
  readonly word: string;
  readonly words: string;
}

const SAMPLE_OPTIONS: readonly Option[] = Object.entries(SAMPLES).map(([name, { about }]) => {
  const source: EventSource = { from: "sample", name };
  return { source, word: sourceWord(source), words: about };
});

function shown({ word, words }: Option): JSX.Element {
  return (
    <option key={word} value={word}>
      {words}
    </option>
  );
}
