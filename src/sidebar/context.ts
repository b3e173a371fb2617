import { NotebookPanel } from '@jupyterlab/notebook';
import { KernelSpec } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { IPreferences } from '../settings/preferences';
import { ICluster, IClusters, INotebooks, IPlatform } from '../tokens';
import { VersionCheck } from '../versions/check';

/** What every part of the sidebar is given. */
export interface ISidebarContext {
  /** What notebooks and clusters have in common; null to compare nothing. */
  checks: VersionCheck | null;
  clusters: IClusters;
  commands: CommandRegistry;
  kernelspecs: KernelSpec.IManager;
  notebooks: INotebooks | null;
  /**
   * Called after a launch was accepted, with the notebook that was in front
   * when Launch was pressed.
   */
  onLaunched: (cluster: ICluster, panel: NotebookPanel | null) => void;
  preferences: IPreferences;
  trans: TranslationBundle;
}

/** What a row, and every part of it, is given. */
export interface IRowProps {
  cluster: ICluster;
  context: ISidebarContext;
  /** The cluster's platform, where the list of platforms is known. */
  platform: IPlatform | undefined;
}
