namespace ILGPU;

public static class Atomic
{
    public static int Add(ref int target, int value) => throw null!;
    public static uint Add(ref uint target, uint value) => throw null!;
    public static long Add(ref long target, long value) => throw null!;
    public static ulong Add(ref ulong target, ulong value) => throw null!;
    public static float Add(ref float target, float value) => throw null!;
    public static double Add(ref double target, double value) => throw null!;
    public static Index1D Add(ref Index1D target, Index1D value) => throw null!;
    public static int Min(ref int target, int value) => throw null!;
    public static uint Min(ref uint target, uint value) => throw null!;
    public static long Min(ref long target, long value) => throw null!;
    public static ulong Min(ref ulong target, ulong value) => throw null!;
    public static float Min(ref float target, float value) => throw null!;
    public static double Min(ref double target, double value) => throw null!;
    public static int Max(ref int target, int value) => throw null!;
    public static uint Max(ref uint target, uint value) => throw null!;
    public static long Max(ref long target, long value) => throw null!;
    public static ulong Max(ref ulong target, ulong value) => throw null!;
    public static float Max(ref float target, float value) => throw null!;
    public static double Max(ref double target, double value) => throw null!;
    public static int And(ref int target, int value) => throw null!;
    public static uint And(ref uint target, uint value) => throw null!;
    public static long And(ref long target, long value) => throw null!;
    public static ulong And(ref ulong target, ulong value) => throw null!;
    public static int Or(ref int target, int value) => throw null!;
    public static uint Or(ref uint target, uint value) => throw null!;
    public static long Or(ref long target, long value) => throw null!;
    public static ulong Or(ref ulong target, ulong value) => throw null!;
    public static int Xor(ref int target, int value) => throw null!;
    public static uint Xor(ref uint target, uint value) => throw null!;
    public static long Xor(ref long target, long value) => throw null!;
    public static ulong Xor(ref ulong target, ulong value) => throw null!;
    public static int Exchange(ref int target, int value) => throw null!;
    public static uint Exchange(ref uint target, uint value) => throw null!;
    public static long Exchange(ref long target, long value) => throw null!;
    public static ulong Exchange(ref ulong target, ulong value) => throw null!;
    public static float Exchange(ref float target, float value) => throw null!;
    public static double Exchange(ref double target, double value) => throw null!;
    public static int CompareExchange(ref int target, int compare, int value) => throw null!;
    public static uint CompareExchange(ref uint target, uint compare, uint value) => throw null!;
    public static long CompareExchange(ref long target, long compare, long value) => throw null!;
    public static ulong CompareExchange(ref ulong target, ulong compare, ulong value) => throw null!;
    public static float CompareExchange(ref float target, float compare, float value) => throw null!;
    public static double CompareExchange(ref double target, double compare, double value) => throw null!;
    public static T MakeAtomic<T, TOperation, TCompareExchange>(ref T target, T value, TOperation operation, TCompareExchange compareExchange)
        where T : unmanaged
        where TOperation : struct, AtomicOperations.IAtomicOperation<T>
        where TCompareExchange : struct, AtomicOperations.ICompareExchangeOperation<T> => throw null!;
}

public static class IntrinsicMath
{
    public static sbyte Min(sbyte first, sbyte second) => throw null!;
    public static short Min(short first, short second) => throw null!;
    public static int Min(int first, int second) => throw null!;
    public static long Min(long first, long second) => throw null!;
    public static byte Min(byte first, byte second) => throw null!;
    public static ushort Min(ushort first, ushort second) => throw null!;
    public static uint Min(uint first, uint second) => throw null!;
    public static ulong Min(ulong first, ulong second) => throw null!;
    public static float Min(float first, float second) => throw null!;
    public static double Min(double first, double second) => throw null!;
    public static sbyte Max(sbyte first, sbyte second) => throw null!;
    public static short Max(short first, short second) => throw null!;
    public static int Max(int first, int second) => throw null!;
    public static long Max(long first, long second) => throw null!;
    public static byte Max(byte first, byte second) => throw null!;
    public static ushort Max(ushort first, ushort second) => throw null!;
    public static uint Max(uint first, uint second) => throw null!;
    public static ulong Max(ulong first, ulong second) => throw null!;
    public static float Max(float first, float second) => throw null!;
    public static double Max(double first, double second) => throw null!;
    public static sbyte Abs(sbyte value) => throw null!;
    public static short Abs(short value) => throw null!;
    public static int Abs(int value) => throw null!;
    public static long Abs(long value) => throw null!;
    public static float Abs(float value) => throw null!;
    public static double Abs(double value) => throw null!;
    public static sbyte Clamp(sbyte value, sbyte min, sbyte max) => throw null!;
    public static short Clamp(short value, short min, short max) => throw null!;
    public static int Clamp(int value, int min, int max) => throw null!;
    public static long Clamp(long value, long min, long max) => throw null!;
    public static byte Clamp(byte value, byte min, byte max) => throw null!;
    public static ushort Clamp(ushort value, ushort min, ushort max) => throw null!;
    public static uint Clamp(uint value, uint min, uint max) => throw null!;
    public static ulong Clamp(ulong value, ulong min, ulong max) => throw null!;
    public static float Clamp(float value, float min, float max) => throw null!;
    public static double Clamp(double value, double min, double max) => throw null!;
    public static float CopySign(float x, float y) => throw null!;
    public static double CopySign(double x, double y) => throw null!;
    public static int DivRoundUp(int numerator, int denominator) => throw null!;
    public static uint DivRoundUp(uint numerator, uint denominator) => throw null!;
    public static long DivRoundUp(long numerator, long denominator) => throw null!;
    public static ulong DivRoundUp(ulong numerator, ulong denominator) => throw null!;
    public static int DivRoundDown(int numerator, int denominator) => throw null!;
    public static uint DivRoundDown(uint numerator, uint denominator) => throw null!;
    public static long DivRoundDown(long numerator, long denominator) => throw null!;
    public static ulong DivRoundDown(ulong numerator, ulong denominator) => throw null!;
    public static int PopCount(int value) => throw null!;
    public static int PopCount(uint value) => throw null!;
    public static int PopCount(long value) => throw null!;
    public static int PopCount(ulong value) => throw null!;
    public static int LeadingZeroCount(int value) => throw null!;
    public static int LeadingZeroCount(uint value) => throw null!;
    public static int LeadingZeroCount(long value) => throw null!;
    public static int LeadingZeroCount(ulong value) => throw null!;
    public static int TrailingZeroCount(int value) => throw null!;
    public static int TrailingZeroCount(uint value) => throw null!;
    public static int TrailingZeroCount(long value) => throw null!;
    public static int TrailingZeroCount(ulong value) => throw null!;
}
