/**
 * Where the files of the data sets come from.
 *
 * @module
 */

/** A file to be fetched. */
export interface SourceFile {
  /** Where it goes, relative to the data folder. */
  readonly path: string;
  /** Addresses that hand it out, the best first. */
  readonly urls: readonly string[];
  readonly bytes?: number;
  readonly sha256?: string;
  readonly md5?: string;
  /** What becomes of an archive; it is removed once it is unpacked. */
  readonly unpack?: {
    /** The folder that takes the place of the archive, relative to the data folder. */
    readonly to: string;
    /** The folder of the archive that becomes it; left out, the archive's whole content. */
    readonly from?: string;
  };
}

/** What is needed for a data set. */
export interface Sources {
  readonly files: readonly SourceFile[];
  /** What is left to do by hand when all files are there. */
  readonly then?: string;
}

const drive = (id: string, key = "") =>
  `https://drive.usercontent.google.com/download?id=${id}&export=download&confirm=t${key}`;

/** A split file of the MDLT repository. */
const csv = (name: string): SourceFile => ({
  path: `${name}.csv`,
  urls: [
    "https://raw.githubusercontent.com/YyzHarry/multi-domain-imbalance/main/mdlt/dataset/split/" +
    `${name}.csv`,
  ],
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

/** An archive of DomainNet's authors (the cleaned version for clip art and paintings). */
const domain = (name: string, bytes: number, md5: string, inner = ""): SourceFile => ({
  path: `domain_net/${name}.zip`,
  urls: [`http://csr.bu.edu/ftp/visda/2019/multi-source/${inner}${name}.zip`],
  bytes,
  md5,
  unpack: { to: `domain_net/${name}`, from: name },
});

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
        unpack: { to: "VLCS", from: "VLCS" },
      },
      csv("VLCS"),
    ],
  },
  pacs: {
    files: [
      {
        path: "PACS.zip",
        urls: [drive("1JFr8f805nMUelQWWmfnJR3y4_SYoN5Pd")],
        unpack: { to: "PACS", from: "kfold" },
      },
      csv("PACS"),
    ],
  },
  officehome: {
    files: [
      {
        path: "office_home.zip",
        urls: [drive("0B81rNlvomiwed0V1YUxQdC1uOTg", "&resourcekey=0-2SNWq0CDAuWOBRRBL7ZZsw")],
        unpack: { to: "office_home", from: "OfficeHomeDataset_10072016" },
      },
      csv("OfficeHome"),
    ],
  },
  terrainc: {
    files: [
      {
        path: "eccv_18_all_images_sm.tar.gz",
        urls: [
          "https://storage.googleapis.com/public-datasets-lila/caltechcameratraps/" +
          "eccv_18_all_images_sm.tar.gz",
          "https://lilablobssc.blob.core.windows.net/caltechcameratraps/" +
          "eccv_18_all_images_sm.tar.gz",
        ],
        unpack: { to: "eccv_18_all_images_sm", from: "eccv_18_all_images_sm" },
      },
      csv("TerraIncognita"),
    ],
    then:
      "copy every image that TerraIncognita.csv lists from eccv_18_all_images_sm (the last part " +
      "of its path is the file's name) to terra_incognita/<its path>",
  },
  domainnet: {
    files: [
      domain("clipart", 1_270_909_081, "cd0d8f2d77a4e181449b78ed62bccf1e", "groundtruth/"),
      domain("infograph", 4_338_659_804, "720380b86f9e6ab4805bb38b6bd135f8"),
      domain("painting", 3_679_366_174, "1ae32cdb4f98fe7ab5eb0a351768abfd", "groundtruth/"),
      domain("quickdraw", 459_920_701, "bdc1b6f09f277da1a263389efe0c7a66"),
      domain("real", 6_062_039_589, "dcc47055e8935767784b7162e7c7cca6"),
      domain("sketch", 2_633_992_926, "658d8009644040ff7ce30bb2e820850f"),
      {
        path: "domain_net/domain_net_duplicates.txt",
        urls: [
          "https://raw.githubusercontent.com/YyzHarry/multi-domain-imbalance/main/mdlt/scripts/" +
          "misc/domain_net_duplicates.txt",
          "https://raw.githubusercontent.com/facebookresearch/DomainBed/main/domainbed/misc/" +
          "domain_net_duplicates.txt",
        ],
      },
    ],
  },
};
