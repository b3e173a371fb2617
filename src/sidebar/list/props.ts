import { ICluster, IPlatform } from '../../tokens';
import { ISidebarContext } from '../context';

/** The props of a row and its parts. */
export interface IRowProps {
  /** The cluster. */
  cluster: ICluster;
  /** The models and services of the sidebar. */
  context: ISidebarContext;
  /** The platform of the cluster, if it is known. */
  platform: IPlatform | undefined;
}
