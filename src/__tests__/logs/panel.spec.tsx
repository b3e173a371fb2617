import { act, fireEvent, render } from '@testing-library/react';
import React from 'react';
import { LogModel } from '../../logs/model';
import { RequestError } from '../../api/request';
import { Logs } from '../../logs/panel';
import { FakeClusters, makeCluster, trans } from '../fakes';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('the log panel', () => {
  let clusters: FakeClusters;
  let model: LogModel;

  /** Render the panel and wait until the logs are loaded. */
  const renderLogs = async () => {
    const screen = render(<Logs model={model} trans={trans} />);
    model.start();
    await pass();
    return screen;
  };
  const pass = (): Promise<void> =>
    act(async () => {
      await jest.advanceTimersByTimeAsync(2_500);
    });

  beforeEach(() => {
    clusters = new FakeClusters();
    clusters.put(makeCluster());
    clusters.logsResponse = {
      launch: 'one\nTraceback: bad\ntwo',
      scheduler: 'scheduler at tls://',
      workers: [{ id: '0', title: 'Worker 0', text: 'worker here' }],
      jobs: [{ id: '17', title: 'Job 17', text: 'job here' }]
    };
    model = new LogModel(clusters, 'one');
  });
  afterEach(() => model.dispose());

  // Guards against logs of which only the first source can be selected.
  it('shows each source', async () => {
    const screen = await renderLogs();
    const log = (): string => screen.getByRole('log').textContent!;
    expect(log()).toContain('Traceback: bad');
    const sources = screen.getByLabelText('Source') as HTMLSelectElement;
    expect([...sources.options].map(({ text }) => text)).toEqual([
      'Launch',
      'Scheduler',
      'Worker 0',
      'Job 17'
    ]);
    fireEvent.change(sources, { target: { value: 'job 17' } });
    expect(log()).toBe('job here');
  });

  // Guards against polling the logs of a removed cluster forever.
  it('stops polling when the cluster is removed, and keeps the logs', async () => {
    const screen = await renderLogs();
    const fetched = jest
      .spyOn(clusters, 'logs')
      .mockRejectedValue(new RequestError('There is no such cluster.', 404));
    await pass();
    screen.getByText('There is no such cluster.');
    expect(screen.getByRole('log').textContent).toContain('Traceback: bad');
    const before = fetched.mock.calls.length;
    await pass();
    await pass();
    expect(fetched.mock.calls.length).toBe(before);
  });

  // Guards against logs that have to be reopened to see their end.
  it('polls, and stops while hidden', async () => {
    const screen = await renderLogs();
    clusters.logsResponse = { ...clusters.logsResponse, launch: 'and more' };
    await pass();
    expect(screen.getByRole('log').textContent).toBe('and more');
    model.stop();
    await pass();
    const count = clusters.calls.length;
    await pass();
    expect(clusters.calls).toHaveLength(count);
  });

  // Guards against having to read ten thousand lines to find one.
  it('filters lines', async () => {
    const screen = await renderLogs();
    fireEvent.change(screen.getByLabelText('Filter'), {
      target: { value: 'TRACE' }
    });
    expect(screen.getByRole('log').textContent).toBe('Traceback: bad');
    expect(screen.getByRole('status').textContent).toBe('1 line');
  });

  // Guards against an error that hides the logs loaded so far.
  it('keeps the logs when the server is not responding', async () => {
    const screen = await renderLogs();
    clusters.errors.logs = 'The Jupyter server is not responding.';
    await pass();
    expect(screen.getByRole('alert').textContent).toContain('not responding');
    expect(screen.getByRole('log').textContent).toContain('Traceback');
  });
});
