import { ServerConnection } from '@jupyterlab/services';
import {
  ITranslator,
  nullTranslator,
  TranslationBundle
} from '@jupyterlab/translation';
import { ReadonlyJSONObject } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';
import { codeText, PLAIN } from '../../notebook/template';
import { IChoices, IPreferences } from '../../settings/preferences';
import {
  Change,
  CodeKind,
  ICheck,
  ICluster,
  IClusters,
  ICode,
  IFound,
  ILaunch,
  ILogs,
  INotebook,
  INotebooks,
  Insertion,
  IPlatform,
  IPlot
} from '../../tokens';

/** The translation bundle that leaves text as it is. */
export const trans: TranslationBundle = nullTranslator.load('');

/** A running cluster, changed where a test says so. */
export function makeCluster(changes: Partial<ICluster> = {}): ICluster {
  return {
    id: 'one',
    name: 'Local 1',
    platform: 'local',
    platform_title: 'This computer',
    kernel_name: 'python3',
    state: 'running',
    message: '',
    created: '2030-01-01T12:00:00Z',
    workers: { requested: 2, ready: 2, queued: 0, failed: 0 },
    adapt: null,
    cores: 2,
    memory: 8 * 1024 ** 3,
    spent: null,
    usage: { cpu: 0.5, memory: 1024 ** 3, tasks: 0 },
    address: 'tls://127.0.0.1:1234',
    tls: true,
    dashboard_url: '/lab/proxy/8787/status',
    code: { create: 'cluster = LocalCluster()', connect: 'client = Client(1)' },
    keep_running: false,
    joined: false,
    expires: null,
    idle: null,
    queue: null,
    jobs: [],
    versions: {},
    warnings: [],
    ...changes
  };
}

/** A platform that works here, changed where a test says so. */
export function makePlatform(changes: Partial<IPlatform> = {}): IPlatform {
  return {
    name: 'local',
    title: 'This computer',
    description: 'A laptop or desktop',
    available: true,
    reason: null,
    detected: false,
    tls: true,
    workers: { title: 'Workers', default: 2, minimum: 0, maximum: 8 },
    adaptive: true,
    options: {
      type: 'object',
      properties: {
        threads: { type: 'integer', title: 'Threads per worker', default: 1 },
        extra: { type: 'string', title: 'Extra arguments', advanced: true }
      }
    },
    options_from: null,
    queue: null,
    finds: false,
    ...changes
  };
}

/**
 * A server that answers from a table, and remembers what it was asked.
 */
export class FakeServer {
  /** What was asked: "VERB path", without the query. */
  readonly asked: string[] = [];
  /** The query of each, without the question mark. */
  readonly queries: string[] = [];
  /** What was sent, in the same order. */
  readonly sent: any[] = [];
  /** Answers by "VERB path": JSON, or a function of the request. */
  readonly answers: {
    [route: string]: unknown | ((body: any) => unknown | Promise<unknown>);
  } = {};

  /** How the client reaches this server. */
  readonly settings = ServerConnection.makeSettings({
    baseUrl: 'http://fake.test/user/ada/',
    fetch: async (input: RequestInfo | URL) => {
      const request = input as Request;
      const { pathname, search } = new URL(request.url);
      const path = pathname.replace('/user/ada/cluster-launcher/', '');
      const route = `${request.method} ${path}`;
      const text = await request.text();
      const body = text ? JSON.parse(text) : undefined;
      this.asked.push(route);
      this.queries.push(search.slice(1));
      this.sent.push(body);
      let answer = this.answers[route];
      if (typeof answer === 'function') {
        answer = await answer(body);
      }
      if (answer instanceof Response) {
        return answer;
      }
      return answer === undefined
        ? new Response('<html>', { status: 404 })
        : new Response(JSON.stringify(answer), { status: 200 });
    }
  });
}

/** An answer that refuses, in the server's own words. */
export function refusal(status: number, message: string): Response {
  return new Response(JSON.stringify({ message }), { status });
}

/**
 * Clusters that a test changes by hand, and that remember what was asked.
 */
export class FakeClusters implements IClusters {
  clusters: ReadonlyArray<ICluster> = [];
  status: IClusters.Status = 'ready';
  problem: string | null = null;
  readonly ready = Promise.resolve();
  readonly isDisposed = false;
  /** What was asked: the method and its arguments. */
  readonly calls: [string, ...unknown[]][] = [];
  platformList: IPlatform[] = [makePlatform()];
  gatewayOptions: ReadonlyJSONObject = { type: 'object', properties: {} };
  foundList: IFound[] = [];
  codeAnswer: ICode = { create: 'the code', summary: null, warnings: [] };
  checkAnswer: ICheck = {
    ok: true,
    job_script: null,
    verdict: null,
    warnings: []
  };
  logsAnswer: ILogs = { launch: '', scheduler: '', workers: [], jobs: [] };
  plotsAnswer: IPlot[] = [{ name: 'task-stream', title: 'Task Stream' }];
  /** What the next call is refused with, by method. */
  readonly errors: { [method: string]: string } = {};

  get changed(): ISignal<this, IClusters.IChange> {
    return this._changed;
  }

  /** Put a cluster in the list, as a report from the server would. */
  put(cluster: ICluster): void {
    const old = this.get(cluster.id);
    this.clusters = old
      ? this.clusters.map(each => (each.id === cluster.id ? cluster : each))
      : [...this.clusters, cluster];
    this._changed.emit({ type: old ? 'changed' : 'added', old, new: cluster });
  }

  /** Take a cluster out of the list. */
  drop(id: string): void {
    const old = this.get(id);
    this.clusters = this.clusters.filter(each => each.id !== id);
    this._changed.emit({ type: 'removed', old });
  }

  /** Change whether the server answers. */
  setStatus(status: IClusters.Status, problem: string | null = null): void {
    this.status = status;
    this.problem = problem;
    this._changed.emit({ type: 'status' });
  }

  get(id: string): ICluster | undefined {
    return this.clusters.find(cluster => cluster.id === id);
  }

  dispose(): void {
    Signal.clearData(this);
  }

  refresh = (): Promise<void> => this._answer('refresh', undefined);

  platforms(kernelName?: string): Promise<IPlatform[]> {
    return this._answer('platforms', this.platformList, kernelName);
  }

  options(platform: string, kernel?: string): Promise<ReadonlyJSONObject> {
    return this._answer('options', this.gatewayOptions, platform, kernel);
  }

  found(platform: string, kernelName?: string): Promise<IFound[]> {
    return this._answer('found', this.foundList, platform, kernelName);
  }

  code(launch: ILaunch): Promise<ICode> {
    return this._answer('code', this.codeAnswer, launch);
  }

  check(launch: ILaunch): Promise<ICheck> {
    return this._answer('check', this.checkAnswer, launch);
  }

  launch(launch: ILaunch): Promise<ICluster> {
    return this._answer('launch', makeCluster({ state: 'starting' }), launch);
  }

  change(id: string, change: Change): Promise<ICluster> {
    return this._answer('change', this.get(id) ?? makeCluster(), id, change);
  }

  stop(id: string, options?: { leave?: boolean }): Promise<void> {
    return this._answer('stop', undefined, id, options);
  }

  logs(id: string): Promise<ILogs> {
    return this._answer('logs', this.logsAnswer, id);
  }

  plots(id: string): Promise<IPlot[]> {
    return this._answer('plots', this.plotsAnswer, id);
  }

  private async _answer<T>(
    method: string,
    answer: T,
    ...args: unknown[]
  ): Promise<T> {
    this.calls.push([method, ...args]);
    if (this.errors[method]) {
      throw new Error(this.errors[method]);
    }
    return answer;
  }

  private _changed = new Signal<this, IClusters.IChange>(this);
}

/**
 * Notebooks of which one, or none, is in front.
 */
export class FakeNotebooks implements INotebooks {
  current: INotebook | null = null;
  panel: any = null;
  /** What was inserted: the cluster's id, which code, and how. */
  readonly inserted: [string, string, any][] = [];
  readonly used = new Signal<this, INotebooks.IUse>(this);
  result: Insertion = { inserted: true, updated: false, notebook: 'a.ipynb' };

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Bring a notebook to the front. */
  show(notebook: INotebook | null): void {
    this.current = notebook;
    this.panel = notebook;
    this._changed.emit();
  }

  code(cluster: ICluster, kind: CodeKind): string | null {
    return codeText(cluster, kind);
  }

  /** Where cells were dropped, and their ids. */
  readonly drops: [Node, string][] = [];

  dropped(node: Node, id: string): void {
    this.drops.push([node, id]);
  }

  insert(cluster: ICluster, kind: any, options?: any): Insertion {
    this.inserted.push([cluster.id, kind, options]);
    return this.result;
  }

  private _changed = new Signal<this, void>(this);
}

/**
 * Preferences that are kept in memory.
 */
export class FakePreferences implements IPreferences {
  defaultPlatform = '';
  insertAutomatically = true;
  codeTemplate = PLAIN;
  keepRunning = false;
  idleTimeout: number | null = null;
  readonly choices: { [platform: string]: IChoices } = {};

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  recall(platform: string): IChoices | null {
    return this.choices[platform] ?? null;
  }

  readonly last: { [place: string]: string } = {};

  lastPlatform(place: string): string | null {
    return this.last[place] ?? null;
  }

  async remember(
    platform: string,
    choices: IChoices,
    place: string
  ): Promise<void> {
    this.choices[platform] = choices;
    this.last[place] = platform;
  }

  private _changed = new Signal<this, void>(this);
}

/** Kernelspecs: two of Python and one of R. */
export function makeKernelspecs(): any {
  const spec = (name: string, title: string, language: string): unknown => ({
    name,
    display_name: title,
    language
  });
  return {
    specs: {
      default: 'python3',
      kernelspecs: {
        python3: spec('python3', 'Python 3', 'python'),
        analysis: spec('analysis', 'Analysis', 'python'),
        ir: spec('ir', 'R', 'R')
      }
    },
    specsChanged: new Signal<object, any>({})
  };
}

/**
 * A translator that marks all it translates, to find what it was not given.
 */
export const pseudo: ITranslator = {
  languageCode: 'pseudo',
  load: () => {
    const mark = (text: string): string => `⟦${text}⟧`;
    return {
      ...trans,
      __: (text: string, ...args: any[]) => mark(trans.__(text, ...args)),
      _n: (one: string, many: string, n: number, ...args: any[]) =>
        mark(trans._n(one, many, n, ...args))
    } as TranslationBundle;
  }
} as unknown as ITranslator;
