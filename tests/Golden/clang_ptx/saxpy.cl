// y = a x + y with one rounding, strided over the grid.
kernel void saxpy(global float *y, global const float *x, float a, int n)
{
    int step = __nvvm_read_ptx_sreg_nctaid_x() * __nvvm_read_ptx_sreg_ntid_x();
    for (int i = __nvvm_read_ptx_sreg_ctaid_x() * __nvvm_read_ptx_sreg_ntid_x() + __nvvm_read_ptx_sreg_tid_x(); i < n; i += step)
        y[i] = __builtin_fmaf(a, x[i], y[i]);
}
