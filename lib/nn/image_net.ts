/** Mean and standard deviation of ImageNet's red, green and blue, of intensities in [0, 1] (torchvision). */
export const imageNet = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;
