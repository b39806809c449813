import { renameOldVit, renameTimmEfficientNet, renameTimmVgg, renameTimmVit } from "./_name_maps.ts";
import type { Normalisation, PretrainedFile } from "./pretrained_file.ts";

const TORCHVISION = "https://download.pytorch.org/models";
const timm = (name: string) => ({
  url: `https://huggingface.co/timm/${name}/resolve/main/model.safetensors`,
  file: `${name}.safetensors`,
  container: "safetensors" as const,
});
const fromTorchvision = (file: string) => ({ url: `${TORCHVISION}/${file}`, file, licence: "BSD-3-Clause" });

/** torchvision's preset (torchvision/transforms/_presets.py). */
const imageNet: Normalisation = {
  resize: 256,
  interpolation: "bilinear",
  crop: 224,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

const imageNetV1 = { weights: "imagenet1k_v1", trainedOn: "ImageNet-1k", preprocessing: imageNet } as const;

/**
 * Every file of weights that ctsurv knows. The first of an architecture is its default.
 *
 * For ResNet50 the default is V1 of its two trainings: torchvision's `pretrained=True` has always given it, and its
 * recipe is that of VGG16 and AlexNet. The paper says only "ImageNet".
 *
 * Sizes and hashes are from torchvision's file names and `_file_size`, and from copies of the files. If only the eight
 * digits of a file name are known, those are checked. For timm's files no hash is known here.
 */
export const CATALOGUE: readonly PretrainedFile[] = [
  {
    name: "efficientnet_b0.imagenet1k_v1",
    architecture: "efficientnet_b0",
    ...imageNetV1,
    ...fromTorchvision("efficientnet_b0_rwightman-7f5810bc.pth"),
    bytes: 21_444_401,
    sha256: "7f5810bc96def8f7552d5b7e68d53c4786f81167d28291b21c0d90e1fca14934",
    container: "pytorch-zip",
    preprocessing: { ...imageNet, interpolation: "bicubic" },
  },
  {
    name: "efficientnet_b0.ra_in1k",
    architecture: "efficientnet_b0",
    ...imageNetV1,
    ...timm("efficientnet_b0.ra_in1k"),
    licence: "Apache-2.0",
    preprocessing: { ...imageNet, interpolation: "bicubic" },
    rename: renameTimmEfficientNet,
  },
  {
    name: "resnet50.imagenet1k_v1",
    architecture: "resnet50",
    ...imageNetV1,
    ...fromTorchvision("resnet50-0676ba61.pth"),
    bytes: 102_530_333,
    sha256: "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
    container: "pytorch-zip",
  },
  {
    name: "resnet50.tv_in1k",
    architecture: "resnet50",
    ...imageNetV1,
    ...timm("resnet50.tv_in1k"),
    licence: "BSD-3-Clause",
  },
  {
    name: "resnet50.imagenet1k_v2",
    architecture: "resnet50",
    weights: "imagenet1k_v2",
    trainedOn: "ImageNet-1k, a newer recipe",
    ...fromTorchvision("resnet50-11ad3fa6.pth"),
    bytes: 102_540_417,
    sha256: "11ad3fa62ca79e40addfd354a8ec4b7c75143b3038b8d2a807fbc68deab379ca",
    container: "pytorch-zip",
    preprocessing: { ...imageNet, resize: 232 },
  },
  {
    name: "resnet50.tv2_in1k",
    architecture: "resnet50",
    weights: "imagenet1k_v2",
    trainedOn: "ImageNet-1k, a newer recipe",
    ...timm("resnet50.tv2_in1k"),
    licence: "BSD-3-Clause",
    preprocessing: { ...imageNet, resize: 232 },
  },
  {
    name: "vgg16.imagenet1k_v1",
    architecture: "vgg16",
    ...imageNetV1,
    ...fromTorchvision("vgg16-397923af.pth"),
    bytes: 553_433_881,
    sha256: "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
    container: "pytorch-legacy",
  },
  {
    name: "vgg16.tv_in1k",
    architecture: "vgg16",
    ...imageNetV1,
    ...timm("vgg16.tv_in1k"),
    licence: "BSD-3-Clause",
    rename: renameTimmVgg,
  },
  {
    name: "alexnet.imagenet1k_v1",
    architecture: "alexnet",
    ...imageNetV1,
    ...fromTorchvision("alexnet-owt-7be5be79.pth"),
    bytes: 244_408_911,
    sha256: "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
    container: "pytorch-zip",
  },
  {
    name: "vit_b_16.imagenet1k_v1",
    architecture: "vit_b_16",
    ...imageNetV1,
    ...fromTorchvision("vit_b_16-c867db91.pth"),
    bytes: 346_328_529,
    sha256: "c867db91d3e12c6cbadabb610d73c24a546bf82d8c03a9fea34f43a712ddb0e9",
    container: "pytorch-zip",
    rename: renameOldVit,
  },
  {
    name: "vit_b_16.augreg2_in21k_ft_in1k",
    architecture: "vit_b_16",
    weights: "augreg2_in21k_ft_in1k",
    trainedOn: "ImageNet-21k, then ImageNet-1k",
    ...timm("vit_base_patch16_224.augreg2_in21k_ft_in1k"),
    licence: "Apache-2.0",
    preprocessing: { resize: 248, interpolation: "bicubic", crop: 224, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    rename: renameTimmVit,
  },
  {
    name: "r3d_18.kinetics400_v1",
    architecture: "r3d_18",
    weights: "kinetics400_v1",
    trainedOn: "Kinetics-400 (clips of 16 frames)",
    ...fromTorchvision("r3d_18-b3b3357e.pth"),
    bytes: 133_546_016,
    sha256: "b3b3357e",
    container: "pytorch-legacy",
    preprocessing: {
      resize: [128, 171],
      interpolation: "bilinear",
      crop: 112,
      mean: [0.43216, 0.394666, 0.37645],
      std: [0.22803, 0.22145, 0.216989],
    },
  },
  {
    name: "unet_r231.lungmask",
    architecture: "unet_r231",
    weights: "lungmask",
    trainedOn: "231 CT scans with lungs (Hofmanninger 2020)",
    url: "https://github.com/JoHof/lungmask/releases/download/v0.0/unet_r231-d5d2fc3d.pth",
    file: "unet_r231-d5d2fc3d.pth",
    sha256: "d5d2fc3d",
    container: "pytorch",
    licence: "Apache-2.0",
    // Residual convolutions that the network was built with and never runs (lungmask/resunet.py, residual=False).
    ignore: (name) => name.split(".").some((part) => part.startsWith("residual_")),
  },
];
