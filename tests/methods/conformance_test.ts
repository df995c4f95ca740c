/** What every method must do, for each that is registered: a new one is tested the day it is. */
import { METHODS } from "../../methods/mod.ts";
import { methodConformance } from "../../testing/method.ts";

/** Why a method's loss is not that of a network that is sure of everything. */
const NEED_NOT_LEARN: Readonly<Record<string, string>> = {
  mislas: "it smooths the labels of a first stage that is sure of them",
};

for (const method of METHODS) {
  const needNotLearn = NEED_NOT_LEARN[method.name];
  await methodConformance(method, needNotLearn === undefined ? {} : { needNotLearn });
}
