"""What is seen of a cluster: its workers, those that died, tasks and plots."""
