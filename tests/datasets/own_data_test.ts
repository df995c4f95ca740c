/** Folders and split files as people have them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findDataset } from "../../datasets/dataset.ts";
import { knownDatasets } from "../../datasets/mod.ts";
import { readImageFolder } from "../../datasets/protocols/image_folder.ts";
import { splitFolder } from "../../datasets/protocols/own_split.ts";
import { loadOptions, splitsOf } from "./helpers.ts";
import {
  image,
  load,
  own,
  pathsOf,
  refused,
  settings,
  withFolder,
  withSplit,
  write,
} from "./own_folder.ts";

Deno.test("own data: what is no image of a class is left out and counted", () =>
  withFolder(async (folder) => {
    const before = await readImageFolder(folder);
    await Deno.writeFile(join(folder, "day/ant/._00.jpg"), new Uint8Array(4096));
    await Deno.writeFile(join(folder, "day/ant/Thumbs.db"), new Uint8Array(9));
    for (const n of [1, 2, 3]) {
      await Deno.writeFile(join(folder, `day/ant/${n}.bmp`), new Uint8Array(9));
    }
    await Deno.writeFile(join(folder, "night/bee/a.heic"), new Uint8Array(9));
    for (const name of ["day/@eaDir", "day/empty", "__MACOSX/day", "night/.hidden"]) {
      await Deno.mkdir(join(folder, name), { recursive: true });
    }
    await image(join(folder, "day/ant/more/1.jpg"), 99);
    await image(join(folder, "day/beside.jpg"), 98);
    const { images, leftOut, domains, classes } = await readImageFolder(folder);
    assert.deepEqual([domains, classes], [["day", "night"], ["ant", "bee"]]);
    assert.deepEqual(images, before.images);
    assert.deepEqual(
      leftOut.toSorted(),
      [
        "2 × hidden file in day/ant",
        "3 × image of a kind that cannot be read (.bmp) in day/ant",
        "folder @eaDir in day",
        "folder __MACOSX",
        "folder more below the class in day/ant",
        "folder .hidden in night",
        "folder without an image to take in day/empty",
        "image beside the folders in day",
        "image of a kind that cannot be read (.heic) in night/bee",
      ].toSorted(),
    );
  }));

Deno.test("own data: what a split file could not name is left out, or refused, before it is written", () =>
  withFolder(async (folder) => {
    await image(join(folder, "C:/ant/00.jpg"), 97);
    for (const name of ["#recycle", "@Recycle", "__pycache__"]) {
      await image(join(folder, "day", name, "00.jpg"), 96);
    }
    await Deno.writeFile(join(folder, "day/ant/~$00.jpg"), new Uint8Array(9));
    const { domains, classes, leftOut } = await readImageFolder(folder);
    assert.deepEqual([domains, classes], [["day", "night"], ["ant", "bee"]]);
    assert.ok(
      leftOut.includes("image that a split file cannot name (drive letter or ..) in C:/ant"),
    );
    await Deno.rename(join(folder, "night"), join(folder, "day "));
    await refused(splitFolder(folder, settings), /day and day {2}of .* differ in spaces alone/);
  }));

Deno.test("own data: every ending that can be decoded is taken", () =>
  withFolder(async (folder) => {
    for (const ending of ["jfif", "JPE", "JPEG"]) {
      await image(join(folder, `day/ant/x.${ending}`), 200);
    }
    assert.equal((await readImageFolder(folder)).images.length, 4 * 12 + 3);
  }));

Deno.test("own data: a folder in which nothing is to be taken is refused with what is there", () =>
  withFolder(async (folder) => {
    for (const domain of ["day", "night"]) {
      for (const name of ["ant", "bee"]) {
        await Deno.mkdir(join(folder, "deep", domain, name, "batch"), { recursive: true });
        await Deno.rename(
          join(folder, domain, name, "00.jpg"),
          join(folder, "deep", domain, name, "batch/00.jpg"),
        );
      }
    }
    await refused(
      splitFolder(join(folder, "deep"), settings),
      /has no folders domain\/class with images; left out: folder batch below the class in day\/ant/,
    );
  }));

Deno.test("own data: folders in two cases are refused, in two Unicode forms they are one", () =>
  withFolder(async (folder) => {
    await Deno.rename(join(folder, "day/bee"), join(folder, "day/abeille\u0301"));
    await Deno.rename(join(folder, "night/bee"), join(folder, "night/abeill\u00e9"));
    const { classes, images } = await readImageFolder(folder);
    assert.deepEqual(classes, ["abeill\u00e9", "ant"]);
    assert.equal(images.length, 4 * 12);
    await Deno.rename(join(folder, "night/ant"), join(folder, "night/Ant"));
    await refused(
      readImageFolder(folder),
      /Ant and ant of .* differ in upper and lower case alone/,
    );
  }));

Deno.test("own data: a split that could not be trained on is not made", () =>
  withFolder(async (folder) => {
    await refused(
      splitFolder(folder, { ...settings, heldOut: 30 }),
      /the domain day keeps none to train on: its largest class has 12; hold out fewer, such as --held-out 4/,
    );
    await Deno.mkdir(join(folder, "dusk/ant"), { recursive: true });
    await Deno.copyFile(join(folder, "day/ant/00.jpg"), join(folder, "dusk/ant/00.jpg"));
    await refused(splitFolder(folder, settings), /domain dusk has too few images to be split/);
    await Deno.rename(join(folder, "day"), join(folder, "Worst"));
    await refused(splitFolder(folder, settings), /A domain cannot be called "Worst"/);
  }));

Deno.test("own data: folders called as splits are pointed out", () =>
  withFolder(async (folder) => {
    await Deno.rename(join(folder, "day"), join(folder, "train"));
    await Deno.rename(join(folder, "night"), join(folder, "test"));
    const { notes } = await splitFolder(folder, settings);
    assert.match(notes.join(), /test, train look like splits; they are taken for domains/);
  }));

Deno.test("own data: the same split from a CSV in any writing", () =>
  withSplit(async (folder, rows) => {
    const { fingerprint: _, ...sound } = await load(folder);
    const shape = (set: typeof sound) =>
      splitsOf({ ...set, fingerprint: "" }).map(({ place, split }) => [place, [...split.labels]]);
    const writings: [readonly (readonly string[])[], string?][] = [
      [rows.map((row) => row.map((cell) => `"${cell}"`)), '"env","label","path","split"'],
      [rows.map((row) => [...row, "x"]), "env,label,path,split,note"],
      [
        rows.map(([env, label, path, split]) => [path!, label!, env!, split!]),
        "path,label,env,split",
      ],
      [rows.map((
        [env, label, path, split],
      ) => [env!, label!, path!.replaceAll("/", "\\"), split!])],
      [rows.map(([env, label, path, split]) => [env!, label!, `${folder}/${path}`, split!])],
      [rows.map(([env, label, path, split]) => [env!, label!, `./${path}`, split!])],
      [rows.map(([env, label, path, split]) => [env!, `${label}.0`, path!, split!])],
      [rows.map(([env, label, path, split]) => [env!, label!, path!.toUpperCase(), split!])],
    ];
    for (const [written, header] of writings) {
      await write(folder, written, header);
      const { fingerprint: _, ...set } = await load(folder);
      assert.deepEqual(shape(set), shape(sound), written[0]!.join());
      await set.domains[0]!.train.read([0]);
    }
  }));

Deno.test("own data: classes are told apart, and called as a column says", () =>
  withSplit(async (folder, rows) => {
    for (const [i, row] of rows.entries()) {
      const flat = `images/${row[0]}_${i}.jpg`;
      await Deno.mkdir(join(folder, "images"), { recursive: true });
      await Deno.copyFile(join(folder, row[2]!), join(folder, flat));
      row[2] = flat;
    }
    await write(folder, rows);
    assert.deepEqual((await own(folder)).classes, ["images (0)", "images (1)"]);
    const named = rows.map((row) => [...row, row[1] === "0" ? "Ameise" : "Biene"]);
    await write(folder, named, "env,label,path,split,class");
    assert.deepEqual((await own(folder)).classes, ["Ameise", "Biene"]);
    named[0]![4] = "Biene";
    await write(folder, named, "env,label,path,split,class");
    await refused(load(folder), /calls the class of label \d both/);
  }));

Deno.test("own data: labels that mean another class in each domain are refused", () =>
  withSplit(async (folder, rows) => {
    await write(
      folder,
      rows.map(([env, label, path, split]) => [
        env!,
        env === "night" ? `${1 - Number(label)}` : label!,
        path!,
        split!,
      ]),
    );
    await refused(
      load(folder),
      /gives the folder ant the label 0 in the domain day and 1 in night; make the labels agree/,
    );
  }));

Deno.test("own data: names that tables use, and names that differ in case, are refused", () =>
  withSplit(async (folder, rows) => {
    const called = (name: string, domain: string) =>
      write(folder, rows.map(([env, ...rest]) => [env === domain ? name : env!, ...rest]));
    await called("average", "day");
    await refused(load(folder), /A domain cannot be called "average"/);
    await called("constructor", "day");
    await refused(load(folder), /A domain cannot be called "constructor", a word of JavaScript's/);
    const named = rows.map((row) => [...row, row[1] === "0" ? "toString" : "ant"]);
    await write(folder, named, "env,label,path,split,class");
    await refused(load(folder), /A class cannot be called "toString", a word of JavaScript's/);
    await Deno.rename(join(folder, "day/bee"), join(folder, "day/valueOf"));
    await refused(splitFolder(folder, settings), /A class cannot be called "valueOf"/);
    await Deno.rename(join(folder, "day/valueOf"), join(folder, "day/bee"));
    await write(folder, rows.map(([env, ...rest], i) => [i === 0 ? "Day" : env!, ...rest]));
    await refused(load(folder), /has domains "Day" and "day", which differ in case/);
  }));

Deno.test("own data: an own set may not hide a built-in one, nor one file another", () =>
  withSplit(async (folder, rows) => {
    await Deno.rename(join(folder, "farm.csv"), join(folder, "pacs.csv"));
    await refused(
      load(folder, "pacs"),
      /pacs\.csv has the name of the built-in data set pacs; rename/,
    );
    await Deno.rename(join(folder, "pacs.csv"), join(folder, "all.csv"));
    const all = (await knownDatasets(pathsOf(folder))).find(({ name }) => name === "all")!;
    await refused(all.load(loadOptions(all)), /all\.csv cannot be a data set's split/);
    await Deno.remove(join(folder, "all.csv"));
    await write(folder, rows);
    await Deno.copyFile(join(folder, "farm.csv"), join(folder, "Farm.csv"));
    await refused(load(folder), /farm\.csv and Farm\.csv both make a data set "farm"/);
  }));

Deno.test("own data: images and splits may be said to lie in the same folder", () =>
  withSplit(async (folder) => {
    const paths = { ...pathsOf(folder), splitsDir: folder };
    const farm = findDataset("farm", await knownDatasets(paths));
    assert.equal(farm.unusable, undefined);
    const { domains } = await farm.load(loadOptions(farm, {}, { ...paths, imageSize: 8 }));
    assert.deepEqual(domains.map(({ name }) => name), ["day", "night"]);
  }));

Deno.test("own data: what cannot be read stops only what needs it", () =>
  withSplit(async (folder) => {
    await Deno.symlink(join(folder, "nowhere"), join(folder, "dangling.csv"));
    await Deno.writeTextFile(join(folder, "half.csv"), "env,path,split\nday,a.jpg,train\n");
    await Deno.writeTextFile(join(folder, "other.csv"), "a,b\n1,2\n");
    const names = (await knownDatasets(pathsOf(folder))).map(({ name }) => name);
    assert.ok(names.includes("farm") && names.includes("half") && !names.includes("other"));
    await load(folder);
    await refused(
      load(folder, "half"),
      /half\.csv must have the columns env, label, path, split; it has env, path, split/,
    );
    assert.throws(
      () => findDataset("nosuchset", []),
      /or give the folder of its split file as --data-dir, or its --plugin/,
    );
  }));

Deno.test("own data: all that is to be said of a set is said at once", () =>
  withSplit(async (folder, rows) => {
    const path = (split: string) => rows.find((row) => row[3] === split)![2]!;
    await Deno.copyFile(join(folder, path("train")), join(folder, path("test")));
    await Deno.remove(join(folder, rows.at(-1)![2]!));
    await write(
      folder,
      [...rows, ["dusk", "0", "x.jpg", "train"], ["day", "7x", "y.jpg", "test"]]
        .filter(([env]) => env !== "dusk").concat([["day", "0", "../z.jpg", "train"]]),
    );
    const { wrong, odd } = await (await own(folder)).problems!(pathsOf(folder));
    assert.match(wrong.join("\n"), /the label "7x"/);
    assert.match(wrong.join("\n"), /"\.\.\/z\.jpg" does not stay inside/);
    assert.match(wrong.join("\n"), /night\/bee\/.*\.jpg is not there/);
    assert.equal(odd.length, 1);
    assert.match(odd[0]!, /is the same image as .*\((train|test), label 0\)/);
  }));
