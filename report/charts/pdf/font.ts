/**
 * Words in the fonts that every PDF reader has: Helvetica, and Symbol for what Helvetica lacks.
 *
 * Widths after Adobe's Core 14 font metrics, in thousandths of the size.
 *
 * @module
 */

/** A part of a text in one font. */
export interface PdfRun {
  /** Its name in the page's resources. */
  readonly font: "F1" | "F2" | "F3";
  /** As a string of PDF, with its brackets. */
  readonly code: string;
  readonly width: number;
}

/** Widths of the characters from the space to the tilde. */
const PLAIN = (
  "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 " +
  "556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 " +
  "667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 " +
  "556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
).split(" ").map(Number);
const BOLD = (
  "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 " +
  "556 556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 " +
  "667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 " +
  "611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584"
).split(" ").map(Number);

/** Characters of Helvetica that are neither ASCII nor letters with accents: code and width. */
const WIN: Readonly<Record<string, readonly [code: number, width: number]>> = {
  "€": [0x80, 556],
  "…": [0x85, 1000],
  "‘": [0x91, 222],
  "’": [0x92, 222],
  "“": [0x93, 333],
  "”": [0x94, 333],
  "•": [0x95, 350],
  "–": [0x96, 556],
  "—": [0x97, 1000],
  "\u00a0": [0xa0, 278],
  "§": [0xa7, 556],
  "©": [0xa9, 737],
  "«": [0xab, 556],
  "°": [0xb0, 400],
  "±": [0xb1, 584],
  "²": [0xb2, 333],
  "³": [0xb3, 333],
  "µ": [0xb5, 556],
  "·": [0xb7, 278],
  "»": [0xbb, 556],
  "½": [0xbd, 834],
  "×": [0xd7, 584],
  "ß": [0xdf, 611],
  "÷": [0xf7, 584],
  "Æ": [0xc6, 1000],
  "Ø": [0xd8, 778],
  "æ": [0xe6, 889],
  "ø": [0xf8, 611],
};

/** Characters of Symbol: code and width. */
const SYMBOL: Readonly<Record<string, readonly [code: number, width: number]>> = {
  "−": [0x2d, 549],
  "Δ": [0x44, 612],
  "Σ": [0x53, 592],
  "Ω": [0x57, 768],
  "≤": [0xa3, 549],
  "∞": [0xa5, 713],
  "→": [0xae, 987],
  "≥": [0xb3, 549],
  "≠": [0xb9, 549],
  "≈": [0xbb, 549],
  "√": [0xd6, 549],
  ...Object.fromEntries(
    ("α61631 β62549 γ67411 δ64494 ε65439 ζ7a494 η68603 θ71521 ι69329 κ6b549 λ6c549 μ6d576 ν6e521 " +
      "ξ78493 ο6f549 π70549 ρ72549 ς56439 σ73603 τ74439 υ75576 φ66521 χ63549 ψ79686 ω77686")
      .split(" ").map((entry) => [
        entry[0]!,
        [parseInt(entry.slice(1, 3), 16), Number(entry.slice(3))] as const,
      ]),
  ),
};

/** Where a character is found; null where neither font has it. */
function glyphOf(
  character: string,
  bold: boolean,
): { font: PdfRun["font"]; code: number; width: number } | null {
  const widths = bold ? BOLD : PLAIN;
  const font = bold ? "F2" : "F1";
  const code = character.codePointAt(0)!;
  if (code >= 0x20 && code < 0x7f) return { font, code, width: widths[code - 0x20]! };
  const win = WIN[character];
  if (win) return { font, code: win[0], width: win[1] };
  const symbol = SYMBOL[character];
  if (symbol) return { font: "F3", code: symbol[0], width: symbol[1] };
  const base = character.normalize("NFD").codePointAt(0)!;
  return code >= 0xc0 && code <= 0xff && base < 0x7f
    ? { font, code, width: widths[base - 0x20]! }
    : null;
}

/** Whether every character of a text can be written. */
export function canWriteAsPdf(text: string): boolean {
  return [...text].every((character) => /\s/.test(character) || glyphOf(character, false) !== null);
}

/** A text as runs of one font each; a character that no font has becomes a question mark. */
export function pdfRuns(text: string, bold: boolean): PdfRun[] {
  const runs: { font: PdfRun["font"]; bytes: string; width: number }[] = [];
  for (const character of text.replaceAll(/\s/g, " ")) {
    const { font, code, width } = glyphOf(character, bold) ?? glyphOf("?", bold)!;
    const byte = code.toString(16).padStart(2, "0");
    const last = runs.at(-1);
    if (last?.font === font) {
      last.bytes += byte;
      last.width += width / 1000;
    } else runs.push({ font, bytes: byte, width: width / 1000 });
  }
  return runs.map(({ font, bytes, width }) => ({ font, code: `<${bytes}>`, width }));
}
