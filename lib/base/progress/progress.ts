/** How far long work has come, for whoever waits. One task at a time. */
export interface Progress {
  /** Begins a task of `total` steps, such as patients. */
  start(label: string, total: number): void;
  /** Says that `steps` more are done (default 1). */
  tick(steps?: number): void;
  /** Ends the task. `summary` stays to be read, such as "80 patients embedded"; default: the label and the count. */
  done(summary?: string): void;
}

/** Where a task stands, and the line that says so. */
export interface ProgressState {
  readonly label: string;
  readonly total: number;
  readonly value: number;
  /** Wall time since the start. */
  readonly seconds: number;
}

/** A line such as "embedding: 12/80, 1 min 20 s left". Nothing is foretold before the first step is done. */
export function progressLine({ label, total, value, seconds }: ProgressState): string {
  const left = value > 0 && value < total ? `, ${formatSeconds(seconds / value * (total - value))} left` : "";
  return `${label}: ${value}/${total}${left}`;
}

/** A duration for people: "8 s", "1 min 20 s", "2 h 5 min". */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * Turns "the state changed" into a `Progress`. `show` is called at most once per `everySeconds`, and always at the
 * start; `end` with the summary.
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
