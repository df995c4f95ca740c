/**
 * Text as pages show it.
 *
 * @module
 */

/** Text in which nothing is markup of HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Text in which nothing is markup of Markdown but code between backticks. */
export function escapeMarkdown(text: string): string {
  return text.replace(/(`[^`]*`)|[\\*_|<[\]]/g, (found, code) => code ?? `\\${found}`);
}
