import { theme } from "./theme.ts";

/** On dark ground; Okabe and Ito's blue and orange, which the colour-blind tell apart. The tumour's line is thicker. */
export const sheetColours = {
  ground: "#15181c",
  text: "#e8eaed",
  faint: "#9aa3ad",
  lungs: theme.colours[5]!,
  tumour: theme.colours[4]!,
  kept: "#ffffff",
} as const;
