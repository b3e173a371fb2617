import { LabIcon } from '@jupyterlab/ui-components';

/** A scheduler and its workers. */
export const clusterIcon = new LabIcon({
  name: 'cluster-launcher:cluster',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <circle cx="12" cy="5" r="3"/><circle cx="5" cy="19" r="3"/>
    <circle cx="12" cy="19" r="3"/><circle cx="19" cy="19" r="3"/>
    <path d="M11 8h2v4h7v5h-2v-3h-5v3h-2v-3H6v3H4v-5h7z"/>
  </g>
</svg>`
});

/** Plots that move. */
export const dashboardIcon = new LabIcon({
  name: 'cluster-launcher:dashboard',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M4 3h2v16h15v2H4zm4 9h3v6H8zm5-5h3v11h-3zm5 3h3v8h-3z"/>
</svg>`
});

/** Code that goes into a cell. */
export const insertIcon = new LabIcon({
  name: 'cluster-launcher:insert',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M8.7 7.7 7.3 6.3 1.6 12l5.7 5.7 1.4-1.4L4.4 12zm6.6 0 1.4-1.4 5.7 5.7-5.7 5.7-1.4-1.4 4.3-4.3zM11 7h2v4h3l-4 5-4-5h3z"/>
</svg>`
});

/** Traffic that nobody can read. */
export const lockIcon = new LabIcon({
  name: 'cluster-launcher:lock',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M17 9V7A5 5 0 0 0 7 7v2H5v12h14V9zm-8-2a3 3 0 0 1 6 0v2H9zm4 9.7V18h-2v-1.300a2 2 0 1 1 2 0z"/>
</svg>`
});

/** Lines of a log. */
export const logIcon = new LabIcon({
  name: 'cluster-launcher:log',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" d="M4 4h16v2H4zm0 4h10v2H4zm0 4h16v2H4zm0 4h12v2H4z"/>
</svg>`
});
