/** Split files as people and programs write them. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { labelOf } from "../../datasets/formats/split_csv.ts";
import { decodeText } from "../../datasets/formats/text.ts";
import { splitCsv, splitFolder } from "../../datasets/protocols/own_split.ts";
import { splitsOf } from "./helpers.ts";
import { load, own, refused, settings, withFolder, withSplit, write } from "./own_folder.ts";

Deno.test("own data: lines around the table, single quotes and odd cells are read as they are meant", () =>
  withSplit(async (folder, rows) => {
    const { fingerprint: _, ...sound } = await load(folder);
    const shape = (set: typeof sound) =>
      splitsOf({ ...set, fingerprint: "" }).map(({ place, split }) => [place, [...split.labels]]);
    const header = ["env", "label", "path", "split"];
    const lines = [header, ...rows];
    const single = (text: string) => `'${text}'`;
    const joined = (mark: string) => lines.map((row) => row.join(mark));
    const [first, ...others] = joined(",");
    const writings: Record<string, readonly string[]> = {
      "Excel's separator": ["sep=;", ...joined(";")],
      "the separator in quotes, and a mark": ['\ufeff"sep=\t"', ...joined("\t")],
      "comments and empty lines above": ["# made by hand", "", "#", first!, ...others],
      "a comment with quotes and commas below": [
        first!,
        '# "day", it\'s, 3, x',
        ...others,
        "# end",
      ],
      "a header that is marked as a comment": [`# ${first}`, ...others],
      "single quotes": lines.map((row) => row.map(single).join()),
      "single quotes below a bare header": [first!, ...rows.map((row) => row.map(single).join())],
      "single quotes but for labels": lines.map((row) =>
        row.map((cell) => /^\d+$/.test(cell) ? cell : single(cell)).join(";")
      ),
      "blanks after commas": joined(", "),
      "blanks before quotes": lines.map((row) => row.map((cell) => `"${cell}"`).join(", ")),
      "R's numbers of rows, which have no name": [
        first!,
        ...rows.map((row, i) => `"${i + 1}",${row.map((cell) => `"${cell}"`).join()}`),
      ],
      "rows of empty cells": [first!, ",,,", ...others, " , , , ", ",,,,,"],
      "empty cells beside the table": [first!, ...others.map((line) => `${line},,`)],
      "Excel's cells of text": lines.map((row) => row.map((cell) => `="${cell}"`).join()),
      "the same in quotes": [first!, ...rows.map((row) => row.map((c) => `"=""${c}"""`).join())],
      "typographic quotation marks": lines.map((row) => row.map((cell) => `“${cell}”`).join(";")),
      "files that were joined": [
        ...lines.slice(0, 9).map((row) => row.join()),
        ...joined(",").toSpliced(1, 8),
      ],
      "the mark of an end by DOS": [...joined(","), "\x1a"],
      "zeros behind the end": [...joined(","), "\0\0"],
      "an unseen mark before the header": ["\u200b" + first, ...others],
      ...Object.fromEntries(
        ["0", "0.0", "+0", "0e0", "0.000000e+00", "０"].map((zero) => [`a label ${zero}`, [
          first!,
          ...rows.map((row) => row.with(1, row[1]!.replace("0", zero)).join()),
        ]]),
      ),
      "decimal commas": lines.map((row) => row.with(1, row[1]!.replace(/^\d$/, "$&,0")).join(";")),
      "a column of notes that some rows lack": [`${first},note`, ...others],
    };
    for (const [what, written] of Object.entries(writings)) {
      for (const ending of ["\n", "\r\n", "\r"]) {
        await Deno.writeTextFile(join(folder, "farm.csv"), written.join(ending));
        const { fingerprint: _, ...set } = await load(folder);
        assert.deepEqual(shape(set), shape(sound), `${what}, ${JSON.stringify(ending)}`);
        assert.deepEqual(set.classes, ["ant", "bee"], what);
      }
    }
  }));

Deno.test("own data: UTF-16 and UTF-32 of either order are read, with a mark and without", () => {
  const text = "env,label,path,split\nday,0,day/ä.jpg,train\n";
  for (const little of [true, false]) {
    for (const written of [text, `\ufeff${text}`]) {
      const length = written.length;
      const [two, four] = [
        new DataView(new ArrayBuffer(2 * length)),
        new DataView(new ArrayBuffer(4 * length)),
      ];
      [...written].forEach((letter, i) => {
        two.setUint16(2 * i, letter.charCodeAt(0), little);
        four.setUint32(4 * i, letter.charCodeAt(0), little);
      });
      for (const { buffer } of [two, four]) assert.equal(decodeText(new Uint8Array(buffer)), text);
    }
  }
});

Deno.test("own data: labels from 1 and paths from the folder above are told as such", () =>
  withSplit(async (folder, rows) => {
    await write(folder, rows.map((row) => row.with(1, String(Number(row[1]) + 1))));
    await refused(load(folder), /class class 0 \(label 0\) in any split; labels count from 0\.$/);
    const own = `${basename(folder)}/`;
    await write(folder, rows.map((row) => row.with(2, own + row[2])));
    await refused(
      load(folder),
      new RegExp(`lists it; write paths without "${own}", relative to the`),
    );
  }));

Deno.test("own data: what may be another number is no label", () => {
  for (const text of ["1,000", "1.5", "1e-1", "-1", "1e9", "0x1", "True", "1 2", "", "1,5"]) {
    assert.equal(labelOf(text), undefined, text);
  }
});

Deno.test("own data: a domain may begin with #, and a row that is commented out is not taken for one", () =>
  withFolder(async (folder) => {
    await Deno.rename(join(folder, "day"), join(folder, "#1"));
    const csv = splitCsv(await splitFolder(folder, settings));
    await Deno.writeTextFile(join(folder, "farm.csv"), csv);
    assert.deepEqual((await load(folder)).domains.map(({ name }) => name), ["#1", "night"]);
    const [header, first, ...others] = csv.trim().split("\n");
    const hidden = others.at(-1)!;
    assert.match(hidden, /^night,/);
    const lines = [header, first, `# ${hidden}`, ...others.slice(0, -1)];
    await Deno.writeTextFile(join(folder, "farm.csv"), lines.join("\n"));
    await refused(
      load(folder),
      /farm\.csv has rows of a domain "# night" beside those of "night"; remove the rows/,
    );
  }));

Deno.test("own data: a split file that is no table of images is refused with what it lacks, in a plan too", () =>
  withSplit(async (folder, rows) => {
    const [row] = rows;
    const header = "env,label,path,split";
    const texts: readonly (readonly [string, RegExp])[] = [
      [header, /farm\.csv lists no image: it has no row below its header; write one/],
      [`${header}\r\n`, /farm\.csv lists no image/],
      [`sep=,\n# none yet\n${header}\n# nor here\n,,,\n`, /farm\.csv lists no image/],
      [row!.join(), /its first row is an image already; write env,label,path,split above it/],
      [`env,path,split\n`, /must have the columns .*; it has env, path, split/],
      [
        `# note\n${header}\n\nday,0,a,b.jpg,train\n`,
        /farm\.csv is not a sound CSV: row 4 has 5 cells where the header has 4; put a cell that holds a "," in/,
      ],
      ["PK\x03\x04...", /farm\.csv is an archive by its content; save its table as CSV/], // an Excel workbook
      [`${header}\nday,0,a.jpg\n`, /row 2 has 3 cells where the header has 4/],
    ];
    for (const [text, message] of texts) {
      await Deno.writeTextFile(join(folder, "farm.csv"), text);
      await refused(load(folder), message);
      const { unusable } = await own(folder);
      assert.match(unusable?.message ?? "", message);
    }
  }));
