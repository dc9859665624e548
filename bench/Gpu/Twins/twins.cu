// CUDA C++ twins of the kernels that bench -- gpu-kernels measures: the same algorithms, for another compiler.
#include "hash_grid.cuh"
#include "mlp.cuh"
