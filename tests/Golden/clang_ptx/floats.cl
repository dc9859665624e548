// Float and double arithmetic, conversions, comparisons and a data-dependent loop.
#pragma OPENCL FP_CONTRACT OFF
kernel void floats(global double *result, global const float *a, global const double *b)
{
    int i = __nvvm_read_ptx_sreg_ctaid_x() * __nvvm_read_ptx_sreg_ntid_x() + __nvvm_read_ptx_sreg_tid_x();
    float x = a[i];
    double y = b[i];
    float s = x * 3.0f + (float)y;
    int n = 0;
    while (s > 1.0f && n < 40) {
        s = s - s * 0.37f;
        n++;
    }
    double d = y < (double)x ? y - (double)s : (double)s / (y + 2.0);
    if (x != x)
        d = (double)n;
    result[i] = d * (double)(int)(x * 8.0f) + (double)(uint)n;
}
