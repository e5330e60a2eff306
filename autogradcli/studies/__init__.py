"""What is asked of a program in numbers: whether its gradients are right, what it is at other points."""
