/**
 * The elements of an SVG text, as Vega writes it.
 *
 * The modules of this folder also run in the report's page, where nothing can be imported: they take
 * only each other, and no name of theirs stands twice.
 *
 * @module
 */

/** An element with its attributes; a text stands in `text`. */
export interface SvgElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly SvgElement[];
  /** The characters directly within it. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    return decimal ? String.fromCodePoint(Number(decimal)) : ENTITIES[name] ?? whole;
  });
}

/** Reads a well-formed SVG. */
export function parseSvg(svg: string): SvgElement {
  type Open = { -readonly [K in keyof SvgElement]: SvgElement[K] } & { children: SvgElement[] };
  const root: Open = { tag: "", attributes: {}, children: [], text: "" };
  const open = [root];
  for (
    const [, end, tag, rest, alone, text] of svg.matchAll(
      /<(\/?)([\w:]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>|([^<]+)/g,
    )
  ) {
    const current = open.at(-1)!;
    if (text !== undefined) current.text += unescaped(text);
    else if (end) open.pop();
    else {
      const attributes: Record<string, string> = {};
      for (const [, name, value] of rest!.matchAll(/([\w:-]+)="([^"]*)"/g)) {
        attributes[name!] = unescaped(value!);
      }
      const element: Open = { tag: tag!, attributes, children: [], text: "" };
      current.children.push(element);
      if (!alone) open.push(element);
    }
  }
  return root.children[0]!;
}
