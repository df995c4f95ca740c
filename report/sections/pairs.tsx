/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * "Is A better than B?" for any two methods: the answer is put together in the page.
 *
 * @module
 */
import { PairPicker } from "../page/pair_picker.tsx";
import { defineSection } from "../section.ts";
import { pairsTable } from "../tables/tests.ts";

export default defineSection({
  name: "pairs",
  title: "Any two methods",
  link: "Compare",
  build: (ctx) => {
    const compared = ctx.pairs().some(({ pairs }) => pairs.length > 0);
    return {
      tables: [pairsTable(ctx.pairs())],
      view: compared
        ? <PairPicker pairs={ctx.pairs()} first={ctx.headline} alpha={ctx.alpha} />
        : null,
    };
  },
});
