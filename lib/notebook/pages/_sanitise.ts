// @ts-types="@types/sanitize-html"
import sanitizeHtml from "sanitize-html";
import { type Markup, trusted } from "./_markup.ts";

/**
 * Elements and attributes that a page keeps from notebooks: text, tables, inputs that style sheets react to, vector
 * figures, formulae. Attributes are in lower case; the HTML parser restores the capitals of SVG. Whatever runs, loads
 * or navigates is left out on purpose, and so are the elements of MathML and SVG that lead back into HTML.
 */
const allowedMarkup = {
  elements: words(`
    a abbr article aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em
    fieldset figcaption figure h1 h2 h3 h4 h5 h6 hr i img input ins kbd label legend li mark meter ol output p pre
    progress q rp rt ruby s samp section small span strong style sub summary sup table tbody td tfoot th thead time tr
    u ul var wbr

    svg circle clipPath defs desc ellipse g image line linearGradient marker mask path pattern polygon polyline
    radialGradient rect stop symbol text textPath title tspan use

    math maction menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace
    msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics
  `),
  attributes: words(`
    abbr align alt border cellpadding cellspacing checked class cols colspan datetime dir disabled display for headers
    height hidden high href id lang low max min name open optimum role rows rowspan scope span src start style tabindex
    title type value width aria-* data-*

    clip-path clip-rule clippathunits color color-interpolation cx cy d direction dominant-baseline dx dy fill fill-* font-*
    fx fy gradienttransform gradientunits image-rendering letter-spacing marker-* markerheight markerunits markerwidth
    mask maskcontentunits maskunits offset opacity orient overflow paint-order pathlength patterncontentunits
    patterntransform patternunits points preserveaspectratio r refx refy rotate rx ry shape-rendering spreadmethod
    startoffset stop-* stroke stroke-* text-anchor text-decoration textlength transform transform-origin vector-effect
    viewbox visibility word-spacing writing-mode x x1 x2 xlink:href xmlns xmlns:xlink y y1 y2

    accent accentunder columnalign columnlines columnspacing columnspan depth displaystyle encoding fence form frame
    largeop linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits notation
    rowalign rowlines rowspacing rspace scriptlevel separator stretchy symmetric voffset
  `),
} as const;

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Options of {@linkcode sanitise}. */
export interface SanitizeOptions {
  /**
   * Put before every id and every reference to one, so that the clip paths of two figures of a page do not clash.
   * Without it ids stay, because links point to them.
   */
  readonly scope?: string;
  /** Gives the target of a relative link; undefined leaves the text without a link. */
  readonly link?: (href: string) => string | undefined;
  /** Pictures as data, by their address in the source. */
  readonly pictures?: Readonly<Record<string, string>>;
}

type Attributes = Readonly<sanitizeHtml.Attributes>;

/** The "#" of an id in a selector. The "#" of a colour is within braces. */
const SELECTED_ID = /#(?=[a-z_][\w-]*[^{};]*\{)/gi;

/** Attributes with one or more ids. `name` groups radio buttons. */
const REFERENCES = ["id", "for", "name", "headers", "aria-labelledby", "aria-describedby", "aria-controls"];

/**
 * Makes foreign markup safe for a page: nothing in it runs or loads from elsewhere, and every element is closed. Its
 * style sheets stay, because tables and figures need them. As in a notebook, they apply to the whole page.
 */
export function sanitise(markup: string, { scope, link, pictures = {} }: SanitizeOptions = {}): Markup {
  const clean = sanitizeHtml(markup, {
    allowedTags: allowedMarkup.elements,
    allowedAttributes: { "*": allowedMarkup.attributes },
    allowedSchemesAppliedToAttributes: ["href", "src", "xlink:href"],
    allowedSchemesByTag: { img: ["data"], image: ["data"] },
    allowedSchemes: ["http", "https", "mailto"],
    allowProtocolRelative: false,
    // To a browser a style sheet within SVG is not raw text. One with a "<" is removed: here, and as a whole tag below.
    allowVulnerableTags: true,
    exclusiveFilter: ({ tag, text }) => tag === "style" && text.includes("<"),
    parseStyleAttributes: false,
    transformTags: {
      img: (_, attributes) => embedded(attributes, pictures),
      "*": (tagName, attributes) => {
        const attribs = scoped(attributes, scope);
        if (tagName === "a") return linked(attribs, link);
        if (tagName === "image" || tagName === "use") return { tagName, attribs: referring(tagName, attribs) };
        return { tagName, attribs };
      },
    },
  });
  const styled = clean.replace(/(<style[^>]*>)([^]*?)(<\/style>)/g, (_, start: string, sheet: string, end: string) => {
    if (sheet.includes("<")) return "";
    return start + withoutLoads(scope ? sheet.replace(SELECTED_ID, `#${scope}-`) : sheet) + end;
  });
  return trusted(styled);
}

function scoped(attributes: Attributes, scope: string | undefined): Attributes {
  const rename = (name: string, value: string) => {
    if (name === "style") value = withoutLoads(value);
    if (!scope) return value;
    if (REFERENCES.includes(name)) return value.trim().split(/\s+/).map((id) => `${scope}-${id}`).join(" ");
    if (/^(xlink:)?href$/.test(name)) return value.replace(/^#/, `#${scope}-`);
    return value.replace(/url\((['"]?)#/g, `url($1#${scope}-`);
  };
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, rename(name, value)]));
}

/** A link, or only its text if it has no target. */
function linked(
  { href, "xlink:href": ofFigure, ...rest }: Attributes,
  link: SanitizeOptions["link"],
): sanitizeHtml.Tag {
  const address = href ?? ofFigure ?? "";
  const isElsewhere = /^(https?|mailto):/i.test(address);
  const isWithin = !link && address.startsWith("#");
  const target = isElsewhere || isWithin ? address : link?.(address);
  if (target !== undefined) return { tagName: "a", attribs: { ...rest, href: target } };
  // A span would end the figure around it.
  return { tagName: ofFigure === undefined ? "span" : "g", attribs: rest };
}

/** A picture if the page has its data, otherwise its description. */
function embedded({ src = "", ...rest }: Attributes, pictures: Readonly<Record<string, string>>): sanitizeHtml.Tag {
  const data = pictures[src] ?? src;
  if (/^data:image\//i.test(data)) return { tagName: "img", attribs: { alt: "", ...rest, src: data } };
  return { tagName: "span", attribs: {}, text: rest.alt ?? "" };
}

function referring(tagName: "image" | "use", attributes: Attributes): Attributes {
  const allowed = tagName === "use" ? /^#/ : /^data:image\//i;
  const entries = Object.entries(attributes);
  return Object.fromEntries(entries.filter(([name, value]) => !/^(xlink:)?href$/.test(name) || allowed.test(value)));
}

/**
 * Removes what would load a file from a style sheet. The policy of the page would refuse it, with an error on the
 * console.
 */
function withoutLoads(sheet: string): string {
  return sheet.replace(/@import[^;]*;?/gi, "").replace(/url\(\s*(?!['"]?(#|data:image\/))[^)]*\)/gi, "none");
}
