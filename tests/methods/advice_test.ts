/** What the conformance suite says to the author of a method that draws or keeps numbers by itself. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { TEST_RIGHTS } from "../helpers/processes.ts";

/** The suite's tests of a method whose loss is multiplied by a factor of its own. */
const suite = (factor: string) => `
import * as tf from "@tensorflow/tfjs-core";
import { crossEntropy, defineMethod, forwardAll } from "@mdlt/bench/methods";
import { methodConformance } from "@mdlt/bench/testing";
await methodConformance(defineMethod({
  name: "mine", title: "Mine", description: "Mine.", family: "baseline",
  citation: "Me 2026, Mine", version: 1, hyperparameters: {},
  create({ network }) {
    let steps = 1;
    return {
      schedule: () => ({ factor: ${factor} }),
      loss(domains, { scalars: { factor } }) {
        const { logits, labels } = forwardAll(network, domains);
        return { loss: tf.mul(factor, crossEntropy(logits, labels)) };
      },
    };
  },
}));
`;

for (
  const [factor, test, says] of [
    [
      "Math.random()",
      "the seed decides",
      /two runs of one seed differ in \S+: draw in draws\(\) from ctx\.random\(name\), never by Math\.random or tf\.random\*/,
    ],
    [
      "steps++",
      "continues exactly",
      /a run and its continuation from a snapshot differ in \S+: something that lasts [^\n]+ ctx\.buffer\(name, shape\)[^\n]+ ctx\.random\(name\)/,
    ],
  ] as const
) {
  Deno.test(`a method with ${factor} is told what to do instead`, async () => {
    const folder = await Deno.makeTempDir();
    const path = join(folder, "mine_test.ts");
    await Deno.writeTextFile(path, suite(factor));
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", ...TEST_RIGHTS, "-q", "--no-check", "--filter", test, path],
      cwd: new URL("../..", import.meta.url),
    }).output();
    await Deno.remove(folder, { recursive: true });
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stdout), says);
  });
}
