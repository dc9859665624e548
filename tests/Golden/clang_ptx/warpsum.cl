// Sum of a warp by shuffles, integers by an atomic.
kernel void warpsum(global int *total, global int *lanes, global const int *x)
{
    int i = __nvvm_read_ptx_sreg_ctaid_x() * __nvvm_read_ptx_sreg_ntid_x() + __nvvm_read_ptx_sreg_tid_x();
    int v = x[i];
    for (int d = 16; d > 0; d >>= 1)
        v += __nvvm_shfl_sync_bfly_i32(0xffffffffu, v, d, 31);
    lanes[i] = v;
    if ((i & 31) == 0)
        __nvvm_atom_add_gen_i(total, v);
}
