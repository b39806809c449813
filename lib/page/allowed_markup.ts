/**
 * Elements and attributes that a page takes over from notebooks: text, tables, inputs that style sheets react to, vector
 * figures, formulae. Attributes are in lower case; HTML's parser gives SVG's their capitals back. What runs, loads or
 * navigates is missing on purpose, and so are MathML's and SVG's ways back into HTML.
 */
export const allowedMarkup = {
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
