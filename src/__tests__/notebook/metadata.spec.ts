import { CELL_METADATA } from '../../notebook/mark';
import {
  hasHabit,
  requestIn,
  saveRequest,
  setHabit
} from '../../notebook/metadata';
import { FakeNotebookPanel, makeCluster } from '../fakes';

describe('the metadata of a notebook', () => {
  let panel: any;
  let changes: number;

  beforeEach(() => {
    panel = new FakeNotebookPanel();
    changes = 0;
    panel.notebook.metadataChanged.connect(() => void changes++);
  });

  const cluster = makeCluster({
    options: { threads: 2 },
    unit: 'jobs',
    code: { create: '/data/ann/create', connect: '/data/ann/connect' }
  });

  // Guards against a notebook that only works for the one who wrote it.
  it('have what was requested, and nothing else', () => {
    saveRequest(panel, cluster);
    expect(panel.notebook.getMetadata(CELL_METADATA)).toEqual({
      request: {
        ...{ platform: 'local', title: 'This computer' },
        ...{ workers: 2, unit: 'jobs', options: { threads: 2 } }
      }
    });
    const adapt = { minimum: 1, maximum: 9 };
    saveRequest(panel, makeCluster({ adapt }));
    expect(requestIn(panel)).toMatchObject({ adapt, options: {} });
    expect(requestIn(panel)).not.toHaveProperty('workers');
  });

  // Guards against a notebook that has to be saved for no reason.
  it('do not change if the request is the same, or there was none', () => {
    saveRequest(panel, cluster);
    saveRequest(panel, { ...cluster, id: 'two' });
    saveRequest(panel, { ...cluster, joined: true, options: {} });
    expect(changes).toBe(1);
  });

  // Guards against changes that cannot be saved.
  it('do not change in a notebook that is read-only', () => {
    panel.content.model.readOnly = true;
    saveRequest(panel, cluster);
    expect(changes).toBe(0);
  });

  // Guards against switches that leave a trace in every notebook.
  it('have nothing of a switch that is off again', () => {
    saveRequest(panel, cluster);
    setHabit(panel, 'connect_on_start', true);
    setHabit(panel, 'connect_on_start', false);
    expect(Object.keys(panel.notebook.getMetadata(CELL_METADATA))).toEqual([
      'request'
    ]);
  });

  // Guards against a launch that rewrites what another user of a shared notebook
  // requested, and a kernel that everybody connects to something else.
  it('have a request and switches of each user', () => {
    saveRequest(panel, cluster, 'ann');
    setHabit(panel, 'connect_on_start', true, 'ann');
    saveRequest(panel, makeCluster({ platform: 'hpc' }), 'bob');
    expect(requestIn(panel, 'ann')!.platform).toBe('local');
    expect(requestIn(panel, 'bob')!.platform).toBe('hpc');
    expect(requestIn(panel, 'cem')!.platform).toBe('hpc');
    expect(requestIn(panel)!.platform).toBe('hpc');
    const habits = ['ann', 'bob', null].map(user =>
      hasHabit(panel, 'connect_on_start', user)
    );
    expect(habits).toEqual([true, false, false]);
    const text = JSON.stringify(panel.notebook.getMetadata(CELL_METADATA));
    expect(text).not.toMatch(/ann|bob|data/);
  });

  // Guards against an error in the toolbar of a notebook that somebody edited.
  it.each([
    [5],
    [null],
    [{ request: 'all' }],
    [{ request: { workers: 2 } }],
    [{ request: [] }],
    [{ users: 3 }],
    [{ users: { '1': 'all' } }]
  ])('are ignored if they are not understood: %j', value => {
    panel.notebook.setMetadata(CELL_METADATA, value);
    expect(requestIn(panel)).toBeNull();
    expect(requestIn(panel, 'ann')).toBeNull();
  });

  // Guards against a form with "minus one" workers.
  it('are read as far as they are understood', () => {
    const request = { platform: 'hpc', workers: -1, options: 3, adapt: {} };
    panel.notebook.setMetadata(CELL_METADATA, { request });
    expect(requestIn(panel)).toEqual({
      ...{ platform: 'hpc', title: 'hpc', unit: 'workers', options: {} }
    });
  });

  // Guards against a fixed number of workers where the upper bound can be read.
  it.each([
    [{ maximum: 8 }, { minimum: 0, maximum: 8 }],
    [
      { minimum: '2', maximum: 8 },
      { minimum: 0, maximum: 8 }
    ],
    [
      { minimum: 9, maximum: 8 },
      { minimum: 0, maximum: 8 }
    ],
    [{ minimum: 2, maximum: '8' }, undefined],
    [8, undefined]
  ])('have the bounds that are understood: %j', (adapt, expected) => {
    const request = { platform: 'hpc', adapt };
    panel.notebook.setMetadata(CELL_METADATA, { request });
    expect(requestIn(panel)!.adapt).toEqual(expected);
  });
});
