/** @jsxRuntime automatic */
/** @jsxImportSource preact */
// deno-lint-ignore-file jsx-key -- rendered to text once; keys are for elements that change
/**
 * Whether seeds or test images limit what can be seen.
 *
 * @module
 */
import { imageEffects } from "../analysis/images.ts";
import { Folded } from "../page/table_view.tsx";
import { defineSection } from "../section.ts";
import { imagesSentence, imagesTable } from "../tables/images.ts";

export default defineSection({
  name: "images",
  title: "Seeds and images",
  build: async (ctx) => {
    const control = ctx.control();
    if (control === null) return null;
    const found = await Promise.all(
      ctx.datasets().map((dataset) =>
        imageEffects(ctx.folder, dataset, ctx.metrics.primary, control.name, ctx.alpha)
      ),
    );
    const all = found.flat();
    if (all.length === 0) return null;
    const table = imagesTable(all, control.title, ctx.alpha);
    return {
      tables: [table],
      view: (
        <>
          {all.map((effects) => <p>{imagesSentence(effects)}</p>)}
          <Folded table={table} />
        </>
      ),
    };
  },
});
