// What a comparison of rules found, as a person wants it: lines for a terminal, or Markdown for a pull request. Pure.
import { amount } from "../kit/amount.ts";
import { trustInWords, untestedInWords } from "../language/comparison-words.ts";
import {
  isWorthTelling,
  textCounts,
  type ChangedText,
  type Comparison,
  type RuleChange,
  type Text,
} from "../model/comparison.ts";

/** A block of a report: a heading, and lines below it. */
interface Block {
  readonly heading: string;
  readonly lines: readonly string[];
}

const SHOWN_TEXTS = 20;
const SHOWN_CHARACTERS = 120;

/** The report for a terminal. */
export function reportLines(compared: Comparison, failed: readonly string[], shown = SHOWN_TEXTS): readonly string[] {
  return [
    summaryOf(compared),
    ...blocksOf(compared, shown).flatMap(({ heading, lines }) => ["", heading, ...lines.map((line) => `  ${line}`)]),
    ...failed.flatMap((why) => ["", `FAILED  ${why}`]),
  ];
}

/** The report as Markdown. */
export function reportMarkdown(compared: Comparison, failed: readonly string[], shown = SHOWN_TEXTS): string {
  const rules = compared.rules.filter(isWorthTelling);
  const cell = ([before, after]: readonly [number, number]): string =>
    before === after ? String(before) : `${before} → **${after}**`;
  const rows = rules.map(
    ({ rule, change, fires, texts, others }) =>
      `| \`${rule}\` | ${change} | ${cell(fires)} | ${cell(texts)} | ${cell(others)} |`,
  );
  const table = ["| rule | | fires | texts | other actions |", "|---|---|---|---|---|", ...rows];
  const blocks = blocksOf(compared, shown).filter(({ heading }) => heading !== RULES);
  const text = [
    "### What this change of rules does",
    "",
    escaped(summaryOf(compared)),
    ...(rows.length === 0 ? [] : ["", ...table]),
    ...blocks.flatMap(({ heading, lines }) => [
      "",
      `<details><summary>${escaped(heading)}</summary>`,
      "",
      ...lines.map((line) => `- ${escaped(line)}`),
      "",
      "</details>",
    ]),
    ...failed.flatMap((why) => ["", `**Failed**: ${escaped(why)}`]),
  ];
  return `${text.join("\n")}\n`;
}

const RULES = "Rules";

function summaryOf(compared: Comparison): string {
  const { events, from, to, locationId } = compared;
  const { gained, lost, changed } = textCounts(compared);
  if (from === null || to === null) return `No event of location ${locationId} to replay`;
  const when = `${from.slice(0, 10)} to ${to.slice(0, 10)}`;
  const words = [`${gained} more`, `${lost} fewer`, `${changed} other`];
  return `${amount(events, "event")} of location ${locationId}, ${when}: ${words.join(", ")} texts`;
}

function blocksOf(compared: Comparison, shown: number): readonly Block[] {
  const { rules, gained, lost, changed, untested } = compared;
  const counts = textCounts(compared);
  const told = rules.filter(isWorthTelling);
  const width = Math.max(0, ...told.map(({ rule }) => rule.length));
  const blocks: Block[] = [
    { heading: RULES, lines: told.map((change) => ruleLine(change, width)) },
    { heading: `Would get a text, and did not (${counts.gained})`, lines: textLines(gained, counts.gained, shown) },
    { heading: `Would no longer get a text (${counts.lost})`, lines: textLines(lost, counts.lost, shown) },
    {
      heading: `Would get another text, or at another time (${counts.changed})`,
      lines: changedLines(changed, counts.changed, shown),
    },
    { heading: "What no event ever tested", lines: untested.map(untestedInWords) },
    { heading: "How far this can be trusted", lines: trustInWords(compared) },
  ];
  return blocks.filter(({ lines }) => lines.length > 0);
}

/** `missed-call  changed  fires 41 → 58, texts 39 → 12`. */
function ruleLine({ rule, change, fires, texts, others }: RuleChange, width: number): string {
  const counts = Object.entries({ fires, texts, others }).flatMap(([what, [before, after]]) =>
    before === 0 && after === 0 && what !== "fires" ? [] : [`${what} ${before} → ${after}`],
  );
  return `${rule.padEnd(width)}  ${change.padEnd(7)}  ${counts.join(", ")}`;
}

function textLines(texts: readonly Text[], all: number, shown: number): readonly string[] {
  return [...texts.slice(0, shown).map(textLine), ...more(all - shown)];
}

function textLine({ contactId, name, at, messageType, rule, text }: Text): string {
  return `${contactId}${name === undefined ? "" : ` ${name}`}  ${at.slice(0, 16)}Z  ${messageType} of ${rule}: ${quoted(text)}`;
}

function changedLines(changed: readonly ChangedText[], all: number, shown: number): readonly string[] {
  const lines = changed.slice(0, shown).flatMap(({ before, after }) => {
    const moved = before.at === after.at ? "" : `, ${before.at.slice(0, 16)}Z → ${after.at.slice(0, 16)}Z`;
    const words = before.text === after.text ? quoted(after.text) : `${quoted(before.text)} → ${quoted(after.text)}`;
    return [`${after.contactId}  ${after.messageType} of ${after.rule}${moved}: ${words}`];
  });
  return [...lines, ...more(all - shown)];
}

function more(count: number): readonly string[] {
  return count > 0 ? [`and ${count} more: --json has all, --show N as many`] : [];
}

function quoted(text: string | null): string {
  if (text === null) return "no text: it is a template of HighLevel's, or names what the log does not have";
  const line = text.replaceAll(/\s+/g, " ");
  return `“${line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line}”`;
}

/** Text from outside is no markup. */
function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_{}[\]()#+!|~@-]/g, (sign) =>
      sign === "-" || sign === "(" || sign === ")" || sign === "+" ? sign : `\\${sign}`,
    );
}
