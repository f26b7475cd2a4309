// A uPlot chart over time: lines and areas in the page's colours, and a brush that filters.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { dateInWords, hourInWords } from "../time/time.ts";
import { ticksInWords } from "./ticks.ts";

/** One line of a chart. */
export interface Series {
  readonly label: string;
  /** A custom property of the style sheet. */
  readonly color: `--${string}`;
  readonly values: readonly number[];
  readonly filled?: boolean;
}

const HEIGHT = 220;
const NARROWEST_BRUSH = 6;

/** Values over time. `at`: the start of each bucket, milliseconds since 1970. */
export function Chart({
  at,
  series,
  zone,
  label,
  onBrush,
}: {
  readonly at: readonly number[];
  readonly series: readonly Series[];
  readonly zone: string;
  readonly label: string;
  readonly onBrush: (fromMs: number, toMs: number) => void;
}): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const brush = useRef(onBrush);
  brush.current = onBrush;
  const scheme = useRef(matchMedia("(prefers-color-scheme: dark)"));
  const shape = JSON.stringify([zone, series.map((one) => [one.label, one.color])]);
  const data: uPlot.AlignedData = [
    [...at, endOf(at)].map((time) => time / 1_000),
    // The last bucket is as wide as the others, so its value is repeated at its end.
    ...series.map(({ values }) => [...values, values.at(-1) ?? 0]),
  ];
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const draw = (): void => {
      plot.current?.destroy();
      const made = new uPlot(options(element, series, zone), latest.current, element);
      made.root.setAttribute("aria-hidden", "true");
      plot.current = made;
    };
    draw();
    const select = (event: Event): void => {
      if (event instanceof CustomEvent) brush.current(...(event.detail as [number, number]));
    };
    element.addEventListener("brush", select);
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    const dark = scheme.current;
    dark.addEventListener("change", draw);
    return () => {
      dark.removeEventListener("change", draw);
      resized.disconnect();
      element.removeEventListener("brush", select);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(latest.current), [JSON.stringify(data)]);
  return <div class="chart" ref={host} role="img" aria-label={label} />;
}

function endOf(at: readonly number[]): number {
  const [first = 0, second = first] = at;
  return (at.at(-1) ?? 0) + (second - first);
}

function options(element: HTMLElement, series: readonly Series[], zone: string): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const axis: uPlot.Axis = {
    stroke: color("--chart-ink"),
    grid: { stroke: color("--chart-grid"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui",
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), zone),
    legend: { live: true },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
    scales: { y: { range: (_, _min, max) => [0, Math.max(4, max * 1.1)] } },
    axes: [
      { ...axis, values: (_, splits) => ticksInWords(splits, zone) },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000] },
    ],
    series: [
      { value: (_, seconds) => (seconds === null ? "" : clock(seconds, zone)) },
      ...series.map((one): uPlot.Series => ({
        label: one.label,
        stroke: color(one.color),
        width: 1.5,
        points: { show: false },
        ...(stepped ? { paths: stepped } : {}),
        ...(one.filled ? { fill: `color-mix(in srgb, ${color(one.color)} 18%, transparent)` } : {}),
      })),
    ],
    hooks: {
      setSelect: [
        (made) => {
          const { left, width } = made.select;
          if (width < NARROWEST_BRUSH) return;
          const [from, to] = [made.posToVal(left, "x") * 1_000, made.posToVal(left + width, "x") * 1_000];
          element.dispatchEvent(new CustomEvent("brush", { detail: [from, to] }));
        },
      ],
    },
  };
}

function clock(seconds: number, zone: string): string {
  return `${dateInWords(seconds * 1_000, zone)}, ${hourInWords(seconds * 1_000, zone)}`;
}
