/** Shows whoever waits how far long work has come. One task at a time. */
export interface Progress {
  /** Begins a task of `total` steps, such as patients. The label names it in every line. */
  start(label: string, total: number): void;
  /** Says that `steps` more are done (default 1). */
  tick(steps?: number): void;
  /** Ends the task. The summary stays on the screen; by default it is the label and the count. */
  done(summary?: string): void;
}

/** How far a task has come. */
export interface ProgressState {
  /** The name of the task. */
  readonly label: string;
  /** Steps in all. */
  readonly total: number;
  /** Steps done. */
  readonly value: number;
  /** Wall time since the start. */
  readonly seconds: number;
}

/** A line such as "extracting: 12/80, 1 min 20 s left". Before the first step is done there is no time left to show. */
export function progressLine({ label, total, value, seconds }: ProgressState): string {
  const left = value > 0 && value < total ? `, ${formatSeconds(seconds / value * (total - value))} left` : "";
  return `${label}: ${value}/${total}${left}`;
}

/**
 * A duration for people.
 *
 * @example
 * ```ts
 * import { formatSeconds } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([8.2, 80, 7_510].map(formatSeconds), ["8 s", "1 min 20 s", "2 h 5 min"]);
 * ```
 */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * A `Progress` that calls functions. `show` is called at the start, and then at most once in `everySeconds`. `end` is
 * called once, with the summary.
 */
export function createProgress(
  { show, end, everySeconds }: {
    readonly show: (state: ProgressState) => void;
    readonly end: (summary: string, state: ProgressState) => void;
    readonly everySeconds: number;
  },
): Progress {
  let label = "";
  let total = 0;
  let value = 0;
  let started = 0;
  let shown = 0;
  const state = () => ({ label, total, value, seconds: (performance.now() - started) / 1000 });
  return {
    start(newLabel, newTotal) {
      [label, total, value] = [newLabel, newTotal, 0];
      started = shown = performance.now();
      show(state());
    },
    tick(steps = 1) {
      value += steps;
      if (performance.now() - shown < everySeconds * 1000) return;
      shown = performance.now();
      show(state());
    },
    done(summary = `${label}: ${value}/${total}`) {
      end(summary, state());
    },
  };
}
