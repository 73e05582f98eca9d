import type { InputSpec, PerChannel, Tensor } from '../models.ts';

/**
 * The tensor that a file wants, from the caller's (RGB, 0–255, [N, 3, H, W]): the very same one where the entry asks
 * for nothing else.
 */
export function prepareInput(spec: InputSpec, tensor: Tensor): Tensor {
  const { layout = 'nchw', channels = 'rgb', mean = 0, std = 1 } = spec;
  if (layout === 'nchw' && channels === 'rgb' && mean === 0 && std === 1) return tensor;
  const [batch = 0, , height = 0, width = 0] = tensor.shape;
  const pixels = height * width;
  const data = new Float32Array(tensor.data.length);
  for (let image = 0; image < batch; image++) {
    for (let channel = 0; channel < 3; channel++) {
      const source = (image * 3 + channel) * pixels;
      const target = channels === 'rgb' ? channel : 2 - channel;
      const start = layout === 'nchw' ? (image * 3 + target) * pixels : image * 3 * pixels + target;
      const step = layout === 'nchw' ? 1 : 3;
      const [shift, scale] = [ofChannel(mean, channel), ofChannel(std, channel)];
      for (let i = 0; i < pixels; i++) {
        data[start + i * step] = ((tensor.data[source + i] as number) - shift) / scale;
      }
    }
  }
  return { data, shape: layout === 'nchw' ? tensor.shape : [batch, height, width, 3] };
}

function ofChannel(value: PerChannel, channel: number): number {
  return typeof value === 'number' ? value : (value[channel] as number);
}
