import type { Config } from './schema.ts';

/** The text with the user name, password and query values of any address in it replaced by `***`. */
export function redactAddress(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi, '$1***@')
    .replaceAll(/([?&][^=&\s#]+=)[^&\s#]+/g, '$1***');
}

/** The configuration as it may be logged or shown: camera addresses without their secrets. */
export function redactConfig(config: Config): Config {
  const cameras = config.cameras.map((camera) => ({ ...camera, source: redactAddress(camera.source) }));
  return { ...config, cameras };
}
