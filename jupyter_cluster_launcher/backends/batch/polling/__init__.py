"""The commands of a batch system: run, polled and canceled."""
