import { YNotebook } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';

/** The document of a notebook, whose path may begin with a drive. */
export function contextOf(path: string): {
  path: string;
  localPath: string;
  isReady: boolean;
  ready: Promise<void>;
} {
  const localPath = path.replace(/^[^/]*:/, '');
  return { path, localPath, isReady: true, ready: Promise.resolve() };
}

/**
 * An open notebook: its document, and a session whose kernel a test changes.
 */
export class FakeNotebookPanel {
  constructor(
    readonly path = 'work/tides.ipynb',
    readOnly = false
  ) {
    this.content.model.readOnly = readOnly;
  }

  readonly notebook = YNotebook.create();
  readonly node = document.createElement('div');
  readonly title = { label: 'tides.ipynb' };
  readonly context = contextOf(this.path);
  readonly content = {
    model: {
      sharedModel: this.notebook,
      cells: { changed: new Signal<object, void>({}) },
      readOnly: false,
      collaborative: false
    }
  };
  readonly sessionContext = {
    isDisposed: false,
    session: null as any,
    kernelPreference: { name: 'python3' },
    kernelChanged: new Signal<object, any>({}),
    sessionChanged: new Signal<object, any>({}),
    statusChanged: new Signal<object, any>({})
  };
}
