import { JupyterFrontEnd } from '@jupyterlab/application';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { TranslationBundle } from '@jupyterlab/translation';
import { readingArea } from '../area';
import type { LaunchModel } from '../sidebar/launch/model';
import type { Highlight } from './code';

/** The options of the preview. */
export interface IPreviewOptions {
  /** The application. */
  app: JupyterFrontEnd;
  /** Whether the main area has tabs, as in JupyterLab but not Notebook 7. */
  hasTabs: boolean;
  /** The languages of the editor, to highlight code; null to leave it plain. */
  languages: IEditorLanguageRegistry | null;
  /** The state of the launch form. */
  model: LaunchModel;
  /** The translations of this extension. */
  trans: TranslationBundle;
}

/**
 * Show the code that the launch form would run in a tab, or activate the tab if
 * it is open.
 */
export async function showPreview(options: IPreviewOptions): Promise<void> {
  const { app, hasTabs, languages, model, trans } = options;
  const { PreviewPanel } = await import('./panel');
  const area = readingArea(app, hasTabs);
  for (const widget of app.shell.widgets(area)) {
    if (widget.id === PreviewPanel.ID) {
      app.shell.activateById(widget.id);
      return;
    }
  }
  const panel = new PreviewPanel(model, highlighter(languages), trans);
  app.shell.add(panel, area, { mode: 'tab-after', type: 'Dask Cluster Code' });
  app.shell.activateById(panel.id);
}

/** Make the function that highlights code; null if there is none. */
function highlighter(
  languages: IEditorLanguageRegistry | null
): Highlight | null {
  return (
    languages &&
    ((text, language, host) =>
      languages.highlight(text, languages.findByName(language), host))
  );
}
