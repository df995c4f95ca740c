/** Data on which every method is right, and names that only look different. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import { checkImages } from "../../datasets/check.ts";
import { type Dataset, defaultSettings } from "../../datasets/dataset.ts";
import { memorySplit } from "../../datasets/reading/memory.ts";
import { cautionsOf } from "../../datasets/cautions.ts";
import { readImageFolder } from "../../datasets/protocols/image_folder.ts";
import { splitCsv, splitFolder } from "../../datasets/protocols/own_split.ts";
import { readDatasets } from "../../bench/execute/preflight.ts";
import { planOf } from "../bench/crash.ts";
import {
  load,
  own,
  pathsOf,
  refused,
  settings,
  withFolder,
  withSplit,
  write,
} from "./own_folder.ts";

Deno.test("own data: one class alone is pointed out", () =>
  withFolder(async (folder) => {
    for (const domain of ["day", "night"]) {
      await Deno.remove(join(folder, domain, "bee"), { recursive: true });
    }
    await Deno.writeTextFile(
      join(folder, "farm.csv"),
      splitCsv(await splitFolder(folder, settings)),
    );
    const sentence = /^farm has one class alone, ant: every prediction is right/;
    assert.match(cautionsOf(await load(folder)).join(), sentence);
    const { cautions } = await checkImages(await own(folder), pathsOf(folder));
    assert.match(cautions.join(), sentence);
  }));

Deno.test("own data: training images of one class alone are pointed out, a tail is not", () =>
  withSplit(async (folder, rows) => {
    assert.deepEqual(cautionsOf(await load(folder)), []);
    const elsewhere = (only: (row: readonly string[]) => boolean) =>
      rows.map((row) => row[3] === "train" && only(row) ? row.with(3, "test") : row);
    await write(folder, elsewhere(([env, label]) => env === "day" && label === "0"));
    assert.deepEqual(cautionsOf(await load(folder)), []);
    await write(folder, elsewhere(([, label]) => label === "0"));
    assert.deepEqual(cautionsOf(await load(folder)), [
      "farm has training images of one class alone, bee, of 2: nothing can be learned of the others.",
    ]);
  }));

Deno.test("a class without an image of a split in any domain is pointed out", () => {
  const set = (train: number[][], validation = [[0, 1, 2]], test = [[0, 1, 2]]): Dataset => ({
    ...{ name: "farm", classes: ["ant", "bee", "cow"], inputShape: [8, 8, 3], fingerprint: "" },
    domains: train.map((labels, d) => ({
      name: `domain ${d}`,
      train: memorySplit(new Uint8Array(), Uint16Array.from(labels)),
      validation: memorySplit(new Uint8Array(), Uint16Array.from(validation[d] ?? [])),
      test: memorySplit(new Uint8Array(), Uint16Array.from(test[d] ?? [])),
    })),
  });
  assert.deepEqual(cautionsOf(set([[0, 1, 1], [2]])), []);
  assert.match(
    cautionsOf(set([[0, 0], [0, 1, 2]], [[0]])).join(),
    /no .* of the 2 classes bee, cow .* by them\.$/,
  );
  assert.deepEqual(cautionsOf(set([[0, 1, 1], [1]], [[0], []], [[1]])), [
    "farm has no training image of the class cow in any domain: nothing can be learned of it.",
    "farm has no validation image of the class bee in any domain: no checkpoint is chosen by it.",
    "farm has no test image of the class ant in any domain: no figure is of it.",
  ]);
});

Deno.test("own data: images in a folder of another domain or class are pointed out", () =>
  withSplit(async (folder, rows) => {
    const [day, ant] = [rows.findIndex(([env]) => env === "day"), rows.length - 1];
    const moved = rows.with(day, rows[day]!.with(0, "night")).with(ant, rows[ant]!.with(1, "0"));
    await write(folder, moved);
    const places = [moved[day]![2]!, moved[ant]![2]!];
    assert.deepEqual(cautionsOf(await load(folder)).toSorted(), [
      `farm has an image of the class ant in a folder called bee, such as ${
        places[1]
      }: see whether ` +
      "that is meant.",
      `farm has an image of the domain night in a folder called day, such as ${places[0]}: see ` +
      "whether that is meant.",
    ]);
    const swapped = rows.map((row) => row.with(0, row[0] === "day" ? "night" : "day"));
    await write(folder, swapped);
    assert.match(
      cautionsOf(await load(folder)).join(),
      /farm has 24 images of the domain day in a/,
    );
    await Deno.writeTextFile(join(folder, "~$farm.csv"), "env,label,path,split\n"); // Excel's lock
    await own(folder);
  }));

Deno.test("a class that only a domain that is left out trains is pointed out", () =>
  withSplit(async (folder, rows) => {
    const names = ["ant", "bee", "cow"];
    const labelled = rows.map(([env, label, ...rest]) => {
      const now = env === "night" && label === "1" ? "2" : label!;
      return [env!, now, ...rest, names[Number(now)]!];
    });
    await write(folder, labelled, "env,label,path,split,class");
    const [run] = planOf("erm");
    const definition = await own(folder);
    const dataset = { name: "farm", imageSize: 8, settings: defaultSettings(definition) };
    const runs = [[], ["night"]].map((leaveOut) => ({
      ...run!,
      spec: { ...run!.spec, dataset: { ...dataset, ...(leaveOut.length > 0 && { leaveOut }) } },
    }));
    const read = await readDatasets(runs, [definition], pathsOf(folder), () => {});
    const said = [...read.values()].flatMap(({ cautions = [] }) => cautions);
    assert.deepEqual(said.filter((sentence) => !sentence.includes("in a folder")), [
      "farm without night has no training image of the class cow in any domain: nothing can be " +
      "learned of it.",
    ]);
  }));

Deno.test("own data: names that differ in what nobody sees, and line breaks in names, are refused", () =>
  withSplit(async (folder, rows) => {
    await write(folder, rows.map(([env, ...rest], i) => [i === 0 ? "day\u200b" : env!, ...rest]));
    await refused(
      load(folder),
      /has domains "day" and "day.", .* characters that nobody sees alone/,
    );
    const named = rows.map((row) => [...row, row[1] === "0" ? "a\nnt" : "bee"]);
    const header = ["env", "label", "path", "split", "class"];
    await Deno.writeTextFile(join(folder, "farm.csv"), stringify([header, ...named]));
    await refused(load(folder), /A class cannot be called "a\\nnt", which has a line break/);
    await Deno.rename(join(folder, "night/ant"), join(folder, "night/a\u202ent"));
    await refused(
      readImageFolder(folder),
      /folders ant and a\ufffdnt of .* differ in characters that nobody sees alone/,
    );
  }));
