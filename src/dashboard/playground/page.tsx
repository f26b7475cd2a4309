// The playground: a rule on the left, an event on the right, and below them what would be decided, as you type.
// Nothing that happens here is recorded or sent.
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import schema from "../../../schema/rule.schema.json";
import { problemOf, type Problem } from "../ask/api.ts";
import type { PageProps } from "../address/routes.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Publish } from "./publish.tsx";
import { download } from "./download.ts";
import { firstDraft, sampleFor, sampleText, useDraft } from "./draft.ts";
import { Editor, type EditorHandle } from "./editor.tsx";
import { EventChoice, sourceWord, type EventSource } from "./event-choice.tsx";
import { Findings, issuesOfEvent, placed, type Said } from "./findings.tsx";
import { Outcome } from "./outcome.tsx";
import { FIRST_NAME } from "./rule-file.ts";
import { draftNamed, Try, type TriedDraft } from "./try.tsx";
import { recordedEvent, useAddress } from "./use-address.ts";
import { isWithKnown, payloadIn, useCheck } from "./use-check.ts";

const NOT_A_PAYLOAD: Said = {
  pointer: "",
  code: "EVENT_JSON",
  message: "The event is not a JSON object, write the payload as HighLevel sends it",
  severity: "error",
};

export function Playground({ route }: PageProps): JSX.Element {
  const { locationId } = usePlace();
  const drafting = useDraft(locationId);
  const { draft, type, replace, revision } = drafting;
  const lost = useAddress(route.query, drafting, locationId);
  const { checked, explained, problem } = useCheck(draft, locationId);
  const [tried, setTried] = useState<TriedDraft | null>(null);
  const [noEvent, setNoEvent] = useState<Problem | null>(null);
  const rule = useRef<EditorHandle>(null);
  const event = useRef<EditorHandle>(null);

  const ofRule = useMemo(() => (checked ? placed(checked.draft.text, checked.answer.findings) : []), [checked]);
  const payload = useMemo(() => payloadIn(draft.event), [draft.event]);
  const hasPayload = payload !== null;
  const isInside = payload !== null && isWithKnown(payload);
  const ofEvent = useMemo(
    () =>
      hasPayload
        ? checked
          ? placed(checked.draft.event, issuesOfEvent(checked.answer.issues, isInside))
          : []
        : placed(draft.event, [NOT_A_PAYLOAD]),
    [checked, hasPayload, isInside, hasPayload ? "" : draft.event],
  );
  const choosing = useRef(new AbortController());
  const choose = (source: EventSource): void => {
    // An earlier choice may still be loading: it is no longer wanted.
    choosing.current.abort();
    choosing.current = new AbortController();
    const { signal } = choosing.current;
    setNoEvent(null);
    if (source.from === "sample")
      return replace({ event: sampleText(source.name, locationId), eventFrom: sourceWord(source) });
    recordedEvent(locationId, source.key, source.contactId, signal).then(replace, (error: unknown) => {
      if (!signal.aborted) setNoEvent(problemOf(error));
    });
  };
  const examples = checked?.answer.examples;
  // A sample that nobody has changed follows the kinds that the rule looks at.
  const on = checked?.answer.rule?.on;
  useEffect(() => {
    const fitting = on === undefined ? null : sampleFor(on, draft.eventFrom);
    if (fitting !== null) choose({ from: "sample", name: fitting });
  }, [on?.join()]);
  return (
    <>
      <div class="title">
        <h1>Playground</h1>
        <span class="quiet-note">Nothing here is recorded or sent.</span>
      </div>
      {lost ? <ProblemNote problem={lost} /> : null}
      {problem ? <ProblemNote problem={problem} /> : null}
      <div class="columns">
        <section class="panel draft" aria-labelledby="draft-rule">
          <div class="title">
            <h2 id="draft-rule">Rule</h2>
            <span class="buttons">
              <button type="button" onClick={() => download(`${draft.name || FIRST_NAME}.json`, draft.text)}>
                Download the rule file
              </button>
              <CopyButton label="Copy" text={() => draft.text} />
              <Publish
                name={draft.name}
                text={draft.text}
                compared={tried?.about === draftNamed(draft.name, draft.text) ? tried.compared : null}
              />
              <button type="button" class="quiet" onClick={() => replace(firstDraft(locationId))}>
                Start over
              </button>
            </span>
          </div>
          <label class="field">
            Name
            <input
              value={draft.name}
              spellcheck={false}
              autocomplete="off"
              onInput={({ currentTarget }) => type({ name: currentTarget.value.trim() })}
            />
          </label>
          <Editor
            text={draft.text}
            revision={revision}
            onText={(text) => type({ text })}
            label="The rule, as JSON"
            placeholder="Type { or press Ctrl Space"
            schema={schema}
            marks={ofRule}
            handle={rule}
          />
          <p class="quiet-note hint">Ctrl Space completes. Tab indents; press Escape, then Tab, to leave the editor.</p>
          <Findings
            findings={ofRule}
            label="Findings of the rule"
            none={checked ? `No findings. ${examplesInWords(examples)}` : "Checking…"}
            onShow={(place) => rule.current?.show(place)}
          />
        </section>
        <section class="panel draft" aria-labelledby="draft-event">
          <div class="title">
            <h2 id="draft-event">Event</h2>
          </div>
          <EventChoice chosen={draft.eventFrom} onChoose={choose} />
          {noEvent ? <ProblemNote problem={noEvent} /> : null}
          <Editor
            text={draft.event}
            revision={revision}
            onText={(text) => type({ event: text, eventFrom: "" })}
            label="The event's payload, as JSON"
            placeholder="A payload as HighLevel sends it"
            marks={ofEvent}
            handle={event}
          />
          <p class="quiet-note hint">
            It is taken to come from this location, in its place in the log. With{" "}
            <code>{'{ "event": {…}, "contact": {…}, "location": {…} }'}</code> you say what is known beside it.
          </p>
          <Findings
            findings={ofEvent}
            label="Findings of the event"
            none={checked ? "The event can be used." : "Checking…"}
            onShow={(place) => event.current?.show(place)}
          />
        </section>
      </div>
      <section class="panel decided" aria-labelledby="decided">
        <h2 id="decided">What would be decided</h2>
        <Outcome
          explained={explained}
          window={checked?.answer.rule?.window ?? null}
          isOld={checked !== null && (checked.answer.explained === null || !hasPayload)}
        />
      </section>
      <Try name={draft.name} text={draft.text} onTried={setTried} />
    </>
  );
}

function examplesInWords(examples: { readonly passed: number } | undefined): string {
  const { passed = 0 } = examples ?? {};
  return passed === 0 ? "" : passed === 1 ? "Its example comes out." : `Its ${passed} examples come out.`;
}
