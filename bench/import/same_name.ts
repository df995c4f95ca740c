/**
 * Data sets by the names that other programs have for them.
 *
 * @module
 */
import type { DatasetDefinition } from "../../datasets/dataset.ts";

/** Letters and digits alone. */
const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/**
 * The data set that another program's name means: ours, or that of the split file, with or without
 * `Imbalanced` before it; undefined where it is none.
 */
export function datasetCalled(
  name: string,
  datasets: readonly DatasetDefinition[],
): DatasetDefinition | undefined {
  const wanted = [bare(name), bare(name).replace(/^imbalanced/, "")];
  return datasets.find((definition) => {
    const file = definition.splitFile?.replace(/\.csv$/i, "");
    return wanted.includes(bare(definition.name)) ||
      (file !== undefined && wanted.includes(bare(file)));
  });
}
