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

/** Shows the pages that have what was typed, the best first. */
function find(): void {
  const found = search.search(field.value, { prefix: true, fuzzy: 0.15, boost: { title: 3 } });
  told.textContent = field.value.trim() === "" ? "" : `${found.length} pages`;
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
