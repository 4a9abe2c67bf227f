"""PyTorch modules as networks: traced without weights, translated call by call, and named as the module names them."""
