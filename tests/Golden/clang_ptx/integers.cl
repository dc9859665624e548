// Casts, shifts, divisions and products of all widths, mixed into one number per element.
kernel void integers(global ulong *result, global const long *a, global const int *b)
{
    int i = __nvvm_read_ptx_sreg_ctaid_x() * __nvvm_read_ptx_sreg_ntid_x() + __nvvm_read_ptx_sreg_tid_x();
    long x = a[i];
    int y = b[i];
    uint u = (uint)y | 1u;
    ulong h = (ulong)(x / (long)u) * 31ul + (ulong)(x % (long)u);
    h = h * 31ul + (ulong)((uint)x / u);
    h = h * 31ul + (ulong)(long)(char)(y * 7);
    h = h * 31ul + (ulong)(uchar)(y >> 3);
    h = h * 31ul + (ulong)(long)(short)(x >> 5);
    h = h * 31ul + (ulong)(ushort)((uint)y >> 9);
    h = h * 31ul + ((ulong)(uint)y * (ulong)(uint)x);
    h = h * 31ul + (ulong)((long)y * (long)(int)x);
    h = h * 31ul + (ulong)(x >> (y & 63)) + ((ulong)x >> (u & 63));
    h = h * 31ul + (ulong)(y < (int)x ? y : (int)x) + (ulong)((uint)y > (uint)x);
    result[i] = h ^ (h << 17);
}
