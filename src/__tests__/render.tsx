import { CommandRegistry } from '@lumino/commands';
import { act, fireEvent, render, RenderResult } from '@testing-library/react';
import React from 'react';
import { ISidebarContext } from '../sidebar/context';
import { Sidebar } from '../sidebar/panel';
import {
  FakeClusters,
  FakeNotebooks,
  FakePreferences,
  makeKernelspecs,
  trans
} from './fakes';

/** The sidebar on the screen, and the fakes behind it. */
export interface IScreen extends RenderResult {
  clusters: FakeClusters;
  commands: CommandRegistry;
  /** Commands that were run, with their arguments. */
  executed: [string, any][];
  notebooks: FakeNotebooks;
  preferences: FakePreferences;
  /** Clusters that were launched from the form, and from which notebooks. */
  launched: string[];
  launchedFrom: any[];
}

/**
 * Draw the sidebar, and wait until it has asked what it asks first.
 *
 * @param prepare - changes the fakes before anything is drawn
 */
export async function drawSidebar(
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
    launchedFrom: []
  };
  screen.commands.commandExecuted.connect((_: unknown, args: any) =>
    screen.executed.push([args.id, args.args])
  );
  prepare(screen);
  const result = render(
    <Sidebar
      context={{
        checks: null,
        clusters: screen.clusters,
        commands: screen.commands,
        kernelspecs: makeKernelspecs(),
        notebooks: screen.notebooks,
        onLaunched: (cluster, panel) => {
          screen.launched.push(cluster.id);
          screen.launchedFrom.push(panel);
        },
        preferences: screen.preferences,
        trans,
        ...context
      }}
    />
  );
  await settle();
  return Object.assign(screen, result);
}

/** Let questions be asked and answered. */
export async function settle(): Promise<void> {
  // What an answer draws may ask the next question: several rounds.
  for (let round = 0; round < 5; round++) {
    await act(async () => {
      await jest.advanceTimersByTimeAsync(400);
    });
  }
}

/** Unfold a part of the form. */
export async function unfold(screen: IScreen, name: string): Promise<void> {
  const fold = screen.container.querySelector<HTMLDetailsElement>(
    `[data-fold="${name}"]`
  )!;
  await act(async () => {
    fold.open = true;
    fireEvent(fold, new Event('toggle'));
  });
  await settle();
}

/** What the model was asked last by this method. */
export function lastCall(screen: IScreen, method: string): any[] {
  return screen.clusters.calls.filter(([name]) => name === method).pop()!;
}
