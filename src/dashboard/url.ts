import { ICluster } from '../tokens';

/**
 * The URL of a dashboard, or of one of its plots.
 *
 * @param plot - the name of the plot; empty for the whole dashboard
 * @returns null while the cluster has no dashboard
 */
export function dashboardUrl(cluster: ICluster, plot: string): string | null {
  return plot === ''
    ? cluster.dashboard_url
    : (cluster.dashboard_url?.replace(/status$/, encodeURI(plot)) ?? null);
}

/** Remove the base URL from a URL; any other URL becomes absolute. */
export function relativeUrl(url: string, baseUrl: string): string {
  const { href } = new URL(url, baseUrl);
  return href.startsWith(baseUrl) ? href.slice(baseUrl.length) : href;
}
