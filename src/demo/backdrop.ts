import { seededRandom } from './random.ts';

/** The drawn shop: what stands behind the visitors, and what stands in front of them on the counter. */

export const VIEW = {
  width: 1280,
  height: 720,
  /** Upper edge of the counter: nobody is seen below it. */
  counterTop: 612,
  /** The opening to the back room, through which people come from behind. */
  doorway: { left: 520, right: 742 },
} as const;

const OAK = '#b98a5e';
const OAK_DARK = '#8d6542';
const LEAVES = ['#5f7f5b', '#6f9167', '#4f6f50', '#7fa074'] as const;

function rect(x: number, y: number, width: number, height: number, fill: string, more = ''): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}" ${more}/>`;
}

function gradient(id: string, stops: readonly [offset: number, colour: string][], vertical = true): string {
  const end = vertical ? 'x2="0" y2="1"' : 'x2="1" y2="0"';
  const inner = stops.map(([offset, colour]) => `<stop offset="${offset}" stop-color="${colour}"/>`).join('');
  return `<linearGradient id="${id}" x1="0" y1="0" ${end}>${inner}</linearGradient>`;
}

function definitions(): string {
  const lamp = `<radialGradient id="glow"><stop offset="0" stop-color="#fff1cf" stop-opacity=".75"/>
    <stop offset=".35" stop-color="#ffe3ad" stop-opacity=".28"/><stop offset="1" stop-color="#ffe3ad" stop-opacity="0"/></radialGradient>
    <radialGradient id="warm"><stop offset="0" stop-color="#e7b678" stop-opacity=".8"/><stop offset="1" stop-color="#e7b678" stop-opacity="0"/></radialGradient>`;
  return `<defs>${[
    gradient(
      'wall',
      [
        [0, '#f1eadd'],
        [0.55, '#e6dccb'],
        [1, '#cfc3af'],
      ],
      false,
    ),
    gradient('wainscot', [
      [0, '#93a596'],
      [1, '#74887a'],
    ]),
    gradient('sky', [
      [0, '#cfe2ea'],
      [0.6, '#eef3ee'],
      [1, '#f7efdd'],
    ]),
    gradient('back', [
      [0, '#75604f'],
      [0.6, '#59483c'],
      [1, '#3f342d'],
    ]),
    gradient('oak', [
      [0, '#c99b6d'],
      [1, '#a97a50'],
    ]),
    gradient('front', [
      [0, '#8b6443'],
      [1, '#5f4430'],
    ]),
    gradient('top', [
      [0, '#d9b083'],
      [0.35, '#c89a6b'],
      [1, '#b38457'],
    ]),
    gradient('shade', [
      [0, '#3d4a44'],
      [1, '#56665d'],
    ]),
    lamp,
  ].join('')}<filter id="far"><feGaussianBlur stdDeviation="5"/></filter>
  <filter id="soft"><feGaussianBlur stdDeviation="14"/></filter></defs>`;
}

/** A window to the street on the left, with trees and a house far out of focus. */
function shopWindow(): string {
  const trees = [
    [70, 330, 62],
    [150, 345, 52],
    [300, 318, 74],
    [352, 350, 48],
  ]
    .map(([x, y, r], i) => `<circle cx="${x}" cy="${y}" r="${r}" fill="${LEAVES[i % 4]}" opacity=".75"/>`)
    .join('');
  const house = `${rect(176, 190, 92, 220, '#d8bfa4')}${rect(190, 214, 22, 34, '#8fa6b0')}${rect(232, 214, 22, 34, '#8fa6b0')}${rect(190, 280, 22, 34, '#8fa6b0')}${rect(232, 280, 22, 34, '#8fa6b0')}`;
  const bars = [40, 144, 252, 360].map((x) => rect(x - 4, 56, 9, 392, '#f8f4ea')).join('');
  return `<g clip-path="inset(0)">${rect(40, 60, 322, 384, 'url(#sky)')}
    <svg x="40" y="60" width="322" height="384" viewBox="40 60 322 384"><g filter="url(#far)">${house}${trees}${rect(20, 404, 360, 60, '#c7bda9')}</g></svg></g>
    ${rect(34, 54, 334, 10, '#fbf8f0')}${rect(34, 168, 334, 6, '#f8f4ea')}${bars}
    ${rect(22, 442, 358, 16, '#fbf8f0')}${rect(22, 456, 358, 5, '#b9ad99')}`;
}

/** The opening in the middle, with the dim back room behind it. */
function doorway(): string {
  const { left, right } = VIEW.doorway;
  const width = right - left;
  const boxes = [
    [548, 300, 46, 40],
    [598, 312, 34, 28],
    [664, 292, 52, 48],
    [552, 214, 38, 32],
    [640, 208, 60, 38],
  ]
    .map(([x = 0, y = 0, w = 0, h = 0], i) =>
      rect(x, y, w, h, ['#a88763', '#8f755b', '#b59673'][i % 3] ?? OAK),
    )
    .join('');
  const shelf = `${rect(540, 246, 184, 7, '#8a6a4d')}${rect(540, 340, 184, 7, '#8a6a4d')}`;
  return `<path d="M${left} 720V176a${width / 2} 84 0 0 1 ${width} 0V720Z" fill="url(#back)"/>
    <g opacity=".62">${shelf}${boxes}</g><ellipse cx="631" cy="176" rx="96" ry="110" fill="url(#warm)"/>
    <path d="M${left - 9} 720V176a${width / 2 + 9} 93 0 0 1 ${width + 18} 0V720h-9V176a${width / 2} 84 0 0 0 -${width} 0V720Z" fill="#f6f0e3"/>`;
}

const GOODS = [
  '#8c4f43',
  '#c9a25f',
  '#57707a',
  '#d8d0c0',
  '#7d8f6d',
  '#a9705a',
  '#44566b',
  '#e3dccd',
] as const;

/** One article on a shelf board at `y`: a bottle, a jar, a box or folded cloth. */
function article(kind: number, x: number, y: number, colour: string): { svg: string; width: number } {
  if (kind === 0) {
    const svg = `<path d="M${x} ${y}v-46q0 -10 7 -13v-17h10v17q7 3 7 13v46Z" fill="${colour}"/>${rect(x, y - 34, 24, 18, '#f3ecdd')}${rect(x + 3, y - 44, 3, 40, '#ffffff', 'opacity=".25"')}`;
    return { svg, width: 30 };
  }
  if (kind === 1) {
    const svg = `${rect(x, y - 40, 34, 40, colour, 'rx="6"')}${rect(x + 2, y - 48, 30, 10, '#e9e2d2', 'rx="2"')}${rect(x + 5, y - 36, 4, 32, '#ffffff', 'opacity=".28"')}`;
    return { svg, width: 41 };
  }
  if (kind === 2) {
    const svg = `${rect(x, y - 62, 42, 62, colour, 'rx="2"')}${rect(x + 7, y - 48, 28, 16, '#f4eee1', 'opacity=".85"')}`;
    return { svg, width: 48 };
  }
  const layers = [0, 1, 2].map((i) =>
    rect(x, y - 13 * (i + 1), 56, 12, i === 1 ? '#e3dccd' : colour, 'rx="5"'),
  );
  return { svg: layers.join(''), width: 64 };
}

function shelves(): string {
  const random = seededRandom(20);
  let svg = rect(836, 96, 402, 440, '#d3c6b0', 'opacity=".55"');
  for (const y of [214, 330, 446, 540]) {
    svg += `${rect(826, y, 424, 10, 'url(#oak)')}${rect(836, y + 10, 402, 9, '#6b5a45', 'opacity=".28"')}`;
    let x = 842;
    while (x < 1176) {
      const { svg: drawn, width } = article(
        Math.floor(random() * 4),
        x,
        y,
        GOODS[Math.floor(random() * GOODS.length)] ?? OAK,
      );
      svg += drawn;
      x += width + Math.floor(random() * 14);
    }
  }
  return `${svg}${rect(826, 90, 10, 460, OAK)}${rect(1240, 90, 10, 460, OAK)}${rect(826, 86, 424, 10, 'url(#oak)')}`;
}

function leaves(options: { x: number; y: number; count: number; reach: number; seed: number }): string {
  const random = seededRandom(options.seed);
  let svg = '';
  for (let i = 0; i < options.count; i++) {
    const angle = -Math.PI / 2 + (i / (options.count - 1) - 0.5) * 2.3 + (random() - 0.5) * 0.25;
    const reach = options.reach * (0.75 + random() * 0.35);
    const [tx, ty] = [options.x + Math.cos(angle) * reach, options.y + Math.sin(angle) * reach];
    const [nx, ny] = [-Math.sin(angle) * reach * 0.17, Math.cos(angle) * reach * 0.17];
    const [mx, my] = [(options.x + tx) / 2, (options.y + ty) / 2];
    const bend = `Q${mx + nx} ${my + ny} ${tx} ${ty}Q${mx - nx} ${my - ny} ${options.x} ${options.y}`;
    svg += `<path d="M${options.x} ${options.y}${bend}" fill="${LEAVES[i % 4]}"/>`;
  }
  return svg;
}

function lamp(x: number, drop: number): string {
  return `${rect(x - 1, 0, 3, drop, '#4a4f4b')}<circle cx="${x}" cy="${drop + 40}" r="150" fill="url(#glow)"/>
    <path d="M${x - 44} ${drop + 38}q4 -40 44 -40t44 40Z" fill="url(#shade)"/><ellipse cx="${x}" cy="${drop + 38}" rx="44" ry="6" fill="#fff3d6"/>`;
}

function wallDecoration(): string {
  const clock = `<circle cx="442" cy="176" r="37" fill="#fbf7ee"/><circle cx="442" cy="176" r="37" fill="none" stroke="${OAK_DARK}" stroke-width="5"/>
    <path d="M442 176V152M442 176l17 9" stroke="#46413a" stroke-width="4" stroke-linecap="round"/>`;
  const frame = `${rect(406, 268, 74, 92, '#f9f5ec')}${rect(406, 268, 74, 92, 'none', `stroke="${OAK_DARK}" stroke-width="4"`)}
    <path d="M418 342l18 -30 12 16 10 -12 12 26Z" fill="#8ea08c"/><circle cx="458" cy="292" r="7" fill="#dcae6a"/>`;
  const pot = `${leaves({ x: 786, y: 470, count: 9, reach: 120, seed: 5 })}<path d="M762 466h48l-7 74h-34Z" fill="#c8775a"/>
    ${rect(752, 538, 68, 9, OAK)}${rect(758, 546, 7, 80, OAK_DARK)}${rect(807, 546, 7, 80, OAK_DARK)}`;
  return `${clock}${frame}${pot}`;
}

/** The whole scene behind the visitors, 1280×720. */
export function backdropSvg(): string {
  const { width, height } = VIEW;
  const panels = [0, 1, 2, 3, 4, 5, 6, 7]
    .map((i) => rect(14 + i * 160, 504, 132, 200, 'none', 'stroke="#6c7f71" stroke-width="3" opacity=".6"'))
    .join('');
  const beam = '<path d="M362 70L620 720H120L40 444H362Z" fill="#fff6dd" opacity=".2" filter="url(#soft)"/>';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${definitions()}
    ${rect(0, 0, width, height, 'url(#wall)')}${rect(0, 480, width, 240, 'url(#wainscot)')}${rect(0, 474, width, 9, '#f4eee1')}
    ${panels}${beam}${shopWindow()}${wallDecoration()}${doorway()}${shelves()}
    ${lamp(250, 40)}${lamp(640, 22)}${lamp(1030, 36)}</svg>`;
}

/** The counter in the foreground, opaque from `counterTop` down, and what stands on it; the rest is transparent. */
export function counterSvg(): string {
  const { width, height, counterTop: top } = VIEW;
  const grain = [0, 1, 2, 3]
    .map(
      (i) =>
        `<path d="M0 ${top + 9 + i * 9}q320 ${i % 2 ? 5 : -4} 640 0t640 0" stroke="#a2744a" stroke-width="1.4" fill="none" opacity=".5"/>`,
    )
    .join('');
  const slats = Array.from({ length: 33 }, (_, i) =>
    rect(i * 40, top + 50, 3, 60, '#4a3526', 'opacity=".6"'),
  );
  const plant = `${leaves({ x: 92, y: top - 26, count: 11, reach: 112, seed: 9 })}<path d="M60 ${top - 34}h64l-8 62h-48Z" fill="#e9e3d6"/><path d="M60 ${top - 34}h64l-1.500 10h-61Z" fill="#d3cab8"/>`;
  const terminal = `<path d="M1118 ${top + 22}l10 -66h52l12 66Z" fill="#2f353a"/><path d="M1130 ${top - 16}l4 -22h40l5 22Z" fill="#a9c7c2"/>${[0, 1, 2].map((r) => [0, 1, 2].map((c) => rect(1131 + c * 16 - r, top - 8 + r * 9, 11, 5, '#7a848b')).join('')).join('')}`;
  const jar = `${rect(1016, top - 52, 60, 72, '#dfe8e6', 'rx="10" opacity=".82"')}${[
    [1030, 8],
    [1048, 2],
    [1062, 9],
    [1037, -8],
    [1055, -10],
  ]
    .map(
      ([x, y]) =>
        `<circle cx="${x}" cy="${top + (y ?? 0)}" r="9" fill="${(x ?? 0) % 2 ? '#c8775a' : '#dcae6a'}"/>`,
    )
    .join(
      '',
    )}${rect(1012, top - 60, 68, 12, OAK_DARK, 'rx="4"')}${rect(1023, top - 44, 6, 54, '#fff', 'opacity=".5" rx="3"')}`;
  const shadows = [
    [92, 60],
    [1046, 52],
    [1155, 62],
  ]
    .map(([x, r]) => `<ellipse cx="${x}" cy="${top + 27}" rx="${r}" ry="8" fill="#5b3f28" opacity=".4"/>`)
    .join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${definitions()}
    ${rect(0, top, width, 46, 'url(#top)')}${grain}${rect(0, top, width, 3, '#ecc99f')}
    ${rect(0, top + 44, width, 70, 'url(#front)')}${slats.join('')}${rect(0, top + 44, width, 7, '#3c2b1f', 'opacity=".45"')}
    ${shadows}${plant}${terminal}${jar}</svg>`;
}
