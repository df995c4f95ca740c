/**
 * Text within the page's elements.
 *
 * @module
 */

/**
 * Text that may stand between script tags: neither data nor a library can end the element or open
 * a comment. `<` only ever stands in strings there, where the escape means the same.
 */
export function inScript(text: string): string {
  return text.replaceAll(/<(?=\/script|!--)/gi, "\\u003c");
}
