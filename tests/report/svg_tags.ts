/** The tags of one name in an SVG, those that have all of these attributes. */
export function svgTags(svg: string, name: string, ...attributes: readonly string[]): string[] {
  return (svg.match(new RegExp(`<${name}[ >][^>]*>?`, "g")) ?? [])
    .filter((tag) => attributes.every((attribute) => tag.includes(attribute)));
}

/** A number that an attribute of a tag holds. */
export function svgNumber(tag: string, attribute: string): number {
  return Number(tag.match(new RegExp(` ${attribute}="([-\\d.]+)"`))![1]);
}

/** What groups with all of these attributes hold; of groups that hold no groups. */
export function svgGroups(svg: string, ...attributes: readonly string[]): string[] {
  return [...svg.matchAll(/<g( [^>]*)>(.*?)<\/g>/gs)]
    .filter(([, own]) => attributes.every((attribute) => own!.includes(attribute)))
    .map(([, , inside]) => inside!);
}
