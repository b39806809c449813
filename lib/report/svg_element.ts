/** What is used of a document's SVG nodes, whose own types come with browsers only. */
export interface SvgNode {
  textContent: string;
  setAttribute(name: string, value: string): void;
  append(...children: SvgNode[]): void;
}

/** An SVG element of a plot's document. */
export function svgElement(
  document: { createElementNS(namespace: string, name: string): unknown },
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  text = "",
): SvgNode {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name) as SvgNode;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, `${value}`);
  if (text) node.textContent = text;
  return node;
}
