import { act } from '@testing-library/react';
import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { LaunchModel } from '../../sidebar/launch/model';
import { ClusterPanel } from '../../sidebar/panel';
import {
  FakeClusters,
  FakeNotebooks,
  FakePreferences,
  makeCluster,
  makeKernelspecs,
  trans
} from '../fakes';
import { settle } from '../render';

describe('the details of a cluster', () => {
  let clusters: FakeClusters;
  let launch: LaunchModel;
  let panel: ClusterPanel;

  beforeEach(async () => {
    jest.useFakeTimers();
    Element.prototype.scrollIntoView = () => undefined;
    clusters = new FakeClusters();
    clusters.status = 'loading';
    const notebooks = new FakeNotebooks();
    launch = new LaunchModel({
      ...{ clusters, notebooks, kernelspecs: makeKernelspecs() },
      preferences: new FakePreferences()
    });
    panel = new ClusterPanel({
      ...{ check: null, clusters, launch, notebooks, trans },
      ...{ commands: new CommandRegistry(), showCode: () => undefined }
    });
    await act(async () => Widget.attach(panel, document.body));
    await settle();
  });

  afterEach(() => {
    panel.dispose();
    launch.dispose();
    jest.useRealTimers();
  });

  const show = (id: string | null): void => {
    panel.activateRow(id);
    MessageLoop.flush();
  };
  const put = async (id: string): Promise<void> => {
    await act(async () => {
      clusters.status = 'ready';
      clusters.put(makeCluster({ id, name: id }));
    });
    await settle();
  };
  /** The id of the cluster whose row has the focus. */
  const focused = (): string | undefined =>
    (document.activeElement as HTMLElement).dataset.clusterId;
  const first = (): HTMLElement =>
    panel.node.querySelector<HTMLElement>('form button')!;

  // Guards against "Show details" of a notice that leads to the launch form, while
  // the list is loaded or drawn.
  it('are focused when they are drawn', async () => {
    show('one');
    expect(document.activeElement).not.toBe(first());
    await put('one');
    expect(focused()).toBe('one');
    // At once, when they are there.
    first().focus();
    show('one');
    expect(focused()).toBe('one');
  });

  // Guards against a focus that is taken from what the user does meanwhile.
  it.each(['goes elsewhere', 'waits too long', 'opens the sidebar again'])(
    'are not focused when the user %s',
    async what => {
      show('one');
      if (what === 'goes elsewhere') {
        const refresh = '[data-action="refresh"]';
        panel.node.querySelector<HTMLElement>(refresh)!.focus();
      } else if (what === 'waits too long') {
        await jest.advanceTimersByTimeAsync(3000);
      } else {
        show(null);
      }
      await put('one');
      expect(focused()).toBeUndefined();
    }
  );

  // Guards against a sidebar that waits for a cluster that was dismissed.
  it('lead to the form if there is no such cluster', async () => {
    await put('one');
    show('gone');
    expect(document.activeElement).toBe(first());
  });
});
