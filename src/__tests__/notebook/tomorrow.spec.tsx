import { act, fireEvent, screen } from '@testing-library/react';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import { addAgainCommand } from '../../commands/again';
import { AutoInsert } from '../../notebook/autoinsert';
import { CELL_METADATA } from '../../notebook/mark';
import { Notebooks } from '../../notebook/notebooks';
import { showStoppedBars } from '../../notebook/stopped';
import { mayFocus } from '../../sidebar/focus';
import { ICluster } from '../../tokens';
import {
  FakeClusters,
  FakeNotebookPanel,
  FakePreferences,
  makeCluster,
  makeKernelspecs,
  makeTracker,
  trans
} from '../fakes';

const TEXT = "This cell's cluster has stopped";

function withCode(id: string, changes: Partial<ICluster> = {}): ICluster {
  const code = { create: '', connect: `client = Client("${id}")\nclient` };
  return makeCluster({ id, name: 'Tides', code, ...changes });
}

describe('Launch again in the bar of a cell', () => {
  let autoInsert: AutoInsert;
  let cell: Widget;
  let clusters: FakeClusters;
  let panel: any;
  const preferences = new FakePreferences();

  beforeEach(async () => {
    cell = new Widget();
    cell.layout = new PanelLayout();
    Widget.attach(cell, document.body);
    panel = new FakeNotebookPanel();
    panel.disposed = new Signal<object, void>({});
    Object.assign(panel.content, {
      activeCellIndex: 0,
      activate: jest.fn(),
      deselectAll: () => undefined,
      mode: 'command',
      scrollToItem: async () => undefined,
      widgets: [cell]
    });
    clusters = new FakeClusters();
    clusters.put(withCode('one'));
    const tracker = makeTracker(panel);
    const notebooks = new Notebooks({
      ...{ kernelspecs: makeKernelspecs(), tracker },
      shell: { activateById: () => undefined }
    });
    await notebooks.prepare(panel);
    notebooks.insert(withCode('one'), 'connect');
    const sidebar = document.createElement('div');
    autoInsert = new AutoInsert(clusters, notebooks, trans, {
      mayFocus: () => mayFocus(sidebar),
      opened: Promise.resolve(),
      told: () => undefined,
      unplaced: () => undefined
    });
    const commands = new CommandRegistry();
    const app: any = { commands, contextMenuHitTest: () => undefined };
    addAgainCommand({
      ...{ app, clusters, notebooks, preferences, trans },
      launched: ({ id }, target) => autoInsert.expect(id, target!)
    });
    jest.spyOn(clusters, 'launch').mockImplementation(async () => {
      const code = { create: '', connect: null };
      const launched = withCode('two', { state: 'starting', code });
      clusters.put(launched);
      return launched;
    });
    await act(async () =>
      showStoppedBars({ clusters, commands, notebooks, trans })
    );
    panel.content.activate.mockClear();
  });

  afterEach(() => {
    autoInsert.dispose();
    cell.dispose();
    sessionStorage.clear();
  });

  const sources = (): string[] =>
    panel.notebook.cells.map((each: any) => each.getSource());
  /** Stop the cluster, launch it again in the bar, and wait until it runs. */
  const launchAgain = async (): Promise<void> => {
    const again = { options: {}, change: '', workers: null, field: '' };
    await act(async () =>
      clusters.put(withCode('one', { state: 'closed', again }))
    );
    const button = screen.getByText('Launch again');
    button.focus();
    await act(async () => void fireEvent.click(button));
    // Browsers take the focus from a disabled button.
    expect((button as HTMLButtonElement).disabled).toBe(false);
    await act(async () => clusters.put(withCode('two')));
  };

  // Guards against lines of the user that are lost, a mark of the cluster before, a
  // bar that stays, and a focus that goes with the bar, so that Shift+Enter does
  // nothing.
  it('rewrites its cell around what the user added, and focuses it', async () => {
    const [own] = panel.notebook.cells;
    own.setSource(`# mine\n${own.getSource()}\nmine()`);
    await launchAgain();
    expect(sources()).toEqual([
      '# mine\nclient = Client("two")\nclient\nmine()'
    ]);
    expect(own.getMetadata(CELL_METADATA)).toMatchObject({
      ...{ cluster_id: 'two', lines: 2 }
    });
    expect(screen.queryByText(TEXT)).toBeNull();
    expect(panel.content.activate).toHaveBeenCalled();
  });

  // Guards against code of the user that is overwritten, and a bar above it that
  // stays.
  it('leaves a cell whose inserted lines the user has changed', async () => {
    panel.notebook.cells[0].setSource('client = Client("mine")');
    await launchAgain();
    expect(sources()).toEqual([
      'client = Client("two")\nclient',
      'client = Client("mine")'
    ]);
    expect(screen.queryByText(TEXT)).toBeNull();
  });
});
