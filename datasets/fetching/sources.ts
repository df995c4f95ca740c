/**
 * Where the files of the data sets come from.
 *
 * @module
 */
import { officehome } from "../sets/officehome.ts";
import { pacs } from "../sets/pacs.ts";
import { vlcs } from "../sets/vlcs.ts";

/** What is known of a file's bytes, from those who hand it out. */
export interface KnownBytes {
  readonly bytes?: number;
  readonly sha256?: string;
  readonly md5?: string;
  /** The name that git gives the file. */
  readonly gitBlob?: string;
}

/** A file to be fetched. */
export interface SourceFile extends KnownBytes {
  /** Where it goes, relative to the data folder. */
  readonly path: string;
  /** Addresses that hand it out, the best first. */
  readonly urls: readonly string[];
  /** Addresses of other archives with the same content, of which nothing is known but that. */
  readonly copies?: readonly string[];
  /** What becomes of an archive; it is removed once it is unpacked. */
  readonly unpack?: Unpacking;
}

/** How an archive is unpacked. */
export interface Unpacking {
  /** The folder that takes the place of the archive, relative to the data folder. */
  readonly to: string;
  /**
   * Folders by which one tells the folder of the archive that becomes it; left out, the archive's
   * whole content does.
   */
  readonly holding?: readonly string[];
}

/** What is needed for a data set. */
export interface Sources {
  readonly files: readonly SourceFile[];
  /** Images that do not lie as the split file lists them, and where they go. */
  readonly sort?: { readonly from: string; readonly to: string; readonly list: string };
}

const drive = (id: string, key = "") =>
  `https://drive.usercontent.google.com/download?id=${id}&export=download&confirm=t${key}`;

/** Addresses of a file of the MDLT repository. */
const mdlt = (path: string) => [
  `https://raw.githubusercontent.com/YyzHarry/multi-domain-imbalance/main/mdlt/${path}`,
  `https://cdn.jsdelivr.net/gh/YyzHarry/multi-domain-imbalance@main/mdlt/${path}`,
];

const csv = (name: string, known: KnownBytes): SourceFile => ({
  path: `${name}.csv`,
  urls: mdlt(`dataset/split/${name}.csv`),
  ...known,
});

const idx = (name: string, md5: string): SourceFile => ({
  path: `MNIST/raw/${name}.gz`,
  urls: [
    `https://ossci-datasets.s3.amazonaws.com/mnist/${name}.gz`,
    `http://yann.lecun.com/exdb/mnist/${name}.gz`,
  ],
  md5,
});

const MNIST: readonly SourceFile[] = [
  idx("train-images-idx3-ubyte", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
  idx("train-labels-idx1-ubyte", "d53e105ee54ea40749a09fcbcd1e9432"),
  idx("t10k-images-idx3-ubyte", "9fb629c4189551a2d022fa330f9573f3"),
  idx("t10k-labels-idx1-ubyte", "ec29112dd5afa0611ce80d1b7f02629c"),
];

const DIGITS: readonly SourceFile[] = [
  ...[["train", "191ed53db9933bd85cc9700558847391"], ["test", "e11cb4d7fff76d7ec588b1134907db59"]]
    .map(([part, md5]): SourceFile => ({
      path: `MNISTM/mnist_m_${part}.pt.tar.gz`,
      urls: [`https://github.com/liyxi/mnist-m/releases/download/data/mnist_m_${part}.pt.tar.gz`],
      md5: md5!,
    })),
  {
    path: "SVHN/train_32x32.mat",
    urls: ["http://ufldl.stanford.edu/housenumbers/train_32x32.mat"],
    bytes: 182_040_794,
    md5: "e26dedcc434d2e4c54c9b2d4a06d8373",
  },
  {
    path: "SVHN/test_32x32.mat",
    urls: ["http://ufldl.stanford.edu/housenumbers/test_32x32.mat"],
    bytes: 64_275_384,
    md5: "eb5a983be6a315427106f1b164d9cef3",
  },
];

/** The small images of Caltech Camera Traps. */
const CAMERA_TRAPS = "eccv_18_all_images_sm";

/** An archive of DomainNet's authors (the cleaned version for clip art and paintings). */
const domain = (name: string, bytes: number, md5: string, inner = ""): SourceFile => {
  const address = `csr.bu.edu/ftp/visda/2019/multi-source/${inner}${name}.zip`;
  return {
    path: `domain_net/${name}.zip`,
    urls: [`http://${address}`, `https://${address}`],
    bytes,
    md5,
    // Any folder of an image class tells the folder of the domain.
    unpack: { to: `domain_net/${name}`, holding: ["zebra", "airplane"] },
  };
};

/** What `deno task data fetch` gets, by data set. */
export const SOURCES: Readonly<Record<string, Sources>> = {
  digits: { files: DIGITS },
  "digits-mnist": { files: [...MNIST, ...DIGITS] },
  "colored-mnist": { files: MNIST },
  "rotated-mnist": { files: MNIST },
  vlcs: {
    files: [
      {
        path: "VLCS.tar.gz",
        urls: [drive("1skwblH1_okBwxWxmRsp9_qi15hyPpxg8")],
        md5: "8870171eba660927d9668f4e515928e4",
        copies: [drive("1yDuLrJdPSvMbTmpq-7XmwG0HnJengD-T")],
        unpack: { to: "VLCS", holding: vlcs.domains },
      },
      csv("VLCS", {
        bytes: 710_243,
        sha256: "5bbbb7373c619f125b4e98c1f2f2f5678cefc40fd6dd95fab256202677d51c8e",
      }),
    ],
  },
  pacs: {
    files: [
      {
        path: "PACS.zip",
        urls: [drive("1JFr8f805nMUelQWWmfnJR3y4_SYoN5Pd")],
        md5: "fd5db817f7cdafeef3bfd525aaf9b42e",
        copies: [
          "https://codeload.github.com/MachineLearning2020/Homework3-PACS/zip/refs/heads/master",
          drive("1WWi9tuUNFmUiw7Eirq_JT_hxYZv3J-Vv"),
        ],
        unpack: { to: "PACS", holding: pacs.domains },
      },
      csv("PACS", {
        bytes: 462_784,
        sha256: "72b39e126012a53561cc0ffe2e0a6771f175fd0c29239844ba784400ea3b65e4",
      }),
    ],
  },
  officehome: {
    files: [
      {
        path: "office_home.zip",
        urls: [
          drive("1uY0pj7oFsjMxRwaD3Sxy0jgel0fsYXLC"),
          drive("0B81rNlvomiwed0V1YUxQdC1uOTg", "&resourcekey=0-2SNWq0CDAuWOBRRBL7ZZsw"),
          drive("1o2ieb-WCn-d4UBpJ_Fg5n1uIil60nJz2"),
        ],
        md5: "b1c14819770c4448fd5b6d931031c91c",
        copies: [drive("1USXqK4nCvOAR5Ty4iwKcuCOrRJoRuDyU")],
        unpack: { to: "office_home", holding: officehome.domains },
      },
      csv("OfficeHome", {
        bytes: 664_539,
        sha256: "0a6c4e7800f629b8c6b67ba71dd238a83d4f513ac77694ab58796e528985a5b5",
      }),
    ],
  },
  terrainc: {
    files: [
      {
        path: `${CAMERA_TRAPS}.tar.gz`,
        urls: [
          "https://storage.googleapis.com/public-datasets-lila",
          "http://us-west-2.opendata.source.coop.s3.amazonaws.com/agentmorris/lila-wildlife",
          "https://lilawildlife.blob.core.windows.net/lila-wildlife",
        ].map((lila) => `${lila}/caltechcameratraps/${CAMERA_TRAPS}.tar.gz`),
        bytes: 6_492_615_601,
        unpack: { to: CAMERA_TRAPS },
      },
      csv("TerraIncognita", {
        bytes: 1_956_149,
        sha256: "e2cc6802e5fa63e78e05f86d09132a24527dee6c5710843f37805f6fd52a61de",
      }),
    ],
    sort: { from: CAMERA_TRAPS, to: "terra_incognita", list: "TerraIncognita.csv" },
  },
  domainnet: {
    files: [
      csv("DomainNet", { gitBlob: "c80f98fbc291279a5e1633b6270bb83a497ac7eb" }),
      domain("clipart", 1_270_909_081, "cd0d8f2d77a4e181449b78ed62bccf1e", "groundtruth/"),
      domain("infograph", 4_338_659_804, "720380b86f9e6ab4805bb38b6bd135f8"),
      domain("painting", 3_679_366_174, "1ae32cdb4f98fe7ab5eb0a351768abfd", "groundtruth/"),
      domain("quickdraw", 459_920_701, "bdc1b6f09f277da1a263389efe0c7a66"),
      domain("real", 6_062_039_589, "dcc47055e8935767784b7162e7c7cca6"),
      domain("sketch", 2_633_992_926, "658d8009644040ff7ce30bb2e820850f"),
      {
        path: "domain_net/domain_net_duplicates.txt",
        urls: [
          ...mdlt("scripts/misc/domain_net_duplicates.txt"),
          "https://raw.githubusercontent.com/facebookresearch/DomainBed/main/domainbed/misc/" +
          "domain_net_duplicates.txt",
        ],
      },
    ],
  },
};
