/**
 * Anchors of headings.
 *
 * @module
 */

/** A heading's anchor, as GitHub makes it; `taken` counts those of a page. */
export function slugOf(text: string, taken: Map<string, number>): string {
  const slug = text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");
  const count = taken.get(slug) ?? 0;
  taken.set(slug, count + 1);
  return count === 0 ? slug : `${slug}-${count}`;
}
