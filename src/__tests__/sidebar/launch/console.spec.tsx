import { Signal } from '@lumino/signaling';
import { act, fireEvent } from '@testing-library/react';
import { Notebooks } from '../../../notebook/notebooks';
import { FakeNotebookPanel, makeKernelspecs } from '../../fakes';
import { IScreen, lastCall, renderSidebar, settle } from '../../render';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A console in a folder, with a kernel. */
function makeConsole(): any {
  const { sessionContext } = new FakeNotebookPanel();
  return {
    id: 'console',
    title: { label: 'Console 1' },
    console: { promptCell: null },
    sessionContext: Object.assign(sessionContext, {
      path: 'data/console-1',
      kernelPreference: { name: 'analysis' }
    })
  };
}

/** Render the sidebar beside a notebook in the folder work, in a shell. */
async function renderBeside(shell: any): Promise<IScreen> {
  const notebook: any = new FakeNotebookPanel('work/tides.ipynb');
  const tracker: any = {
    currentWidget: notebook,
    currentChanged: new Signal<object, any>({}),
    find: () => undefined,
    filter: () => [notebook]
  };
  return renderSidebar(screen => {
    const kernelspecs = makeKernelspecs();
    const notebooks = new Notebooks({ kernelspecs, shell, tracker });
    Object.assign(screen, { notebooks });
  });
}

/** Make a shell, and the function that brings something to its front. */
function makeShell(): [any, (widget: any) => Promise<void>] {
  const shell = {
    activateById: () => undefined,
    currentChanged: new Signal<object, void>({}),
    currentWidget: null
  };
  const show = async (widget: any): Promise<void> => {
    await act(async () => {
      shell.currentWidget = widget;
      shell.currentChanged.emit();
    });
    await settle();
  };
  return [shell, show];
}

describe('the launch form with a console in front', () => {
  // Guards against a cluster with another environment than the console that gets
  // its code, in the folder of a notebook that has nothing to do with it.
  it('launches with the kernel and in the folder of the console', async () => {
    const [shell, show] = makeShell();
    const screen = await renderBeside(shell);
    screen.getByText('Same as notebook (Python 3)');
    const front = makeConsole();
    await show(front);
    screen.getByText('Same as console (Analysis)');
    expect(lastCall(screen, 'platforms')[1]).toBe('analysis');
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await settle();
    expect(lastCall(screen, 'launch')[1]).toMatchObject({
      kernel_name: 'analysis',
      cwd: 'data'
    });
    expect(screen.launchedFrom).toEqual([front]);
  });

  // Guards against a form that shows the console from before.
  it('follows the front, and the kernel of the console', async () => {
    const [shell, show] = makeShell();
    const screen = await renderBeside(shell);
    const front = makeConsole();
    await show(front);
    front.sessionContext.session = { kernel: { name: 'python3' } };
    await act(async () => front.sessionContext.kernelChanged.emit(undefined));
    screen.getByText('Same as console (Python 3)');
    // Behind a file is the notebook that the cluster is most likely for.
    await show({ id: 'file', title: { label: 'tides.py' } });
    screen.getByText('Same as notebook (Python 3)');
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await settle();
    expect(lastCall(screen, 'launch')[1].cwd).toBe('work');
  });

  // Guards against an error that vanishes as the user looks something up.
  it('keeps why a launch was refused while a file comes to the front', async () => {
    const [shell, show] = makeShell();
    const screen = await renderBeside(shell);
    screen.clusters.errors.launch = 'The account is unknown.';
    fireEvent.click(screen.getByRole('button', { name: 'Launch' }));
    await settle();
    await show({ id: 'file', title: { label: 'accounts.txt' } });
    screen.getByText('The account is unknown.');
    await show(makeConsole());
    expect(screen.queryByText('The account is unknown.')).toBeNull();
  });
});
