/**
 * What the documentation says of how long runs are at each preset, and whether that is long enough.
 *
 * @module
 */
import { MEASURED } from "../../bench/plan/plateaus.ts";
import { preset } from "../../bench/plan/presets.ts";
import { DATASETS } from "../../datasets/mod.ts";

/** A table, as Markdown: presets and data sets, sizes, and what was measured. */
export function plateausBlock(): string {
  const rows = MEASURED.flatMap((name) =>
    DATASETS.filter(({ supersededBy }) => supersededBy === undefined).map((dataset) => {
      const { network, steps, batch } = preset(name, dataset);
      const plateau = dataset.plateaus?.[name];
      const ends = plateau === undefined ? "not measured" : plateau.reached ? "yes" : "**no**";
      return [
        `\`${name}\``,
        `\`${dataset.name}\``,
        `${network.name} × ${network.width}`,
        `${steps} × ${batch}`,
        ends,
        plateau?.measured ?? "",
      ];
    })
  );
  const header = [
    "preset",
    "data set",
    "network",
    "steps × batch",
    "ends on a plateau",
    "measured",
  ];
  return [header, header.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
