/// <reference lib="dom" />
/**
 * The search page's script: runs in the browser after the search library, which stands before it.
 *
 * @module
 */
import type { default as MiniSearchLibrary, Options } from "minisearch";

declare const MiniSearch: typeof MiniSearchLibrary;

const parts: { index: string; options: Options } = JSON.parse(
  document.querySelector("#index")!.textContent!,
);
const search = MiniSearch.loadJSON(parts.index, parts.options);
const field = document.querySelector<HTMLInputElement>("#words")!;
const list = document.querySelector("#found")!;
const told = document.querySelector("#told")!;

/** Shows what has all words that were typed, or else some of them, the best first. */
function find(): void {
  const how = { prefix: true, fuzzy: 0.15, boost: { title: 3 } };
  const whole = search.search(field.value, { ...how, combineWith: "AND" });
  const found = whole.length > 0 ? whole : search.search(field.value, how);
  told.textContent = field.value.trim() === "" ? "" : `${found.length} found`;
  list.replaceChildren(
    ...found.slice(0, 30).map(({ id, title, heading }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = id;
      link.textContent = title;
      item.append(link, ` · ${heading}`);
      return item;
    }),
  );
}
field.addEventListener("input", find);
find();
