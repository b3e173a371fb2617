import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';
import { useSignal } from '../components/hooks';
import { ICluster } from '../tokens';
import { IMismatch, VersionCheck } from './check';

/**
 * Show a dialog with the packages that differ.
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
 * The notebooks whose packages differ from those of a cluster, each with a
 * table that can be expanded.
 */
export function VersionNotes(props: {
  cluster: ICluster;
  check: VersionCheck | null;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { check, cluster, trans } = props;
  useSignal(check?.changed);
  const mismatches = check?.mismatches(cluster) ?? [];
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
 * The packages that differ, the consequences, and how to fix it.
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

/** The title of a mismatch. */
function title(mismatch: IMismatch, trans: TranslationBundle): string {
  return trans.__(
    '%1 and %2 have different package versions',
    PathExt.basename(mismatch.path),
    mismatch.cluster.name
  );
}

/** What can go wrong because of a mismatch. */
function consequence(mismatch: IMismatch, trans: TranslationBundle): string {
  return mismatch.differences.some(({ critical }) => critical)
    ? trans.__(
        'Do not run computations yet: they may hang, or fail with unrelated errors.'
      )
    : trans.__(
        'Most operations will work, but some functions and data may not transfer between the notebook and the cluster. Errors that mention pickle, attributes or modules can have this cause.'
      );
}

/** How to fix a mismatch. */
function advice(mismatch: IMismatch, trans: TranslationBundle): string {
  const { cluster, kernelName } = mismatch;
  if (cluster.kernel_name !== kernelName) {
    return trans.__(
      'To fix this, select this notebook and launch a new cluster, which then has the environment of the notebook (%1), and stop the old cluster. Or change the kernel of the notebook to the one that the cluster was launched with (%2).',
      kernelName,
      cluster.kernel_name
    );
  }
  return trans.__(
    'To fix this after you installed packages, restart the kernel of the notebook, stop the cluster and launch it again. If the cluster has its own environment, as on a cloud hub, select the environment of the notebook in the options and launch again.'
  );
}
