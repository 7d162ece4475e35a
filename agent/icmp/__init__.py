"""ICMP echo for all targets of the process over shared sockets."""
