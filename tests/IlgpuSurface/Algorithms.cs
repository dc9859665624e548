using ILGPU.Algorithms.ScanReduceOperations;

namespace ILGPU.Algorithms;

public static class XMath
{
    public static float Exp(float value) => throw null!;
    public static float Exp2(float value) => throw null!;
    public static float Log(float value) => throw null!;
    public static float Log2(float value) => throw null!;
    public static float Log10(float value) => throw null!;
    public static float Sqrt(float value) => throw null!;
    public static float Rsqrt(float value) => throw null!;
    public static float Rcp(float value) => throw null!;
    public static float Sin(float value) => throw null!;
    public static float Cos(float value) => throw null!;
    public static float Tan(float value) => throw null!;
    public static float Tanh(float value) => throw null!;
    public static float Sinh(float value) => throw null!;
    public static float Cosh(float value) => throw null!;
    public static float Asin(float value) => throw null!;
    public static float Acos(float value) => throw null!;
    public static float Atan(float value) => throw null!;
    public static float Floor(float value) => throw null!;
    public static float Ceiling(float value) => throw null!;
    public static float Round(float value) => throw null!;
    public static float Truncate(float value) => throw null!;
    public static float Abs(float value) => throw null!;
    public static float Pow(float first, float second) => throw null!;
    public static float Atan2(float first, float second) => throw null!;
    public static float Min(float first, float second) => throw null!;
    public static float Max(float first, float second) => throw null!;
    public static float Rem(float first, float second) => throw null!;
    public static float Clamp(float value, float min, float max) => throw null!;
    public static int Sign(float value) => throw null!;
    public static (float Sin, float Cos) SinCos(float value) => throw null!;
    public static double Exp(double value) => throw null!;
    public static double Exp2(double value) => throw null!;
    public static double Log(double value) => throw null!;
    public static double Log2(double value) => throw null!;
    public static double Log10(double value) => throw null!;
    public static double Sqrt(double value) => throw null!;
    public static double Rsqrt(double value) => throw null!;
    public static double Rcp(double value) => throw null!;
    public static double Sin(double value) => throw null!;
    public static double Cos(double value) => throw null!;
    public static double Tan(double value) => throw null!;
    public static double Tanh(double value) => throw null!;
    public static double Sinh(double value) => throw null!;
    public static double Cosh(double value) => throw null!;
    public static double Asin(double value) => throw null!;
    public static double Acos(double value) => throw null!;
    public static double Atan(double value) => throw null!;
    public static double Floor(double value) => throw null!;
    public static double Ceiling(double value) => throw null!;
    public static double Round(double value) => throw null!;
    public static double Truncate(double value) => throw null!;
    public static double Abs(double value) => throw null!;
    public static double Pow(double first, double second) => throw null!;
    public static double Atan2(double first, double second) => throw null!;
    public static double Min(double first, double second) => throw null!;
    public static double Max(double first, double second) => throw null!;
    public static double Rem(double first, double second) => throw null!;
    public static double Clamp(double value, double min, double max) => throw null!;
    public static int Sign(double value) => throw null!;
    public static (double Sin, double Cos) SinCos(double value) => throw null!;
    public static int Min(int first, int second) => throw null!;
    public static int Max(int first, int second) => throw null!;
    public static int Clamp(int value, int min, int max) => throw null!;
    public static int DivRoundUp(int numerator, int denominator) => throw null!;
    public static int DivRoundDown(int numerator, int denominator) => throw null!;
    public static long Min(long first, long second) => throw null!;
    public static long Max(long first, long second) => throw null!;
    public static long Clamp(long value, long min, long max) => throw null!;
    public static long DivRoundUp(long numerator, long denominator) => throw null!;
    public static long DivRoundDown(long numerator, long denominator) => throw null!;
    public static uint Min(uint first, uint second) => throw null!;
    public static uint Max(uint first, uint second) => throw null!;
    public static uint Clamp(uint value, uint min, uint max) => throw null!;
    public static uint DivRoundUp(uint numerator, uint denominator) => throw null!;
    public static uint DivRoundDown(uint numerator, uint denominator) => throw null!;
    public static ulong Min(ulong first, ulong second) => throw null!;
    public static ulong Max(ulong first, ulong second) => throw null!;
    public static ulong Clamp(ulong value, ulong min, ulong max) => throw null!;
    public static ulong DivRoundUp(ulong numerator, ulong denominator) => throw null!;
    public static ulong DivRoundDown(ulong numerator, ulong denominator) => throw null!;
    public static int Abs(int value) => throw null!;
    public static long Abs(long value) => throw null!;
}

public static class AlgorithmContextExtensions
{
    public static Context.Builder EnableAlgorithms(this Context.Builder builder) => throw null!;
}

public static class GroupExtensions
{
    public static T Reduce<T, TReduction>(T value)
        where T : unmanaged
        where TReduction : struct, IScanReduceOperation<T> => throw null!;
    public static T AllReduce<T, TReduction>(T value)
        where T : unmanaged
        where TReduction : struct, IScanReduceOperation<T> => throw null!;
    public static T ExclusiveScan<T, TScanOperation>(T value)
        where T : unmanaged
        where TScanOperation : struct, IScanReduceOperation<T> => throw null!;
    public static T InclusiveScan<T, TScanOperation>(T value)
        where T : unmanaged
        where TScanOperation : struct, IScanReduceOperation<T> => throw null!;
}

public static class WarpExtensions
{
    public static T Reduce<T, TReduction>(T value)
        where T : unmanaged
        where TReduction : struct, IScanReduceOperation<T> => throw null!;
    public static T AllReduce<T, TReduction>(T value)
        where T : unmanaged
        where TReduction : struct, IScanReduceOperation<T> => throw null!;
    public static T ExclusiveScan<T, TScanOperation>(T value)
        where T : unmanaged
        where TScanOperation : struct, IScanReduceOperation<T> => throw null!;
    public static T InclusiveScan<T, TScanOperation>(T value)
        where T : unmanaged
        where TScanOperation : struct, IScanReduceOperation<T> => throw null!;
}
