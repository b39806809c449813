/**
 * How figures look. Okabe and Ito's colours, which people with any colour vision tell apart, on a white ground of their
 * own, a card with round corners, so that they read the same on a light and on a dark page. (Colours that change with the
 * page would have to know it: a picture in a notebook is told the system's preference, not the notebook's theme.)
 */
export const theme = {
  background: "#ffffff",
  text: "#1f2328",
  faint: "#8c959f",
  colours: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"],
  /** What this code computed. */
  ours: "#0072b2",
  /** What the paper reports. */
  reported: "#d55e00",
  /** What is known to be true, as in a phantom. */
  truth: "#e69f00",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', 'DejaVu Sans', sans-serif",
  /** px */
  fontSize: 12,
  width: 680,
  height: 340,
} as const;
