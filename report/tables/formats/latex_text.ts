/**
 * Words as LaTeX takes them.
 *
 * @module
 */

/** What LaTeX wants for characters that it reads as commands, or that its fonts lack. */
const LATEX: Readonly<Record<string, string>> = {
  ...Object.fromEntries([..."&%$#_{}"].map((character) => [character, `\\${character}`])),
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "«": "$\\ll$",
  "»": "$\\gg$",
  "<": "$<$",
  ">": "$>$",
  "±": "$\\pm$",
  "×": "$\\times$",
  "÷": "$\\div$",
  "·": "$\\cdot$",
  "−": "$-$",
  "≈": "$\\approx$",
  "≤": "$\\leq$",
  "≥": "$\\geq$",
  "√": "$\\surd$",
  "→": "$\\rightarrow$",
  ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((character, i) => [character, `$^${i}$`])),
  "⁻": "$^-$",
  "°": "$^\\circ$",
  "½": "$\\frac{1}{2}$",
  "∞": "$\\infty$",
  "–": "--",
  "—": "---",
  "…": "\\ldots{}",
  "“": "``",
  "”": "''",
  "‘": "`",
  "’": "'",
  ...greek(),
};

/** The letters of statistics and of methods' titles. */
function greek(): Record<string, string> {
  const names =
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron " +
    "pi rho varsigma sigma tau upsilon phi chi psi omega";
  return Object.fromEntries(
    names.split(" ").map((name, i) => [
      String.fromCodePoint("α".codePointAt(0)! + i),
      name === "omicron" ? "o" : `$\\${name}$`,
    ]),
  );
}

/** Letters below U+0180 that LaTeX's usual fonts lack, unless the document asks for others. */
const LACKING = new Set("ÐÞðþĄąĐđĘęĦħĮįĸĿŀŉŊŋŦŧŲųſ");

/** A character that the fonts of LaTeX have; of others the number, so that the file compiles. */
function known(character: string): string {
  const code = character.codePointAt(0)!;
  const control = !/\s/.test(character) && (code < 0x20 || (code >= 0x7f && code < 0xa0));
  if (code < 0x180 && !control && !LACKING.has(character)) return character;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** A text with LaTeX's own characters escaped. */
export function latex(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9 ]/gu, (character) => LATEX[character] ?? known(character))
    .replaceAll(/\s+/g, " ");
}

/** The same where lines may be broken within long words: ids, paths, checksums. */
export function breakable(text: string): string {
  return text.split(" ").map((word) =>
    word.length <= 10 ? latex(word) : word.match(/.{1,5}/gu)!.map(latex).join("\\allowbreak{}")
  ).join(" ");
}
