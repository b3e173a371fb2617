"""Clusters whose scheduler may run in another process, on another machine, or in a pod."""
