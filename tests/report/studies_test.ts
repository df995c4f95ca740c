import assert from "node:assert/strict";
import { toldApart } from "../../report/analysis/studies.ts";
import { convergence } from "../../methods/study.ts";

const result = (method: string, network: string, dataset = "pacs") => ({
  study: convergence,
  dataset: { name: dataset, title: dataset.toUpperCase() },
  network: { name: network, title: network.toUpperCase() },
  method: { name: method, title: method.toUpperCase() },
});

const named = (results: readonly ReturnType<typeof result>[]) =>
  toldApart(results).map(({ file, subject }) => [file, subject]);

Deno.test("a study's files have its data set and name, and no more where that says it", () => {
  assert.deepEqual(named([result("erm", "cnn", "digits"), result("erm", "resnet18")]), [
    ["digits-convergence", "ERM"],
    ["pacs-convergence", "ERM"],
  ]);
});

Deno.test("studies of several methods and networks are told apart", () => {
  assert.deepEqual(named([result("erm", "cnn"), result("irm", "cnn")]), [
    ["pacs-convergence-erm", "ERM"],
    ["pacs-convergence-irm", "IRM"],
  ]);
  assert.deepEqual(named([result("erm", "cnn"), result("erm", "resnet18")]), [
    ["pacs-convergence-cnn", "ERM × CNN"],
    ["pacs-convergence-resnet18", "ERM × RESNET18"],
  ]);
});
