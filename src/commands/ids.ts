/** The ids of all commands. */
export namespace CommandIDs {
  /** Show the sidebar, and optionally a cluster in it. */
  export const open = 'cluster-launcher:open';
  /** Insert the code that connects to a cluster. */
  export const insert = 'cluster-launcher:insert';
  /** Insert the code that creates a cluster. */
  export const insertCreate = 'cluster-launcher:insert-create';
  /** Insert code that connects to a cluster and requires only Dask. */
  export const insertPlain = 'cluster-launcher:insert-plain';
  /** Copy the code of a cluster. */
  export const copy = 'cluster-launcher:copy';
  /** Change the number of workers of a cluster. */
  export const scale = 'cluster-launcher:scale';
  /** Rename a cluster. */
  export const rename = 'cluster-launcher:rename';
  /** Change whether a cluster keeps running when the Jupyter server stops. */
  export const toggleKeepRunning = 'cluster-launcher:toggle-keep-running';
  /** Launch a cluster as the arguments say. */
  export const launch = 'cluster-launcher:launch';
  /** Launch a cluster again that has ended. */
  export const launchAgain = 'cluster-launcher:launch-again';
  /** Launch a cluster as the last time. */
  export const launchLast = 'cluster-launcher:launch-last';
  /** Launch a cluster by the request in the notebook. */
  export const launchRequested = 'cluster-launcher:launch-requested';
  /** Change whether a notebook connects when its kernel starts. */
  export const toggleConnect = 'cluster-launcher:toggle-connect-on-start';
  /** Change whether a cluster stops with the kernel of its notebook. */
  export const toggleStop = 'cluster-launcher:toggle-stop-with-kernel';
  /** Stop or dismiss a cluster. */
  export const stop = 'cluster-launcher:stop';
  /** Open a dashboard or one of its plots. */
  export const openDashboard = 'cluster-launcher:open-dashboard';
  /** Open a dashboard in a tab of the browser. */
  export const openDashboardTab = 'cluster-launcher:open-dashboard-tab';
  /** Open the most used plots beside the notebook. */
  export const openPlots = 'cluster-launcher:open-plots';
  /** Show the logs of a cluster. */
  export const showLogs = 'cluster-launcher:show-logs';
  /** Show a dashboard in the panes of dask-labextension. */
  export const showInDaskLabextension =
    'cluster-launcher:point-dask-labextension';
}

/** The JSON Schema property of the arguments that identifies a cluster. */
export const ID_PROPERTY = {
  id: {
    type: 'string',
    description: 'The ID of the cluster. If omitted, the user selects one.'
  }
};

/** The JSON Schema properties of the arguments of a command for one cluster. */
export const CLUSTER_PROPERTIES = {
  ...ID_PROPERTY,
  isContextMenu: {
    type: 'boolean',
    description:
      'Whether the command is in the context menu of a row, whose cluster it is for.'
  }
};

/** The JSON Schema property of the arguments that identifies a notebook. */
export const NOTEBOOK_PROPERTY = {
  notebook: {
    type: 'string',
    description:
      'The path of an open notebook. If omitted, the one in front is used.'
  }
};

/** The JSON Schema properties of the arguments that say what to launch. */
export const REQUEST_PROPERTIES = {
  platform: {
    type: 'string',
    description: 'The name of the platform, as in its file.'
  },
  workers: {
    type: 'integer',
    minimum: 0,
    description:
      'The number of workers, or of jobs on a batch system. If omitted, that of the platform.'
  },
  adapt: {
    type: 'object',
    description: 'The bounds of adaptive scaling, instead of a number.',
    properties: {
      minimum: { type: 'integer', minimum: 0, default: 0 },
      maximum: { type: 'integer', minimum: 1 }
    },
    required: ['maximum']
  },
  options: {
    type: 'object',
    description:
      'Options of the platform by name. The user confirms those that are not of their last launch.'
  }
};
