using System;
using System.Runtime.CompilerServices;

namespace DreamFusion.Kernels.Device;

/// <summary>
/// Counter-based random numbers: a number is a pure function of (seed, step, purpose, index, lane), so any thread computes
/// any number, and the order of evaluation does not matter.
/// <code>
/// counter = (index, lane / 4, step, domain)    key = (seed, purpose)    word = lane mod 4
/// uniform = ⌊x / 2⁸⌋ 2⁻²⁴ in [0, 1)
/// normal  = sqrt(-2 ln u₁) cos(2π u₂), sqrt(-2 ln u₁) sin(2π u₂),   u₁ in (0, 1]
/// </code>
/// Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox4x32-10); Box and Muller 1958.
/// Normals are bit-exact on every IEEE device: logarithm, sine and cosine are polynomials in exact operations, fma and
/// correctly rounded square root, and no product feeds a sum outside an fma. Works in kernels and on the host.
/// </summary>
public static class CounterRandom
{
    private const float TwoToMinus24 = 1f / 16777216f;
    private const uint UniformDomain = 0;
    private const uint NormalDomain = 1;

    /// <summary>Four random words, the output of one Philox block.</summary>
    public struct Block
    {
        /// <summary>Word 0.</summary>
        public uint X0;

        /// <summary>Word 1.</summary>
        public uint X1;

        /// <summary>Word 2.</summary>
        public uint X2;

        /// <summary>Word 3.</summary>
        public uint X3;
    }

    /// <summary>The Philox4x32-10 block function.</summary>
    /// <param name="counter0">Counter word 0.</param>
    /// <param name="counter1">Counter word 1.</param>
    /// <param name="counter2">Counter word 2.</param>
    /// <param name="counter3">Counter word 3.</param>
    /// <param name="key0">Key word 0.</param>
    /// <param name="key1">Key word 1.</param>
    public static Block Philox(uint counter0, uint counter1, uint counter2, uint counter3, uint key0, uint key1)
    {
        for (int round = 0; round < 10; round++)
        {
            ulong product0 = (ulong)0xD2511F53u * counter0;
            ulong product1 = (ulong)0xCD9E8D57u * counter2;
            uint next0 = (uint)(product1 >> 32) ^ counter1 ^ key0;
            uint next2 = (uint)(product0 >> 32) ^ counter3 ^ key1;
            counter1 = (uint)product1;
            counter3 = (uint)product0;
            counter0 = next0;
            counter2 = next2;
            key0 += 0x9E3779B9u;
            key1 += 0xBB67AE85u;
        }

        return new Block { X0 = counter0, X1 = counter1, X2 = counter2, X3 = counter3 };
    }

    /// <summary>32 uniform random bits.</summary>
    /// <param name="key">Stream.</param>
    /// <param name="index">Element, for example the ray.</param>
    /// <param name="lane">Which number of the element; four consecutive lanes share a block.</param>
    public static uint Bits(RandomKey key, uint index, uint lane)
        => Word(Philox(index, lane >> 2, key.Step, UniformDomain, key.Seed, key.Purpose), lane & 3u);

    /// <summary>Uniform in [0, 1), a multiple of 2⁻²⁴.</summary>
    /// <param name="key">Stream.</param>
    /// <param name="index">Element, for example the ray.</param>
    /// <param name="lane">Which number of the element.</param>
    public static float Uniform(RandomKey key, uint index, uint lane) => (Bits(key, index, lane) >> 8) * TwoToMinus24;

    /// <summary>Normal with mean 0 and variance 1; |value| ≤ 5.77. Independent of <see cref="Uniform"/> for the same arguments.</summary>
    /// <param name="key">Stream.</param>
    /// <param name="index">Element, for example the latent.</param>
    /// <param name="lane">Which number of the element; lanes 2k and 2k+1 are the cosine and the sine of one pair.</param>
    public static float Normal(RandomKey key, uint index, uint lane)
    {
        Block block = Philox(index, lane >> 2, key.Step, NormalDomain, key.Seed, key.Purpose);
        uint pair = lane & 2u;
        uint radiusBits = Word(block, pair) >> 8;
        uint angleBits = Word(block, pair + 1u) >> 8;
        float radius = MathF.Sqrt(-2f * LogOfUnit((radiusBits + 1u) * TwoToMinus24));
        return radius * CosineOfTurn(angleBits, lane & 1u);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Word(Block block, uint word)
        => word == 0u ? block.X0 : word == 1u ? block.X1 : word == 2u ? block.X2 : block.X3;

    /// <summary>ln u for u in [2⁻²⁴, 1], relative error below 2e-7.</summary>
    internal static float LogOfUnit(float u) => Elementary.LogOfNormal(u, 0f);

    /// <summary>cos (<paramref name="sine"/> 0) or sin (1) of 2π k / 2²⁴, absolute error below 1.2e-7.</summary>
    internal static float CosineOfTurn(uint k, uint sine)
    {
        // Nearest quarter turn by integers, so the remainder t, |t| ≤ ½ quarter turns, is exact.
        uint quadrant = (k + (1u << 21)) >> 22;
        float t = ((int)k - (int)(quadrant << 22)) * (1f / 4194304f);
        float z = t * t;
        float s = 1.5820675e-4f;
        s = Intrinsics.Fma(s, z, -4.6812664e-3f);
        s = Intrinsics.Fma(s, z, 0.07969258f);
        s = Intrinsics.Fma(s, z, -0.6459641f);
        s = Intrinsics.Fma(s, z, 1.5707964f) * t;
        float c = -2.4857069e-5f;
        c = Intrinsics.Fma(c, z, 9.191659e-4f);
        c = Intrinsics.Fma(c, z, -0.02086347f);
        c = Intrinsics.Fma(c, z, 0.2536695f);
        c = Intrinsics.Fma(c, z, -1.2337005f);
        c = Intrinsics.Fma(c, z, 1f);
        // sin(θ) = cos(θ - 90°): one quadrant back.
        uint turned = (quadrant - sine) & 3u;
        float magnitude = (turned & 1u) == 0u ? c : s;
        return turned == 1u || turned == 2u ? -magnitude : magnitude;
    }
}
