import { Fragment, type JSX } from "preact";
import type { Json } from "../../kit/json.ts";
import { differencesOf, sentencesOf, type ChangedRule, type Sentence } from "./rule-diff.ts";

const SHOWN = 30;
const SHOWN_CHARACTERS = 300;

/** A rule as it is now, with what it said before; below it each value that differs. */
export function ChangedRuleWords({ changed }: { readonly changed: ChangedRule }): JSX.Element {
  const differences = differencesOf(changed);
  return (
    <>
      <dl class="rule-words">
        {sentencesOf(changed).map((sentence, index, all) => (
          <Fragment key={`${sentence.part} ${sentence.is} ${sentence.words}`}>
            {all[index - 1]?.part === sentence.part ? null : <dt>{sentence.part}</dt>}
            <dd>
              <Said sentence={sentence} />
            </dd>
          </Fragment>
        ))}
      </dl>
      <details>
        <summary>{differences.length === 1 ? "1 value differs" : `${differences.length} values differ`}</summary>
        <ul class="differences">
          {differences.slice(0, SHOWN).map(({ pointer, before, after }) => (
            <li key={pointer}>
              <code>{pointer}</code> {before === undefined ? "came: " : <del>{shortened(before)}</del>}{" "}
              {after === undefined ? "went" : <ins>{shortened(after)}</ins>}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

function Said({ sentence: { is, words } }: { readonly sentence: Sentence }): JSX.Element {
  if (is === "same") return <>{words}</>;
  return is === "gone" ? (
    <del>
      <span class="hidden">Before: </span>
      {words}
    </del>
  ) : (
    <ins>
      <span class="hidden">Now: </span>
      {words}
    </ins>
  );
}

function shortened(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
