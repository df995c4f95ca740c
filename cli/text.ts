/**
 * Paragraphs on the terminal.
 *
 * @module
 */

/** A heading with lines under it, indented; nothing without lines. */
export function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [[`${heading}:`, ...lines].join("\n").replace(/\n/g, "\n  ")];
}
