import { stripVTControlCharacters } from "node:util";
import type { Message } from "./message.ts";
import type { NotebookOutput } from "./notebook_document.ts";

/** Turns a kernel's output messages into a notebook's outputs. */
export interface OutputCollector {
  /** A handler for the messages of one cell, which keeps `outputs` up to date. */
  into(outputs: NotebookOutput[]): (message: Message) => void;
}

type Displayed = Extract<NotebookOutput, { data: unknown }>;

/**
 * A collector for one notebook: neighbouring texts of one stream become one output, an update changes every display of
 * its id, in whichever cell that stands, and `clear_output` clears, with `wait` once there is something new to show.
 * Errors are left to the runner, which knows of more than the kernel reports. Terminal colours are removed.
 */
export function createOutputCollector(): OutputCollector {
  const displays = new Map<string, Displayed[]>();
  return {
    into(outputs) {
      let clearing = false;
      const add = (output: NotebookOutput) => {
        if (clearing) outputs.length = 0;
        clearing = false;
        outputs.push(output);
      };
      return ({ header, content }) => {
        switch (header.msg_type) {
          case "stream": {
            const { name, text } = content as { name: "stdout" | "stderr"; text: string };
            const plain = stripVTControlCharacters(text);
            const last = clearing ? undefined : outputs.at(-1);
            if (last?.output_type === "stream" && last.name === name) last.text += plain;
            else add({ output_type: "stream", name, text: plain });
            break;
          }
          case "display_data":
          case "execute_result":
          case "update_display_data": {
            const { data, metadata, transient, execution_count } = content as unknown as DisplayContent;
            const id = transient?.display_id;
            if (header.msg_type === "update_display_data") {
              for (const display of displays.get(id ?? "") ?? []) Object.assign(display, { data, metadata });
              break;
            }
            const output: Displayed = header.msg_type === "display_data"
              ? { output_type: "display_data", data, metadata }
              : { output_type: "execute_result", data, metadata, execution_count: execution_count ?? null };
            if (id !== undefined) displays.set(id, [...displays.get(id) ?? [], output]);
            add(output);
            break;
          }
          case "clear_output":
            if (content.wait) clearing = true;
            else outputs.length = 0;
        }
      };
    },
  };
}

interface DisplayContent {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly transient?: { readonly display_id?: string };
  readonly execution_count?: number;
}
