import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { TabBar, Widget } from '@lumino/widgets';
import { LaunchModel } from '../../sidebar/launch/model';
import { ClusterPanel } from '../../sidebar/panel';
import {
  FakeClusters,
  FakeNotebooks,
  FakePreferences,
  makeKernelspecs,
  trans
} from '../fakes';

// Guards against a chart of an organisation, or none, where users look for Dask.
it('shows the ribbons of Dask on the tab of the sidebar', () => {
  const parts = {
    clusters: new FakeClusters(),
    notebooks: new FakeNotebooks()
  };
  const launch = new LaunchModel({
    ...parts,
    kernelspecs: makeKernelspecs(),
    preferences: new FakePreferences()
  });
  const panel = new ClusterPanel({
    ...{ ...parts, check: null, launch, trans },
    ...{ commands: new CommandRegistry(), showCode: () => undefined }
  });
  const bar = new TabBar<Widget>();
  bar.addTab(panel.title);
  Widget.attach(bar, document.body);
  MessageLoop.flush();
  const tab = bar.node.querySelector('[role="tab"]')!;
  expect(tab.getAttribute('title')).toBe('Dask Clusters');
  const icon = tab.querySelector('svg')!;
  expect(icon.getAttribute('data-icon')).toBe('cluster-launcher:cluster');
  // Three closed shapes.
  const shapes = icon.querySelector('path')!.getAttribute('d')!;
  expect(shapes.match(/z/g)).toHaveLength(3);
  bar.dispose();
  panel.dispose();
  launch.dispose();
});
