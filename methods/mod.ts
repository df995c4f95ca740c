/**
 * The registry of methods, in the order of the tables.
 *
 * @module
 */
import bcl from "./bcl.ts";
import boda from "./boda.ts";
import brl from "./brl/mod.ts";
import { studies as brlStudies } from "./brl/studies.ts";
import bsoftmax from "./bsoftmax.ts";
import causirl from "./causirl.ts";
import cbloss from "./cbloss.ts";
import cdann from "./cdann.ts";
import coral from "./coral.ts";
import crt from "./crt.ts";
import dann from "./dann.ts";
import dfr from "./dfr.ts";
import eqrm from "./eqrm.ts";
import erm from "./erm.ts";
import ermpp from "./ermpp.ts";
import fish from "./fish.ts";
import fishr from "./fishr.ts";
import focal from "./focal.ts";
import gcl from "./gcl.ts";
import groupdro from "./groupdro.ts";
import ibirm from "./ibirm.ts";
import irm from "./irm.ts";
import jtt from "./jtt.ts";
import ldam from "./ldam.ts";
import lisa from "./lisa.ts";
import logitadj from "./logitadj.ts";
import lws from "./lws.ts";
import medro from "./medro.ts";
import type { Method } from "./method.ts";
import mislas from "./mislas.ts";
import mixup from "./mixup.ts";
import mldg from "./mldg.ts";
import mmd from "./mmd.ts";
import mtl from "./mtl.ts";
import ndcl from "./ndcl.ts";
import rdm from "./rdm.ts";
import remix from "./remix.ts";
import resamp from "./resamp.ts";
import reweight from "./reweight.ts";
import rsc from "./rsc.ts";
import sade from "./sade.ts";
import sagnet from "./sagnet.ts";
import sd from "./sd.ts";
import selfreg from "./selfreg.ts";
import sqrtreweight from "./sqrtreweight.ts";
import { convergence, type Study } from "./study.ts";
import swad from "./swad.ts";
import tally from "./tally.ts";
import taunorm from "./taunorm.ts";
import urm from "./urm.ts";
import vrex from "./vrex.ts";
import vs from "./vs.ts";
import vsgroup from "./vsgroup.ts";

export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from "../tensor/types.ts";
export type { Definition } from "../base/definition.ts";
export type { Random } from "../base/random.ts";
export type { Range, Value, ValueType } from "../base/setting.ts";
export type { Network } from "../networks/network.ts";
export type { AdamSettings } from "../nn/adam.ts";
export type { Halves, InitialDraws, Layout, Module, Parameter } from "../nn/module.ts";
export * from "./hyperparameter.ts";
export * from "./method.ts";
export * from "./objective.ts";
export * from "./parts/batches.ts";
export * from "./parts/gradients.ts";
export * from "./parts/losses.ts";
export * from "./study.ts";

/** Every method. A new one is one file and one line here. */
export const METHODS: readonly Method[] = [
  erm,
  irm,
  groupdro,
  medro,
  mixup,
  lisa,
  remix,
  mldg,
  coral,
  mmd,
  dann,
  cdann,
  mtl,
  sagnet,
  fish,
  vrex,
  ibirm,
  fishr,
  eqrm,
  causirl,
  rdm,
  selfreg,
  sd,
  jtt,
  rsc,
  urm,
  ermpp,
  swad,
  resamp,
  reweight,
  sqrtreweight,
  cbloss,
  focal,
  ldam,
  bsoftmax,
  logitadj,
  vs,
  sade,
  gcl,
  bcl,
  crt,
  lws,
  mislas,
  taunorm,
  dfr,
  boda,
  tally,
  ndcl,
  vsgroup,
  brl,
];

/** Two-stage variants that belong to the tables: `first+second`. Any other pair may be asked for. */
export const TWO_STAGE: readonly string[] = ["gcl+crt", "boda+crt", "brl+crt"];

/** Every study. */
export const STUDIES: readonly Study[] = [convergence, ...brlStudies];
