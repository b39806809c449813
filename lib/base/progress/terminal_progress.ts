import cliProgress from "cli-progress";
import { createProgress, formatSeconds, type Progress, progressLine } from "./progress.ts";

/** The part of `SingleBar` of cli-progress that is used; the package has no types. */
interface Bar {
  start(total: number, value: number, payload: { readonly line: string }): void;
  update(value: number, payload: { readonly line: string }): void;
  stop(): void;
}

/** Seconds between two lines of a log, where there is no terminal to draw a bar in. */
const LOG_SECONDS = 10;

/**
 * Progress on stderr: a bar with the time left in a terminal, and a line every 10 s elsewhere (a log, CI).
 *
 * @example
 * ```ts
 * import { terminalProgress } from "@ctsurv/ctsurv/base";
 *
 * const progress = terminalProgress();
 * progress.start("reading scans", 3);
 * for (let scan = 0; scan < 3; scan++) progress.tick();
 * progress.done("3 scans read"); // on stderr: 3 scans read (0 s)
 * ```
 */
export function terminalProgress(): Progress {
  const withTime = (summary: string, seconds: number) => console.error(`${summary} (${formatSeconds(seconds)})`);
  if (!Deno.stderr.isTerminal()) {
    return createProgress({
      show: (state) => console.error(progressLine(state)),
      end: (summary, { seconds }) => withTime(summary, seconds),
      everySeconds: LOG_SECONDS,
    });
  }
  let bar: Bar | undefined;
  return createProgress({
    show(state) {
      const payload = { line: progressLine(state) };
      if (state.value === 0 || !bar) {
        bar?.stop();
        bar = new cliProgress.SingleBar({
          format: "{bar} {line}",
          barsize: 30,
          clearOnComplete: true,
          hideCursor: true,
        }, cliProgress.Presets.shades_classic) as Bar;
        bar.start(state.total, state.value, payload);
      } else bar.update(state.value, payload);
    },
    end(summary, { seconds }) {
      bar?.stop();
      bar = undefined;
      withTime(summary, seconds);
    },
    everySeconds: 0.1,
  });
}
