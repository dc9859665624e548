// Sum of a block by a tree in shared memory.
kernel void blocksum(global float *sums, global const float *x)
{
    local float part[128];
    int t = __nvvm_read_ptx_sreg_tid_x();
    part[t] = x[__nvvm_read_ptx_sreg_ctaid_x() * 128 + t];
    __syncthreads();
    for (int reach = 64; reach > 0; reach >>= 1) {
        if (t < reach)
            part[t] += part[t + reach];
        __syncthreads();
    }
    if (t == 0)
        sums[__nvvm_read_ptx_sreg_ctaid_x()] = part[0];
}
