// Small bars: sparklines, and stacks of outcomes for each channel.
import type { JSX } from "preact";

/** Bars over time as a small picture; each is a stack of segments styled by class. */
export function Bars({
  stacks,
  label,
  height = 36,
}: {
  /** From the bottom up: a class, and one number per bar. */
  readonly stacks: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly label: string;
  readonly height?: number;
}): JSX.Element {
  const count = Math.max(1, ...stacks.map(({ values }) => values.length));
  const sums = Array.from({ length: count }, (_, index) =>
    stacks.reduce((sum, { values }) => sum + (values[index] ?? 0), 0),
  );
  const top = Math.max(1, ...sums);
  const floors = Array.from({ length: count }, () => 0);
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${count} ${top}`}
      preserveAspectRatio="none"
      height={height}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {stacks.flatMap(({ name, values }) =>
        values.map((value, index) => {
          if (value === 0) return null;
          const floor = floors[index] ?? 0;
          floors[index] = floor + value;
          return (
            <rect
              key={`${name} ${index}`}
              class={name}
              x={index + 0.08}
              width={0.84}
              y={top - floor - value}
              height={value}
            />
          );
        }),
      )}
    </svg>
  );
}

/** What the colours of bars mean. */
export function Key({
  entries,
}: {
  readonly entries: readonly { readonly bar: string; readonly words: string }[];
}): JSX.Element {
  return (
    <ul class="key" aria-label="What the colours mean">
      {entries.map(({ bar, words }) => (
        <li key={bar}>
          <svg viewBox="0 0 1 1" aria-hidden="true">
            <rect class={bar} width="1" height="1" />
          </svg>{" "}
          {words}
        </li>
      ))}
    </ul>
  );
}

/** Many numbers folded into at most `bars`, by adding up neighbours. */
export function folded(values: readonly number[], bars: number): number[] {
  const size = Math.max(1, Math.ceil(values.length / bars));
  const sums: number[] = [];
  for (let at = 0; at < values.length; at += size)
    sums.push(values.slice(at, at + size).reduce((sum, value) => sum + value, 0));
  return sums;
}
