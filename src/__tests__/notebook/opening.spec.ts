import { Notebooks } from '../../notebook/notebooks';
import { FakeNotebookPanel, makeKernelspecs, makeTracker } from '../fakes';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a launcher in front', () => {
  const make = (): { notebooks: Notebooks; launcher: any; shell: any } => {
    const launcher = { id: 'launcher-0', content: { pending: false } };
    const shell: any = {
      activateById: () => undefined,
      currentWidget: launcher
    };
    const notebooks = new Notebooks({
      ...{ shell, kernelspecs: makeKernelspecs() },
      tracker: makeTracker(new FakeNotebookPanel())
    });
    return { notebooks, launcher, shell };
  };
  /** Whether it is waited no more. */
  const follow = (opening: Promise<void>): (() => boolean) => {
    let isOver = false;
    void opening.then(() => (isOver = true));
    return () => isOver;
  };

  // Guards against a launch that waits for nothing.
  it('opens nothing until the user has chosen something', () => {
    const { notebooks, shell } = make();
    expect(notebooks.opening).toBeNull();
    shell.currentWidget = null;
    expect(notebooks.opening).toBeNull();
  });

  // Guards against a launch without a notebook while one is being opened for it.
  it('is waited for until it has opened the notebook', async () => {
    const { notebooks, launcher, shell } = make();
    launcher.content.pending = true;
    const isOver = follow(notebooks.opening!);
    await jest.advanceTimersByTimeAsync(1000);
    expect(isOver()).toBe(false);
    shell.currentWidget = new FakeNotebookPanel();
    await jest.advanceTimersByTimeAsync(100);
    expect(isOver()).toBe(true);
  });

  // Guards against a launch that waits forever for a kernel that does not start.
  it('is waited for 5 s at most', async () => {
    const { notebooks, launcher } = make();
    launcher.content.pending = true;
    const isOver = follow(notebooks.opening!);
    await jest.advanceTimersByTimeAsync(4900);
    expect(isOver()).toBe(false);
    await jest.advanceTimersByTimeAsync(200);
    expect(isOver()).toBe(true);
  });
});
