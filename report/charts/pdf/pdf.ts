/**
 * A chart's SVG as a PDF of one page: lines stay lines and words stay words.
 *
 * No package that is kept does this without a browser's layout; Vega's drawings use a small part of
 * SVG. The same drawing always gives the same bytes.
 *
 * @module
 */
import { canWriteAsPdf, pdfRuns } from "./font.ts";
import { pdfNumber, pdfPath } from "./path.ts";
import { parseSvg, type SvgElement } from "./svg_tree.ts";

/** Points of PDF in a pixel of SVG. */
const POINTS = 0.75;
/** The colour of `currentColor` on paper. */
const PAPER_INK = "#1c2126";

/** What an element takes over from those around it. */
type Style = Readonly<Record<string, string>>;
const INHERITED = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "fill-opacity",
  "stroke-opacity",
  "font-size",
  "font-weight",
  "text-anchor",
];

/** Whether the fonts have every character of a drawing. */
export function isPdfDrawing(svg: string): boolean {
  return [...svg.matchAll(/>([^<]+)</g)].every(([, text]) =>
    canWriteAsPdf(text!.replaceAll(/&\w+;/g, "&"))
  );
}

/** The PDF of a chart, dark on white. */
export async function svgToPdf(svg: string, title: string): Promise<Uint8Array> {
  const root = parseSvg(svg);
  const width = Number(root.attributes.width), height = Number(root.attributes.height);
  const page = new PdfPage(root);
  page.draw(root, {});
  const content = await deflate(
    `${POINTS} 0 0 ${-POINTS} 0 ${pdfNumber(POINTS * height)} cm\n${page.content.join("\n")}\n`,
  );
  const font = (name: string, more: string) =>
    ascii(`<< /Type /Font /Subtype /Type1 /BaseFont /${name}${more} >>`);
  const encoding = " /Encoding /WinAnsiEncoding";
  const box = [width, height].map((size) => pdfNumber(POINTS * size)).join(" ");
  return file([
    ascii("<< /Type /Catalog /Pages 2 0 R >>"),
    ascii("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
    ascii(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${box}] /Contents 4 0 R /Resources << ` +
        `/Font << /F1 5 0 R /F2 6 0 R /F3 7 0 R >> /ExtGState << ${page.states} >> ` +
        `/Shading << ${page.shadings} >> >> >>`,
    ),
    joined([
      ascii(`<< /Length ${content.length} /Filter /FlateDecode >>\nstream\n`),
      content,
      ascii("\nendstream"),
    ]),
    font("Helvetica", encoding),
    font("Helvetica-Bold", encoding),
    font("Symbol", ""),
    ascii(`<< /Title <feff${utf16(title)}> >>`),
  ]);
}

/** The operators of a page and what they refer to. */
class PdfPage {
  readonly content: string[] = [];
  readonly #states = new Map<string, string>();
  readonly #shadings: string[] = [];
  readonly #gradients = new Map<string, SvgElement>();

  constructor(root: SvgElement) {
    const find = (element: SvgElement) => {
      if (element.attributes.id) this.#gradients.set(element.attributes.id, element);
      element.children.forEach(find);
    };
    find(root);
  }

  /** Opacities as entries of the resources. */
  get states(): string {
    return [...this.#states].map(([state, name]) => `/${name} ${state}`).join(" ");
  }

  /** Gradients as entries of the resources. */
  get shadings(): string {
    return this.#shadings.map((shading, i) => `/H${i} ${shading}`).join(" ");
  }

  /** Draws an element with all within it. */
  draw(element: SvgElement, around: Style): void {
    const { tag, attributes, children } = element;
    if (tag === "defs" || attributes.display === "none") return;
    const style: Record<string, string> = { ...around };
    for (const name of INHERITED) if (attributes[name]) style[name] = attributes[name];
    style.opacity = String(Number(around.opacity ?? 1) * Number(attributes.opacity ?? 1));
    const moved = transformOf(attributes.transform ?? "");
    this.content.push("q", ...moved);
    if (tag === "path") this.#shape(pdfPath(attributes.d ?? ""), style);
    else if (tag === "rect" || tag === "line") {
      this.#shape(pdfPath(outline(tag, attributes)), style);
    } else if (tag === "text") this.#text(element, style);
    else for (const child of children) this.draw(child, style);
    this.content.push("Q");
  }

  #shape({ operators, box }: ReturnType<typeof pdfPath>, style: Style): void {
    const fill = style.fill ?? "black", stroke = style.stroke ?? "none";
    const width = Number(style["stroke-width"] ?? 1);
    if (operators === "") return;
    const gradient = /^url\(#(.*)\)$/.exec(fill)?.[1];
    if (gradient !== undefined) {
      const shading = shadingOf(this.#gradients.get(gradient)!, box);
      this.content.push("q", operators, "W n", `/H${this.#shadings.push(shading) - 1} sh`, "Q");
    }
    const fills = fill !== "none" && fill !== "transparent" && gradient === undefined;
    const strokes = stroke !== "none" && stroke !== "transparent" && width > 0;
    if (!fills && !strokes) return;
    this.#opacity(style);
    if (fills) this.content.push(`${colour(fill)} rg`);
    if (strokes) {
      const dashes = (style["stroke-dasharray"] ?? "").split(/[ ,]+/).filter(Boolean).join(" ");
      const cap = { butt: 0, round: 1, square: 2 }[style["stroke-linecap"] ?? "butt"] ?? 0;
      this.content.push(`${colour(stroke)} RG ${pdfNumber(width)} w ${cap} J [${dashes}] 0 d`);
    }
    this.content.push(operators, fills && strokes ? "B" : fills ? "f" : "S");
  }

  #text({ text, children, attributes }: SvgElement, style: Style): void {
    const size = parseFloat(style["font-size"] ?? "11");
    const bold = style["font-weight"] === "bold" || Number(style["font-weight"]) >= 600;
    const lines = children.length > 0 ? children : [{ text, attributes }];
    let down = 0;
    for (const line of lines) {
      const runs = pdfRuns(line.text, bold);
      const width = size * runs.reduce((sum, run) => sum + run.width, 0);
      const anchor = style["text-anchor"];
      const shift = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
      const x = Number(line.attributes.x ?? 0) - shift;
      down += Number(line.attributes.y ?? 0) + parseFloat(line.attributes.dy ?? "0");
      this.#opacity(style);
      this.content.push(`${colour(style.fill ?? "black")} rg BT`);
      this.content.push(`1 0 0 -1 ${pdfNumber(x)} ${pdfNumber(down)} Tm`);
      for (const { font, code } of runs) this.content.push(`/${font} ${size} Tf ${code} Tj`);
      this.content.push("ET");
    }
  }

  #opacity(style: Style): void {
    const opacity = Number(style.opacity ?? 1);
    const fill = opacity * Number(style["fill-opacity"] ?? 1);
    const stroke = opacity * Number(style["stroke-opacity"] ?? 1);
    if (fill === 1 && stroke === 1) return;
    const state = `<< /ca ${pdfNumber(fill)} /CA ${pdfNumber(stroke)} >>`;
    const name = this.#states.get(state) ?? `G${this.#states.size}`;
    this.#states.set(state, name);
    this.content.push(`/${name} gs`);
  }
}

/** The path of a rectangle or a line. */
function outline(tag: "rect" | "line", attributes: Readonly<Record<string, string>>): string {
  const [x, y, w, h, x1, y1, x2, y2] = ["x", "y", "width", "height", "x1", "y1", "x2", "y2"]
    .map((name) => Number(attributes[name] ?? 0));
  return tag === "line" ? `M${x1},${y1}L${x2},${y2}` : `M${x},${y}h${w}v${h}h${-w!}Z`;
}

function transformOf(transform: string): string[] {
  return [...transform.matchAll(/(\w+)\(([^)]*)\)/g)].map(([, kind, inside]) => {
    const [a = 0, b] = inside!.split(/[ ,]+/).map(Number);
    if (kind === "translate") return `1 0 0 1 ${pdfNumber(a)} ${pdfNumber(b ?? 0)} cm`;
    if (kind === "scale") return `${a} 0 0 ${b ?? a} 0 0 cm`;
    const [cos, sin] = [Math.cos(a * Math.PI / 180), Math.sin(a * Math.PI / 180)];
    return `${[cos, sin, -sin, cos].map(pdfNumber).join(" ")} 0 0 cm`;
  });
}

/** A colour as its three parts between 0 and 1. */
function colour(text: string): string {
  if (text === "currentColor") return colour(PAPER_INK);
  const named: Readonly<Record<string, string>> = { black: "#000", white: "#fff", gray: "#808080" };
  const hex = /^#([0-9a-f]+)$/i.exec(named[text] ?? text)?.[1];
  const parts = hex === undefined
    ? [...text.matchAll(/[\d.]+/g)].slice(0, 3).map(([part]) => Number(part))
    : hex.length === 3
    ? [...hex].map((digit) => parseInt(digit + digit, 16))
    : [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return parts.map((part) => pdfNumber(part / 255)).join(" ");
}

/** A linear gradient over the box of what it fills. */
function shadingOf(
  { attributes, children }: SvgElement,
  [left, top, right, bottom]: readonly [number, number, number, number],
): string {
  const at = (name: string, fallback: number) => Number(attributes[name] ?? fallback);
  const coords = [
    left + at("x1", 0) * (right - left),
    top + at("y1", 0) * (bottom - top),
    left + at("x2", 1) * (right - left),
    top + at("y2", 0) * (bottom - top),
  ];
  const stops = children.map((stop) => ({
    at: parseFloat(stop.attributes.offset!) / (stop.attributes.offset!.endsWith("%") ? 100 : 1),
    colour: colour(stop.attributes["stop-color"]!),
  }));
  const parts = stops.slice(1).map((stop, i) =>
    `<< /FunctionType 2 /Domain [0 1] /N 1 /C0 [${stops[i]!.colour}] /C1 [${stop.colour}] >>`
  );
  return `<< /ShadingType 2 /ColorSpace /DeviceRGB /Coords [${coords.map(pdfNumber).join(" ")}] ` +
    `/Extend [true true] /Function << /FunctionType 3 /Domain [0 1] /Functions [` +
    `${parts.join(" ")}] /Bounds [${
      stops.slice(1, -1).map((stop) => pdfNumber(stop.at)).join(" ")
    }] ` +
    `/Encode [${parts.map(() => "0 1").join(" ")}] >> >>`;
}

function utf16(text: string): string {
  return Array.from(
    { length: text.length },
    (_, i) => text.charCodeAt(i).toString(16).padStart(4, "0"),
  ).join("");
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function deflate(text: string): Promise<Uint8Array> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Objects as a file; the last is the document's information. */
function file(objects: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [ascii("%PDF-1.4\n")];
  let at = parts[0]!.length;
  const places = objects.map((object, i) => {
    const place = at;
    const part = joined([ascii(`${i + 1} 0 obj\n`), object, ascii("\nendobj\n")]);
    parts.push(part);
    at += part.length;
    return place;
  });
  const size = objects.length + 1;
  const table = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  parts.push(ascii(
    `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R ` +
      `/Info ${size - 1} 0 R >>\nstartxref\n${at}\n%%EOF\n`,
  ));
  return joined(parts);
}
