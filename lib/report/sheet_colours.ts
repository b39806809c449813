import { theme } from "./theme.ts";

/** On dark ground; blue and orange of Okabe and Ito, which the colour-blind tell apart. The tumour's line is thicker too. */
export const sheetColours = {
  ground: "#15181c",
  text: "#e8eaed",
  faint: "#9aa3ad",
  lungs: theme.colours[5]!,
  tumour: theme.colours[4]!,
  kept: "#ffffff",
} as const;
