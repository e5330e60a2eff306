"""The Mandelbrot set in characters, in complex numbers."""
import torch

re = torch.linspace(-2.1, 0.6, 60)
im = torch.linspace(1.1, -1.1, 24)
c = torch.complex(re.expand(24, 60), im[:, None].expand(24, 60))
z = torch.zeros_like(c)
count = torch.zeros(24, 60, dtype=torch.int64)
for _ in range(40):
    inside = z.abs() <= 2
    z = torch.where(inside, z * z + c, z)
    count += inside
marks = " .:-=+*#%@"
for row in count.tolist():
    print("".join(marks[min(n, 39) // 4] for n in row).rstrip())
print(count.sum().item(), count.max().item())
