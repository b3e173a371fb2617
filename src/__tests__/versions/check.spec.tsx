import { Signal } from '@lumino/signaling';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import React from 'react';
import { IMismatch, VersionCheck } from '../../versions/check';
import { showMismatch, VersionNotes } from '../../versions/table';
import { FakeClusters, FakeNotebooks, makeCluster, trans } from '../fakes';

/** The session of a notebook. */
class FakeSessionContext {
  readonly session: { kernel: any } = { kernel: null };
  readonly kernelChanged = new Signal<this, void>(this);
  readonly statusChanged = new Signal<this, string>(this);
}

/** A notebook whose kernel has these packages. */
class FakePanel {
  constructor(
    readonly path: string,
    versions: object
  ) {
    this.setKernel('k1', versions);
  }

  /** The number of queries to its kernels. */
  queries = 0;
  readonly context = { path: this.path, localPath: this.path };
  readonly disposed = new Signal<this, void>(this);
  readonly sessionContext = new FakeSessionContext();

  setKernel(id: string, versions: object): void {
    const json = JSON.stringify({ versions, hasConnect: true });
    const environment = { data: { 'text/plain': `'${json}'` } };
    this.sessionContext.session.kernel = {
      id,
      name: 'python3',
      requestExecute: () => {
        this.queries++;
        return {
          done: Promise.resolve({
            content: { status: 'ok', user_expressions: { environment } }
          })
        };
      }
    };
  }
}

const SAME = { python: '3.11.2', dask: '1', distributed: '1' };
const OTHER = { ...SAME, numpy: '2.0.0' };

describe('VersionCheck', () => {
  let clusters: FakeClusters;
  let notebooks: FakeNotebooks;
  let shown: IMismatch[];
  let check: VersionCheck;

  const use = async (panel: any): Promise<void> => {
    const before = panel.queries;
    notebooks.used.emit({ id: 'one', panel });
    await waitFor(() => expect(panel.queries).toBeGreaterThan(before));
    // The response is handled in later tasks.
    await new Promise(resolve => setTimeout(resolve, 0));
  };

  beforeEach(() => {
    clusters = new FakeClusters();
    clusters.put(makeCluster({ versions: { ...SAME, numpy: '1.26.4' } }));
    notebooks = new FakeNotebooks();
    shown = [];
    check = new VersionCheck(clusters, notebooks, one => shown.push(one));
  });

  // Guards against a dialog without a reason.
  it('shows nothing if all packages match', async () => {
    await use(new FakePanel('a.ipynb', SAME));
    expect(shown).toEqual([]);
    expect(check.mismatches(clusters.get('one')!)).toEqual([]);
  });

  // Guards against pickle errors without an explanation.
  it('shows a mismatch once', async () => {
    const panel = new FakePanel('work/a.ipynb', OTHER);
    await use(panel);
    notebooks.used.emit({ id: 'one', panel: panel as any });
    clusters.put({ ...clusters.get('one')!, usage: null });
    expect(panel.queries).toBe(1);
    expect(shown.map(({ differences }) => differences)).toEqual([
      [{ name: 'numpy', notebook: '2.0.0', cluster: '1.26.4', critical: false }]
    ]);
  });

  // Guards against a check before the scheduler of a gateway has responded.
  it('compares again when the packages of the cluster are known', async () => {
    clusters.put(makeCluster({ versions: {} }));
    await use(new FakePanel('a.ipynb', OTHER));
    expect(shown).toEqual([]);
    clusters.put(makeCluster({ versions: SAME }));
    expect(shown).toHaveLength(1);
  });

  // Guards against the versions of a kernel that no longer exists.
  it.each([
    [
      'a restart',
      (panel: FakePanel) => {
        panel.setKernel('k1', SAME);
        panel.sessionContext.statusChanged.emit('restarting');
      }
    ],
    [
      'a change of kernel',
      (panel: FakePanel) => {
        panel.setKernel('k2', SAME);
        panel.sessionContext.kernelChanged.emit();
      }
    ]
  ])('queries the kernel again after %s', async (_, happen) => {
    const panel = new FakePanel('a.ipynb', OTHER);
    await use(panel);
    expect(check.mismatches(clusters.get('one')!)).toHaveLength(1);
    happen(panel);
    expect(check.mismatches(clusters.get('one')!)).toEqual([]);
    await use(panel);
    expect(panel.queries).toBe(2);
    expect(check.mismatches(clusters.get('one')!)).toEqual([]);
  });

  // Guards against notes about closed notebooks.
  it('forgets a closed notebook', async () => {
    const panel = new FakePanel('a.ipynb', OTHER);
    await use(panel);
    expect(check.mismatches(clusters.get('one')!)).toHaveLength(1);
    panel.disposed.emit();
    expect(check.mismatches(clusters.get('one')!)).toEqual([]);
  });

  // Guards against a note without the table.
  it('adds a note with the table to the row', async () => {
    const cluster = clusters.get('one')!;
    render(<VersionNotes {...{ cluster, check, trans }} />);
    expect(screen.queryByRole('table')).toBeNull();
    await use(new FakePanel('work/a.ipynb', OTHER));
    const note = await screen.findByText(
      'a.ipynb and Local 1 have different package versions'
    );
    fireEvent.click(note);
    expect(
      screen.getAllByRole('cell').map(({ textContent }) => textContent)
    ).toEqual(['2.0.0', '1.26.4']);
  });
});

/** jsdom does not open dialogs as browsers do. */
const HIDDEN = { hidden: true };

describe('showMismatch', () => {
  const show = (changes: Partial<IMismatch> = {}): Promise<void> =>
    showMismatch(
      {
        cluster: makeCluster({ kernel_name: 'analysis' }),
        path: 'work/a.ipynb',
        kernelName: 'python3',
        differences: [
          { name: 'pandas', notebook: '2.2.0', cluster: null, critical: false }
        ],
        ...changes
      },
      trans
    );

  const close = async (closed: Promise<void>): Promise<void> => {
    fireEvent.click(
      await screen.findByRole('button', { ...HIDDEN, name: 'Close' })
    );
    await closed;
  };

  // Guards against a table without advice.
  it('names the environments that differ', async () => {
    const closed = show();
    const dialog = await screen.findByRole('dialog', HIDDEN);
    await waitFor(() => expect(dialog.textContent).toContain('not installed'));
    expect(dialog.textContent).toContain(
      'environment of the notebook (python3)'
    );
    expect(dialog.textContent).toContain('launched with (analysis)');
    await close(closed);
  });

  // Guards against advice to use the kernel that is already used.
  it('has other advice if the kernel is the same', async () => {
    const closed = show({ cluster: makeCluster() });
    const dialog = await screen.findByRole('dialog', HIDDEN);
    await waitFor(() =>
      expect(dialog.textContent).toContain('restart the kernel')
    );
    await close(closed);
  });
});
