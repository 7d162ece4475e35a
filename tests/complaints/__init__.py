"""What users of other monitors complained of, each as a test of ours. Every test names the threads it answers."""
