import { MessageLoop } from '@lumino/messaging';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import { act } from '@testing-library/react';
import { addStatusItem } from '../../sidebar/statusitem';
import { FakeClusters, makeCluster, trans } from '../fakes';

describe('addStatusItem', () => {
  // Guards against a number that includes clusters that have ended.
  it('shows the workers of running clusters, and opens the sidebar', async () => {
    const clusters = new FakeClusters();
    const open = jest.fn();
    let item!: ReactWidget;
    const statusBar: any = {
      registerStatusItem: (_: string, options: any) => (item = options.item)
    };
    addStatusItem(statusBar, clusters, open, trans);
    await act(async () => {
      Widget.attach(item, document.body);
      MessageLoop.flush();
      await item.renderPromise;
    });
    expect(item.node.textContent).toBe('');
    await act(async () => {
      clusters.put(makeCluster());
      clusters.put(makeCluster({ id: 'two' }));
      clusters.put(makeCluster({ id: 'three', state: 'failed' }));
    });
    const button = item.node.querySelector('button')!;
    expect(button.textContent).toBe('4 workers');
    expect(button.title).toBe('Dask clusters: Local 1, Local 1');
    button.click();
    expect(open).toHaveBeenCalledTimes(1);
  });
});
