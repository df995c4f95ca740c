/**
 * The split of a data set as other programs read it.
 *
 * @module
 */
import { stringify } from "csv-stringify/sync";
import { parquetWriteBuffer } from "hyparquet-writer";
import { DataError } from "../../base/errors.ts";
import type { Dataset, SplitName } from "../../datasets/dataset.ts";

/** Files by name. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

/** An image and where it belongs. */
interface Row {
  readonly path: string;
  readonly domain: string;
  readonly label: number;
  readonly split: SplitName;
}

const SPLITS: readonly SplitName[] = ["train", "validation", "test"];

/** How a split may be written: by the name of the form, its files. */
export const SPLIT_FORMS: Readonly<Record<string, (dataset: Dataset) => Files>> = {
  /** MDLT's: a CSV `env,label,path,split`. */
  csv: (dataset) => new Map([[`${dataset.name}.csv`, mdltCsv(dataset)]]),
  /** DomainBed's and DomainNet's: a list of `path label` for each domain and part. */
  lists: (dataset) =>
    new Map(
      dataset.domains.flatMap(({ name }) =>
        SPLITS.map((split) => [
          `${name}_${split === "validation" ? "val" : split}.txt`,
          rowsOf(dataset).filter((row) => row.domain === name && row.split === split)
            .map(({ path, label }) => `${path} ${label}\n`).join(""),
        ])
      ),
    ),
  /** For `datasets.load_dataset(FOLDER)`: a file for each part. */
  parquet: (dataset) =>
    new Map(SPLITS.map((split) => [`${split}.parquet`, parquetOf(dataset, split)])),
};

/**
 * @throws {DataError} When the images are no files.
 */
function rowsOf({ name, domains }: Dataset): Row[] {
  return domains.flatMap((domain) =>
    SPLITS.flatMap((split) => {
      const { labels, paths } = domain[split];
      if (paths === undefined) {
        throw new DataError(
          `The split of ${name} cannot be written: its images are no files that it could list; ` +
            `it follows from its settings.`,
        );
      }
      return paths.map((path, i): Row => ({ path, domain: domain.name, label: labels[i]!, split }));
    })
  );
}

function mdltCsv(dataset: Dataset): string {
  const rows = rowsOf(dataset).map(({ path, domain, label, split }) => [
    domain,
    label,
    path,
    split === "validation" ? "val" : split,
  ]);
  return stringify([["env", "label", "path", "split"], ...rows]);
}

/** One part as Parquet, with what tells Hugging Face's `datasets` the names of classes. */
function parquetOf(dataset: Dataset, split: SplitName): Uint8Array {
  const rows = rowsOf(dataset).filter((row) => row.split === split);
  const text = { dtype: "string", _type: "Value" };
  const features = {
    path: text,
    domain: text,
    label: { names: dataset.classes, _type: "ClassLabel" },
    class: text,
  };
  return new Uint8Array(parquetWriteBuffer({
    columnData: [
      { name: "path", data: rows.map(({ path }) => path), type: "STRING" },
      { name: "domain", data: rows.map(({ domain }) => domain), type: "STRING" },
      { name: "label", data: rows.map(({ label }) => BigInt(label)), type: "INT64" },
      { name: "class", data: rows.map(({ label }) => dataset.classes[label]!), type: "STRING" },
    ],
    kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features } }) }],
  }));
}
