/**
 * Paragraphs on the terminal.
 *
 * @module
 */

/** A heading with lines under it, indented; nothing without lines. */
export function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [[`${heading}:`, ...lines].join("\n").replace(/\n/g, "\n  ")];
}

/** Paragraphs in lines of at most 100 characters; what is indented stays as it is. */
export function wrapped(text: string): string {
  return text.replace(
    /^(?! ).+$/gm,
    (line) => line.replace(/(.{1,100})(?: |$)/g, "$1\n").trimEnd(),
  );
}
