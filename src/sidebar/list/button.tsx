import React from 'react';
import { nameFor, TextButton } from '../../components/button';
import { IRowProps } from './props';

/**
 * A button with text in the row of a cluster. Other rows have the same one: its
 * name ends with the cluster.
 *
 * @param props.part - what of the cluster it is about, if a row has several
 */
export function RowButton({
  cluster,
  context,
  part,
  text,
  ...rest
}: Pick<IRowProps, 'cluster' | 'context'> & {
  text: string;
  part?: string;
} & React.ComponentProps<typeof TextButton>): JSX.Element {
  const of = part === undefined ? [cluster.name] : [part, cluster.name];
  return (
    <TextButton aria-label={nameFor(text, of, context.trans)} {...rest}>
      {text}
    </TextButton>
  );
}
