/**
 * Which Python wheels hold TensorFlow's C library for which machine, pinned by version and hash.
 *
 * A new TensorFlow version is a new table, nothing else.
 *
 * @module
 */

/** One wheel file, as an index of Python packages offers it. */
export interface Wheel {
  /** The package's name. */
  name: string;
  version: string;
  /** Its platform tag, as pip's `--platform` wants it. */
  platform: string;
  /** The SHA-256 of the file, in hexadecimal. */
  sha256: string;
  /** The size of the file in bytes, where known: progress is shown against it. */
  bytes?: number;
}

/** A set of wheels that together hold one TensorFlow; they are unpacked into one folder. */
export interface WheelSet {
  /** The wheel with the C library and its headers. */
  tensorflow: Wheel;
  /** Wheels whose libraries it looks for at `../nvidia`, beside its own folder. */
  companions: readonly Wheel[];
}

/** TensorFlow's wheels are built once per Python version; the C library in each is the same. */
export const pythonVersion = "3.11";

const version = "2.21.0";

const cpuLinuxX64: WheelSet = {
  tensorflow: {
    name: "tensorflow-cpu",
    version,
    platform: "manylinux_2_27_x86_64",
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    bytes: 273_829_956,
  },
  companions: [],
};

const cpuLinuxArm64: WheelSet = {
  tensorflow: {
    name: "tensorflow",
    version,
    platform: "manylinux_2_27_aarch64",
    sha256: "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
    bytes: 281_828_020,
  },
  companions: [],
};

const cpuMacArm64: WheelSet = {
  tensorflow: {
    name: "tensorflow",
    version,
    platform: "macosx_12_0_arm64",
    sha256: "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88",
    bytes: 223_405_849,
  },
  companions: [],
};

/**
 * TensorFlow with CUDA, and the CUDA libraries it asks for in its extra `and-cuda`. The set has been
 * fetched, unpacked (5.3 GB) and loaded on a machine without a GPU, where TensorFlow reports a CPU; it
 * has not been run on a GPU yet.
 */
const gpuLinuxX64: WheelSet = {
  tensorflow: {
    name: "tensorflow",
    version,
    platform: "manylinux_2_27_x86_64",
    sha256: "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
    bytes: 572_440_367,
  },
  companions: ([
    [
      "cublas",
      "12.9.3.13",
      "manylinux_2_27_x86_64",
      "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72",
    ],
    [
      "cuda-cupti",
      "12.9.79",
      "manylinux_2_25_x86_64",
      "096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f",
    ],
    [
      "cuda-nvcc",
      "12.9.86",
      "manylinux2010_x86_64",
      "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0",
    ],
    [
      "cuda-nvrtc",
      "12.9.86",
      "manylinux2010_x86_64",
      "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4",
    ],
    [
      "cuda-runtime",
      "12.9.79",
      "manylinux2014_x86_64",
      "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3",
    ],
    [
      "cudnn",
      "9.28.0.42",
      "manylinux_2_27_x86_64",
      "9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375",
    ],
    [
      "cufft",
      "11.4.1.4",
      "manylinux2014_x86_64",
      "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28",
    ],
    [
      "curand",
      "10.3.10.19",
      "manylinux_2_27_x86_64",
      "49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e",
    ],
    [
      "cusolver",
      "11.7.5.82",
      "manylinux_2_27_x86_64",
      "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88",
    ],
    [
      "cusparse",
      "12.5.10.65",
      "manylinux2014_x86_64",
      "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78",
    ],
    [
      "nccl",
      "2.32.3",
      "manylinux_2_27_x86_64",
      "bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c",
    ],
    [
      "nvjitlink",
      "12.9.86",
      "manylinux2010_x86_64",
      "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9",
    ],
  ] as const).map(([name, version, platform, sha256]) => ({
    name: `nvidia-${name}-cu12`,
    version,
    platform,
    sha256,
  })),
};

/**
 * The wheel sets to try on a machine, the preferred one first; none where no wheel fits it.
 *
 * @param os As `Deno.build.os` names it.
 * @param arch As `Deno.build.arch` names it.
 * @param gpu Whether there is an NVIDIA GPU to use.
 */
export function wheelSets(os: string, arch: string, gpu: boolean): WheelSet[] {
  switch (`${os} ${arch}`) {
    case "linux x86_64":
      return gpu ? [gpuLinuxX64, cpuLinuxX64] : [cpuLinuxX64];
    case "linux aarch64":
      return [cpuLinuxArm64];
    case "darwin aarch64":
      return [cpuMacArm64];
    default:
      return [];
  }
}
