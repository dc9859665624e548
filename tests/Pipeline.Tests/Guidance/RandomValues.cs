using System;
using System.Linq;

namespace DreamFusion.Pipeline.Tests.Guidance;

/// <summary>Seeded floats for tests of graphs.</summary>
internal static class RandomValues
{
    /// <summary>Of both signs, 0.2 to 1.2 in magnitude, so that division is well conditioned.</summary>
    public static float[] AwayFromZero(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() + 0.2) * (random.Next(2) == 0 ? 1 : -1)))];
    }

    /// <summary>Between -1/2 and 1/2.</summary>
    public static float[] Centred(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }
}
