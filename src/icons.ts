import { LabIcon } from '@jupyterlab/ui-components';

/**
 * Create an icon that follows the theme.
 *
 * @param name - the part of its name after the namespace
 * @param shapes - SVG elements on a canvas of 24 by 24
 */
function makeIcon(name: string, shapes: string): LabIcon {
  return new LabIcon({
    name: `cluster-launcher:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><g class="jp-icon3" fill="#616161">${shapes}</g></svg>`
  });
}

/** Make an icon that is in line with the text of a menu item. */
export function menuIcon(icon: LabIcon): LabIcon {
  return icon.bindprops({ stylesheet: 'menuItem' });
}

/** Three slanted ribbons, as in the logo of Dask. */
export const clusterIcon = makeIcon(
  'cluster',
  '<path d="M2 7.500 13 2v5L2 12.500zM6.500 12l11-5.500v5l-11 5.500zM11 16.500 22 11v5.500L11 22z"/>'
);

/** A bar chart. */
export const dashboardIcon = makeIcon(
  'dashboard',
  '<path d="M4 3h2v16h15v2H4zm4 9h3v6H8zm5-5h3v11h-3zm5 3h3v8h-3z"/>'
);

/** Code that is inserted in a cell. */
export const insertIcon = makeIcon(
  'insert',
  '<path d="M8.7 7.7 7.3 6.3 1.6 12l5.7 5.7 1.4-1.4L4.4 12zm6.6 0 1.4-1.4 5.7 5.7-5.7 5.7-1.4-1.4 4.3-4.3zM11 7h2v4h3l-4 5-4-5h3z"/>'
);

/** A closed lock. */
export const lockIcon = makeIcon(
  'lock',
  '<path d="M17 9V7A5 5 0 0 0 7 7v2H5v12h14V9zm-8-2a3 3 0 0 1 6 0v2H9zm4 9.7V18h-2v-1.300a2 2 0 1 1 2 0z"/>'
);

/** Lines of text. */
export const logIcon = makeIcon(
  'log',
  '<path d="M4 4h16v2H4zm0 4h10v2H4zm0 4h16v2H4zm0 4h12v2H4z"/>'
);

/** A pin: what stays. */
export const keepIcon = makeIcon(
  'keep',
  '<path d="M8 3h8v2h-1v6l3 3v2h-5v5l-1 1-1-1v-5H6v-2l3-3V5H8z"/>'
);

/** Fewer and more. */
export const scaleIcon = makeIcon(
  'scale',
  '<path d="M4 15h4v5H4zm6-5h4v10h-4zm6-6h4v16h-4z" />'
);
