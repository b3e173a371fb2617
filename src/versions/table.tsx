import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';
import { ICluster } from '../tokens';
import { IMismatch } from './check';
import { ISidebarContext } from '../sidebar/context';
import { useSignal } from '../components/hooks';

/**
 * Tell a person that a notebook and a cluster do not have the same packages.
 */
export async function showMismatch(
  mismatch: IMismatch,
  trans: TranslationBundle
): Promise<void> {
  const body = ReactWidget.create(
    <VersionTable mismatch={mismatch} trans={trans} />
  );
  body.addClass('jp-ClusterLauncher-versionsBody');
  await showDialog({
    title: title(mismatch, trans),
    body,
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}

/**
 * In the row of a cluster: the notebooks that do not have the same packages,
 * each with its table.
 */
export function VersionNotes(props: {
  cluster: ICluster;
  context: ISidebarContext;
}): JSX.Element | null {
  const { checks, trans } = props.context;
  useSignal(checks?.changed);
  const mismatches = checks?.mismatches(props.cluster) ?? [];
  return (
    <>
      {mismatches.map(mismatch => (
        <details
          key={mismatch.path}
          className="jp-ClusterLauncher-warning jp-ClusterLauncher-versionsNote"
        >
          <summary>{title(mismatch, trans)}</summary>
          <VersionTable mismatch={mismatch} trans={trans} />
        </details>
      ))}
    </>
  );
}

/**
 * What differs, what may come of it, and what to do.
 */
export function VersionTable(props: {
  mismatch: IMismatch;
  trans: TranslationBundle;
}): JSX.Element {
  const { mismatch, trans } = props;
  const none = trans.__('not installed');
  return (
    <div className="jp-ClusterLauncher-versions">
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Package')}</th>
            <th scope="col">{trans.__('Notebook')}</th>
            <th scope="col">{trans.__('Cluster')}</th>
          </tr>
        </thead>
        <tbody>
          {mismatch.differences.map(({ name, notebook, cluster }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{notebook ?? none}</td>
              <td>{cluster ?? none}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{consequence(mismatch, trans)}</p>
      <p>{advice(mismatch, trans)}</p>
    </div>
  );
}

function title(mismatch: IMismatch, trans: TranslationBundle): string {
  return trans.__(
    '%1 and %2 have different packages',
    PathExt.basename(mismatch.path),
    mismatch.cluster.name
  );
}

function consequence(mismatch: IMismatch, trans: TranslationBundle): string {
  return mismatch.differences.some(({ vital }) => vital)
    ? trans.__(
        'Do not compute yet: expect errors that do not name this reason, or a notebook that hangs.'
      )
    : trans.__(
        'Much will work, but functions and data may not pass between them: an error that speaks of pickle, attributes or modules can come from this.'
      );
}

function advice(mismatch: IMismatch, trans: TranslationBundle): string {
  const { cluster, kernelName } = mismatch;
  if (cluster.kernel_name !== null && cluster.kernel_name !== kernelName) {
    return trans.__(
      'What to do: keep this notebook in front and launch a new cluster, which then has the environment of the notebook (%1); stop the old one. Or give the notebook the kernel that the cluster was launched with (%2).',
      kernelName,
      cluster.kernel_name
    );
  }
  return trans.__(
    'What to do: if you installed packages since the launch, restart the kernel of the notebook, stop the cluster and launch it again. If the cluster has an environment of its own, as on a cloud hub, choose the one that the notebook has in the options and launch again.'
  );
}
