import { KernelSpec } from '@jupyterlab/services';
import { IPreferences } from '../../settings/preferences';
import { IClusters, INotebooks } from '../../tokens';

/** What the state of the launch form is made of. */
export interface ILaunchModelOptions {
  /** The clusters and platforms. */
  clusters: IClusters;
  /** The kernelspecs of the server. */
  kernelspecs: Pick<KernelSpec.IManager, 'specs' | 'specsChanged'>;
  /** The notebooks and consoles, to launch in the environment of the current one. */
  notebooks: INotebooks | null;
  /** The preferences, in which the choices of a launch are saved. */
  preferences: IPreferences;
}
