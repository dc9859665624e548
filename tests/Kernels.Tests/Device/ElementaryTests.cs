using System;
using System.Runtime.Intrinsics;
using DreamFusion.Kernels.Device;
using Xunit;

namespace DreamFusion.Kernels.Tests.Device;

/// <summary>Exponential and logarithm against double precision over the whole range of floats, and the vector forms against the scalar one.</summary>
public sealed class ElementaryTests
{
    // A stride that is prime to the powers of two visits every exponent and varied mantissas: about two million floats.
    private const uint Stride = 2053;

    [Fact]
    public void ExpIsWithinOneUnitInTheLastPlace()
    {
        double worst = 0;
        for (uint bits = 0; bits < uint.MaxValue - Stride; bits += Stride)
        {
            float x = BitConverter.UInt32BitsToSingle(bits);
            if (float.IsFinite(x))
            {
                worst = Worse(worst, Math.Exp(x), Elementary.Exp(x));
            }
        }
        // Every float between the last one that gives 0 and the first that gives infinity is too much; a dense walk is not.
        for (float x = -105f; x < 90f; x += 0.0001f)
        {
            worst = Worse(worst, Math.Exp(x), Elementary.Exp(x));
        }
        Assert.True(worst <= 1, $"{worst} units in the last place");
    }

    [Fact]
    public void LogIsWithinThreeUnitsInTheLastPlace()
    {
        double worst = 0;
        for (uint bits = 1; bits < 0x7F800000u; bits += Stride / 2)
        {
            float x = BitConverter.UInt32BitsToSingle(bits);
            worst = Worse(worst, Math.Log(x), Elementary.Log(x));
        }
        for (float x = 0.5f; x < 2f; x += 1e-6f)
        {
            worst = Worse(worst, Math.Log(x), Elementary.Log(x));
        }
        Assert.True(worst <= 3, $"{worst} units in the last place");
    }

    // e⁰ = 1 exactly; e^-103.9 is the smallest denormal, 2⁻¹⁴⁹, and e^-103.98 rounds to 0; e^88.72 is finite and e^88.73 is not.
    [Fact]
    public void EdgesOfTheExponential()
    {
        Assert.Equal(1f, Elementary.Exp(0f));
        Assert.Equal(1f, Elementary.Exp(-0f));
        Assert.Equal(1f, Elementary.Exp(float.Epsilon));
        Assert.Equal(float.Epsilon, Elementary.Exp(-103.9f));
        Assert.Equal(0f, Elementary.Exp(-103.98f));
        Assert.Equal(0f, Elementary.Exp(-1000f));
        Assert.Equal(0f, Elementary.Exp(float.NegativeInfinity));
        Assert.True(float.IsFinite(Elementary.Exp(88.72f)));
        Assert.Equal(float.PositiveInfinity, Elementary.Exp(88.73f));
        Assert.Equal(float.PositiveInfinity, Elementary.Exp(float.MaxValue));
        Assert.Equal(float.PositiveInfinity, Elementary.Exp(float.PositiveInfinity));
        Assert.True(float.IsNaN(Elementary.Exp(float.NaN)));
    }

    [Fact]
    public void EdgesOfTheLogarithm()
    {
        Assert.Equal(0f, Elementary.Log(1f));
        Assert.Equal(float.NegativeInfinity, Elementary.Log(0f));
        Assert.Equal(float.NegativeInfinity, Elementary.Log(-0f));
        Assert.Equal(float.PositiveInfinity, Elementary.Log(float.PositiveInfinity));
        Assert.True(float.IsNaN(Elementary.Log(-1f)));
        Assert.True(float.IsNaN(Elementary.Log(-float.Epsilon)));
        Assert.True(float.IsNaN(Elementary.Log(float.NaN)));
    }

    [Fact]
    public void EveryVectorWidthHasTheBitsOfTheScalarForm()
    {
        RequireTheScalarBits<Lanes512, Vector512<float>>();
        RequireTheScalarBits<Lanes256, Vector256<float>>();
        RequireTheScalarBits<Lanes128, Vector128<float>>();
        RequireTheScalarBits<Lanes32, float>();
    }

    [Fact]
    public void TriplesAreTakenApartAndPutTogether()
    {
        RequireTriples<Lanes512, Vector512<float>>();
        RequireTriples<Lanes256, Vector256<float>>();
        RequireTriples<Lanes128, Vector128<float>>();
        RequireTriples<Lanes32, float>();
    }

    private static double Worse(double worst, double expected, float actual)
    {
        float nearest = (float)expected;
        if (float.IsInfinity(nearest) || nearest == 0f)
        {
            return nearest == actual ? worst : double.PositiveInfinity;
        }
        double unit = MathF.BitIncrement(MathF.Abs(nearest)) - MathF.Abs(nearest);
        double error = Math.Abs(actual - expected) / unit;
        return error <= worst ? worst : double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    private static unsafe void RequireTheScalarBits<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        float* x = stackalloc float[16];
        float* exponentials = stackalloc float[16];
        float* logarithms = stackalloc float[16];
        for (ulong bits = 0; bits + 16 * 40009 <= uint.MaxValue; bits += 16 * 40009)
        {
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                x[lane] = BitConverter.UInt32BitsToSingle((uint)bits + (uint)lane * 40009u);
            }
            TLanes.Store(ElementaryLanes<TLanes, TVector>.Exp(TLanes.Load(x)), exponentials);
            TLanes.Store(ElementaryLanes<TLanes, TVector>.Log(TLanes.Load(x)), logarithms);
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                RequireSame(Elementary.Exp(x[lane]), exponentials[lane], x[lane]);
                RequireSame(Elementary.Log(x[lane]), logarithms[lane], x[lane]);
            }
        }
    }

    private static void RequireSame(float expected, float actual, float x)
    {
        bool same = float.IsNaN(expected) ? float.IsNaN(actual) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual);
        Assert.True(same, $"x = {x:g9}: {expected:g9} and {actual:g9}");
    }

    private static unsafe void RequireTriples<TLanes, TVector>()
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        float* triples = stackalloc float[48];
        float* copy = stackalloc float[48];
        float* components = stackalloc float[48];
        for (int i = 0; i < 3 * TLanes.Count; i++)
        {
            triples[i] = i;
        }
        TLanes.LoadTriples(triples, out TVector x, out TVector y, out TVector z);
        TLanes.Store(x, components);
        TLanes.Store(y, components + 16);
        TLanes.Store(z, components + 32);
        TLanes.StoreTriples(x, y, z, copy);
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            Assert.Equal((3f * lane, 3f * lane + 1, 3f * lane + 2), (components[lane], components[16 + lane], components[32 + lane]));
        }
        Assert.Equal(new ReadOnlySpan<float>(triples, 3 * TLanes.Count), new ReadOnlySpan<float>(copy, 3 * TLanes.Count));
    }
}
