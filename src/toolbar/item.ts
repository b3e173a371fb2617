import { NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { stateText, workersText } from '../format';
import { clusterIcon } from '../icons';
import { IClusters, INotebooks } from '../tokens';
import { clusterFor } from './state';

/** The width of a notebook in pixels below which the item has no text. */
const NARROW = 680;

/** What the item works with. */
export interface IItemOptions {
  /** The clusters. */
  clusters: IClusters;
  /** The open notebooks. */
  notebooks: INotebooks;
  /** Opens the menu of the item. */
  open: (button: HTMLElement, panel: NotebookPanel) => void;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * A button in the toolbar of a notebook with the name and the state of its
 * cluster, which opens a menu. Its width does not follow the text.
 */
export class ToolbarItem extends Widget {
  constructor(
    private _panel: NotebookPanel,
    private _options: IItemOptions
  ) {
    super();
    this.addClass('jp-ClusterLauncher-toolbarItem');
    const button = this._button;
    button.type = 'button';
    button.setAttribute('aria-haspopup', 'menu');
    button.append(this._icon, this._name, this._state, this._caret);
    clusterIcon.element({ container: this._icon, tag: 'span' });
    caretDownIcon.element({ container: this._caret, tag: 'span' });
    this._name.className = 'jp-ClusterLauncher-toolbarName';
    this._state.className = 'jp-ClusterLauncher-toolbarState';
    button.addEventListener('click', () =>
      this._options.open(button, this._panel)
    );
    this.node.append(button);
    const { clusters, notebooks } = this._options;
    clusters.changed.connect(this._update, this);
    notebooks.usersChanged.connect(this._update, this);
    void this._panel.context.ready.then(() => {
      if (!this.isDisposed) {
        this._panel.content.model?.cells.changed.connect(this._update, this);
        this._update();
      }
    });
    this._update();
  }

  /** Stop watching the size of the notebook. */
  dispose(): void {
    this._observer.disconnect();
    super.dispose();
  }

  /** Watch the size of the notebook: the toolbar has no room for text in a narrow one. */
  protected onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    this._observer.observe(this._panel.node);
  }

  protected onBeforeDetach(msg: Message): void {
    this._observer.disconnect();
    super.onBeforeDetach(msg);
  }

  private _update(): void {
    const { clusters, notebooks, trans } = this._options;
    const { cluster, hasStopped } = clusterFor(
      this._panel,
      notebooks,
      clusters
    );
    const state = hasStopped ? 'closed' : cluster?.state;
    const kept = hasStopped
      ? (notebooks.clusterNameOf(this._panel) ?? trans.__('Cluster'))
      : '';
    const name = cluster?.name ?? kept;
    const words = state ? stateText(cluster?.state ?? state, trans) : '';
    this._name.textContent = name || trans.__('No cluster');
    this._state.textContent = words;
    this._button.dataset.state = state ?? 'none';
    const label = !state
      ? trans.__('Dask cluster of this notebook: none')
      : cluster?.state === 'running'
        ? trans.__(
            'Dask cluster of this notebook: %1, %2, %3',
            name,
            words,
            workersText(cluster, trans)
          )
        : trans.__('Dask cluster of this notebook: %1, %2', name, words);
    // A screen reader would say again what has not changed.
    if (this._button.title !== label) {
      this._button.title = label;
      this._button.setAttribute('aria-label', label);
    }
  }

  private _button = document.createElement('button');
  private _caret = document.createElement('span');
  private _icon = document.createElement('span');
  private _name = document.createElement('span');
  private _observer = new ResizeObserver(([{ contentRect }]) => {
    this.toggleClass(
      'jp-ClusterLauncher-mod-compact',
      contentRect.width < NARROW
    );
  });
  private _state = document.createElement('span');
}
