/** Under which names the files of digits are found. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { findFiles, mnist } from "../../datasets/protocols/digit_files.ts";

const PLACES = [
  ["MNIST/raw", "-"],
  ["MNIST/MNIST/raw", "-"],
  ["MNIST", "-"],
  ["MNIST", "."], // as Kaggle hands them out
  ["digits/MNIST/raw", "."],
] as const;

for (const [folder, mark] of PLACES) {
  for (const ending of ["", ".gz"]) {
    Deno.test(`digits: MNIST is found as ${folder}/train-images${mark}idx3-ubyte${ending}`, async () => {
      const root = await Deno.makeTempDir();
      try {
        const files = [`images${mark}idx3`, `labels${mark}idx1`]
          .map((name) => join(root, folder, `train-${name}-ubyte${ending}`));
        for (const file of files) {
          await Deno.mkdir(dirname(file), { recursive: true });
          await Deno.writeFile(file, new Uint8Array(1));
        }
        assert.deepEqual(await findFiles(mnist, "train", root), { files });
        assert.deepEqual(await findFiles(mnist, "test", root), {
          missing: join(root, "MNIST/raw/t10k-images-idx3-ubyte.gz"),
        });
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    });
  }
}
