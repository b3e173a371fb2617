import { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { IClusters, INotebooks } from '../tokens';
import { VersionCheck } from '../versions/check';
import { LaunchModel } from './launch/model';

/** The models and services that all parts of the sidebar use. */
export interface ISidebarContext {
  /** The check of packages; null to check nothing. */
  check: VersionCheck | null;
  /** The clusters. */
  clusters: IClusters;
  /** The commands of the application. */
  commands: CommandRegistry;
  /** The state of the launch form. */
  launch: LaunchModel;
  /** The notebooks, to drag code to; null without a notebook application. */
  notebooks: INotebooks | null;
  /** Shows the code that the launch form would run. */
  showCode: () => void;
  /** The translations of this extension. */
  trans: TranslationBundle;
}
