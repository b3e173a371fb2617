import { CommandRegistry } from '@lumino/commands';
import {
  act,
  BoundFunctions,
  fireEvent,
  queries,
  render,
  RenderResult,
  within
} from '@testing-library/react';
import React from 'react';
import { ISidebarContext } from '../sidebar/context';
import { LaunchModel } from '../sidebar/launch/model';
import { Sidebar } from '../sidebar/panel';
import {
  FakeClusters,
  FakeNotebooks,
  FakePreferences,
  makeKernelspecs,
  trans
} from './fakes';

/** The rendered sidebar, and the fakes that it uses. */
export interface IScreen extends RenderResult {
  clusters: FakeClusters;
  commands: CommandRegistry;
  /** The executed commands with their arguments. */
  executed: [string, any][];
  notebooks: FakeNotebooks;
  preferences: FakePreferences;
  /** The clusters launched with the form. */
  launched: string[];
  /** The notebooks that they were launched from. */
  launchedFrom: any[];
  /** How often the preview was opened. */
  previews: number;
  /** The state of the launch form. */
  launch: LaunchModel;
}

/**
 * Render the sidebar, and wait until its first requests are answered.
 *
 * @param prepare - changes the fakes before
 */
export async function renderSidebar(
  prepare: (screen: IScreen) => void = () => undefined,
  context: Partial<ISidebarContext> = {}
): Promise<IScreen> {
  const screen: any = {
    clusters: new FakeClusters(),
    commands: new CommandRegistry(),
    executed: [],
    notebooks: new FakeNotebooks(),
    preferences: new FakePreferences(),
    launched: [],
    launchedFrom: [],
    previews: 0
  };
  screen.commands.commandExecuted.connect((_: unknown, args: any) =>
    screen.executed.push([args.id, args.args])
  );
  prepare(screen);
  const { clusters, commands, notebooks, preferences } = screen;
  const launch = new LaunchModel({
    ...{ clusters, notebooks, preferences },
    kernelspecs: makeKernelspecs()
  });
  screen.launch = launch;
  launch.submission.launched.connect((_, { cluster, panel }) => {
    screen.launched.push(cluster.id);
    screen.launchedFrom.push(panel);
  });
  const result = render(
    <Sidebar
      context={{
        check: null,
        ...{ clusters, commands, launch, notebooks, trans },
        showCode: () => void screen.previews++,
        ...context
      }}
    />
  );
  await settle();
  return Object.assign(screen, result);
}

/** Wait until requests are sent and answered. */
export async function settle(): Promise<void> {
  // A response may lead to the next request: several rounds.
  for (let round = 0; round < 5; round++) {
    await act(async () => {
      await jest.advanceTimersByTimeAsync(400);
    });
  }
}

/** Expand a section of the form. */
export async function expand(screen: IScreen, name: string): Promise<void> {
  const fold = screen.container.querySelector<HTMLDetailsElement>(
    `[data-fold="${name}"]`
  )!;
  await act(async () => {
    fold.open = true;
    fireEvent(fold, new Event('toggle'));
  });
  await settle();
}

/** The last call of a method of the model of the clusters. */
export function lastCall(screen: IScreen, method: string): any[] {
  return screen.clusters.calls.filter(([name]) => name === method).pop()!;
}

/** Find the row of a cluster by its name. */
export function rowOf(
  screen: IScreen,
  name = 'Local 1'
): BoundFunctions<typeof queries> {
  return within(screen.getByRole('listitem', { name }));
}
