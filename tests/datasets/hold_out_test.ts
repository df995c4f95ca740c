import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { DataError } from "../../datasets/dataset.ts";
import { domainnet } from "../../datasets/sets/domainnet.ts";
import { holdOut, type ListedImage } from "../../datasets/protocols/hold_out.ts";
import { loadOptions, testFolder } from "./helpers.ts";

function cell(domain: number, label: number, images: number): ListedImage[] {
  return Array.from({ length: images }, (_, i) => ({
    domain,
    label,
    path: `d${domain}/c${label}/${String(i).padStart(4, "0")}.jpg`,
  }));
}

Deno.test("hold out: MDLT's rule for full, small and single cells", () => {
  const rows = holdOut([...cell(0, 0, 200), ...cell(0, 1, 44), ...cell(1, 0, 1)], 45, 0);
  const count = (domain: number, label: number) =>
    ["train", "validation", "test"].map((split) =>
      rows.filter((row) => row.domain === domain && row.label === label && row.split === split)
        .length
    );
  assert.deepEqual(count(0, 0), [155, 15, 30]);
  assert.deepEqual(count(0, 1), [0, 14, 30]);
  assert.deepEqual(count(1, 0), [0, 0, 1]);
});

Deno.test("hold out: the split depends on the seed and the cell, not on the order of files", () => {
  const images = [...cell(0, 0, 50), ...cell(0, 1, 50)];
  const rows = holdOut(images, 30, 0);
  assert.deepEqual(holdOut(images.toReversed(), 30, 0), rows);
  assert.deepEqual(holdOut(cell(0, 1, 50), 30, 0), rows.slice(50));
  assert.notDeepEqual(holdOut(images, 30, 1), rows);
});

Deno.test("domainnet: without a CSV its lists are split, without the doubles, streamed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const images = join(folder, "domain_net");
    const write = async (name: string, lines: string[]) => {
      const file = join(images, name);
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeTextFile(file, lines.map((line) => `${line}\n`).join(""));
    };
    for (const domain of domainnet.domains) {
      const all = domainnet.classes.flatMap((name, label) =>
        Array.from({ length: 4 }, (_, i) => `${domain}/${name}/${i}.jpg ${label}`)
      );
      const more = Array.from({ length: 90 }, (_, i) => `${domain}/zebra/more${i}.jpg 344`);
      await write(`${domain}_train.txt`, all.filter((_, i) => i % 4 > 0));
      await write(`${domain}_test.txt`, [...all.filter((_, i) => i % 4 === 0), ...more]);
    }
    await write("domain_net_duplicates.txt", ["clipart/zebra/more7.jpg", "real/zebra/more8.jpg"]);
    const options = loadOptions(domainnet, {}, { dataDir: folder, imageSize: 64 });
    const counts = (await domainnet.counts(options))!;
    const zebra = domainnet.classes.indexOf("zebra");
    const of = (part: "train" | "validation" | "test") => counts[part].map((c) => c[zebra]);
    assert.deepEqual(of("train"), [33, 34, 34, 34, 33, 34]);
    assert.deepEqual(of("validation"), Array(6).fill(20));
    assert.deepEqual(of("test"), Array(6).fill(40));
    const list = join(images, "real_test.txt");
    await Deno.rename(list, `${list}.away`);
    await assert.rejects(domainnet.counts(options), /There is .*_train\.txt and no real_test\.txt/);
    await Deno.rename(`${list}.away`, list);
    // No image is there: a streamed set finds out when it is read.
    const dataset = await domainnet.load(options);
    await assert.rejects(
      dataset.domains[0]!.train.read([0]),
      (error) => error instanceof DataError && /clipart\/zebra\/.*\.jpg/.test(error.message),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const dataDir = testFolder("MDLT_TEST_DATA", "../shared/data");
const doubles = dataDir && join(dataDir, "lists/domain_net_duplicates.txt");

Deno.test({
  name: "domainnet: every double that the authors list is of a known domain and class",
  // Needs lists/domain_net_duplicates.txt in MDLT_TEST_DATA.
  ignore: !doubles || !(await Deno.stat(doubles).catch(() => undefined))?.isFile,
  async fn() {
    const lines = (await Deno.readTextFile(doubles!)).trim().split("\n");
    assert.equal(lines.length, 9431);
    for (const line of lines) {
      const [domain, name] = line.split("/");
      assert.ok(domainnet.domains.includes(domain!) && domainnet.classes.includes(name!), line);
    }
    assert.equal(domainnet.classes.length, 345);
    assert.deepEqual(domainnet.classes, domainnet.classes.toSorted());
  },
});
