/** Starts native TensorFlow, and prints what it says of itself and a gradient. */
import * as tf from "@tensorflow/tfjs-core";
import { printJson } from "../../base/terminal.ts";
import { startBackend } from "../../tensor/backend.ts";

const info = await startBackend("native", 1);
const gradient = tf.grad((x) => tf.sum(tf.relu(x)))(tf.tensor1d([1, -1]));
const threads = Deno.env.get("TF_NUM_INTRAOP_THREADS");
printJson({ info, gradient: [...gradient.dataSync()], threads });
