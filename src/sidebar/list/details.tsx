import { Clipboard } from '@jupyterlab/apputils';
import { copyIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { IconButton, nameFor } from '../../components/button';
import { Fold } from '../../components/fold';
import { EVERY_QUARTER_MINUTE, useNow } from '../../components/hooks';
import { durationText } from '../../format';
import { IRowProps } from './props';
import { Workers } from './workers';

/** The packages whose versions are shown, and their names. */
const PACKAGES = { python: 'Python', dask: 'dask', distributed: 'distributed' };

/**
 * What is rarely needed of a cluster: its kernel, versions, host, age, and the
 * address of its scheduler.
 */
export function Details(props: IRowProps): JSX.Element {
  const { cluster, context } = props;
  const label = context.trans.__('Details');
  const fullLabel = nameFor(label, [cluster.name], context.trans);
  return (
    <Fold name="details" {...{ fullLabel, label }}>
      <Facts {...props} />
    </Fold>
  );
}

function Facts(props: IRowProps): JSX.Element {
  const { cluster, context } = props;
  const { trans } = context;
  const now = useNow(EVERY_QUARTER_MINUTE);
  const { address, created, kernel_name, name, versions } = cluster;
  const packages = Object.entries(PACKAGES)
    .filter(([key]) => versions[key])
    .map(([key, title]) => `${title} ${versions[key]}`);
  const facts: [string, string][] = [
    [trans.__('Platform'), cluster.platform_title],
    [trans.__('Kernel'), kernel_name],
    [trans.__('Versions'), packages.join(', ')],
    [trans.__('Host'), hostOf(address)],
    [
      trans.__('Launched'),
      trans.__('%1 ago', durationText(now - Date.parse(created), trans))
    ],
    [
      trans.__('Lifetime'),
      cluster.keep_running
        ? trans.__('keeps running when Jupyter stops')
        : trans.__('stops with Jupyter')
    ]
  ];
  return (
    <>
      <dl className="jp-ClusterLauncher-facts">
        {facts
          .filter(([, value]) => value)
          .map(([label, value]) => (
            <React.Fragment key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </React.Fragment>
          ))}
        {address && (
          <>
            <dt>{trans.__('Scheduler')}</dt>
            <dd className="jp-ClusterLauncher-address">
              <code>{address}</code>
              <IconButton
                icon={copyIcon}
                action="copy-address"
                label={trans.__('Copy the address of %1', name)}
                onClick={() => Clipboard.copyToSystem(address)}
              />
            </dd>
          </>
        )}
      </dl>
      <Workers {...props} />
    </>
  );
}

/** The host in the address of a scheduler; empty for that of a gateway. */
function hostOf(address: string | null): string {
  return address?.match(/^(?:tls|tcp|ws|wss):\/\/(.+):\d+/)?.[1] ?? '';
}
