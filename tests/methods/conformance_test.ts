/** What every method must do, for each that is registered: a new one is tested the day it is. */
import { METHODS } from "../../methods/mod.ts";
import { methodConformance } from "../../testing/method.ts";

for (const method of METHODS) await methodConformance(method);
